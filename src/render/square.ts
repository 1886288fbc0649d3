// QR codes before a card exists: the module that the longest text leaves, measured like any symbol's.
import { type Field, type Side, type Template, partsOf } from '../plan/template.ts';
import type { Limits } from '../plan/press.ts';
import type { Checked } from '../plan/yaml.ts';
import { squareDots } from './vector.ts';
import { MIN_MODULE, QR_QUIET, isReadable, qrRows } from './barcode.ts';
import { indexOf, nameOf } from './clearance.ts';
import { type Finding, atLeast, failing } from './finding.ts';
import { type Press, dotsToMm, mm } from './grid.ts';
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
    const longest = (field: Field) => ranges[field].texts.reduce((a, b) => (b.length > a.length ? b : a), '');
    const text = part.text.replaceAll(/\{([a-z_]+)\}/g, (_, field: string) => longest(field as Field));
    const modules = qrRows(text).length;
    const dots = squareDots(part, modules, press);
    const module = dotsToMm(dots, press);
    const name = nameOf(template, side, part);
    const place = template.at(side, indexOf(template, side, part), 'size');
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
