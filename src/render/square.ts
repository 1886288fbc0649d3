// QR codes before a card exists: the module that the hardest text leaves, measured like any symbol's.
import { Failure } from '../base/failure.ts';
import { type Side, type Template, fieldsIn, partsOf } from '../plan/template.ts';
import type { Limits } from '../plan/press.ts';
import type { Checked } from '../plan/yaml.ts';
import { squareDots } from './vector.ts';
import { MIN_MODULE, QR_QUIET, isReadable, qrRows } from './barcode.ts';
import { indexOf, nameOf } from './clearance.ts';
import { type Finding, atLeast, failing } from './finding.ts';
import { mm } from '../plan/rect.ts';
import { type Press, dotsToMm } from './grid.ts';
import type { FieldRanges } from './longest.ts';

export function squareFindings(
  template: Checked<Template>,
  side: Side,
  press: Press,
  ranges: FieldRanges,
  limits: Limits,
): readonly Finding[] {
  return partsOf(template.value, side).flatMap((part): readonly Finding[] => {
    if (part.part !== 'qr') return [];
    const name = nameOf(template, side, part);
    const at = (key: 'size' | 'text') => template.at(side, indexOf(template, side, part), key);
    const modules = modulesOf(hardestIn(part.text, ranges));
    if (modules === undefined)
      return failing('symbol-fit', [
        { message: `${name}: no QR code holds a text as long as this`, place: at('text') },
      ]);
    const dots = squareDots(part, modules, press);
    const module = dotsToMm(dots, press);
    const place = at('size');
    const message = `${name}: a QR code of ${modules} modules has ${mm(module, 3)} a module here`;
    if (!isReadable({ module }))
      return failing('symbol-fit', [{ message: `${message}: under ${mm(MIN_MODULE)}`, place }]);
    const finding = atLeast('module-width', `${name} QR`, module, limits['module-width'], 'mm', (limit) => ({
      message: `${message}: ${mm(limit)} is asked for`,
      place,
    }));
    const ideal = part.size / (modules + 2 * QR_QUIET);
    return [
      { ...finding, value: `${mm(module, 3)} (${dots} dots of ${press.dpi} dpi; ideal ${mm(ideal, 3)})` },
    ];
  });
}

/** Modules of the largest code that one of the texts needs; undefined where no code holds one of them. */
function modulesOf(texts: readonly string[]): number | undefined {
  try {
    return Math.max(...texts.map((text) => qrRows(text).length));
  } catch (error) {
    if (error instanceof Failure && error.kind === 'input') return undefined;
    throw error;
  }
}

/** A text with all that its fields may bring; of values that are encoded alike, one. */
function hardestIn(text: string, ranges: FieldRanges): readonly string[] {
  let texts: readonly string[] = [text];
  for (const field of new Set(fieldsIn(text))) {
    const values = [...new Set(ranges[field].texts.map(encodedAlike))];
    texts = texts.flatMap((one) => values.map((value) => one.replaceAll(`{${field}}`, () => value)));
  }
  return texts;
}

/** A QR code sets digits, capitals with some symbols, and the rest each in a way of their own, whatever they are. */
function encodedAlike(value: string): string {
  return value
    .replaceAll(/[^0-9A-Z $%*+\-./:]/g, 'a')
    .replaceAll(/[A-Z $%*+\-./:]/g, 'A')
    .replaceAll(/[0-9]/g, '0');
}
