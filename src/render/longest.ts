// The longest that each field can bring, and the room that a face's texts then take.
import type { Complaint } from '../base/failure.ts';
import type { Card } from '../issue/card.ts';
import { type CodeFormat, alphabetOf, hardestTexts } from '../plan/format.ts';
import { cardId } from '../plan/ids.ts';
import {
  type Field,
  type Side,
  type Template,
  type TextPart,
  fieldsIn,
  partsOf,
  sidesOf,
} from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import { type TextBox, indexOf, nameOf } from './clearance.ts';
import { type TextLine, isVariable, lineStart, lineWidth, piecesOf, textLines } from './text.ts';
import type { Font } from './font.ts';
import { mm, rotatedRect, squareBox } from '../plan/rect.ts';
import { POINTS_PER_MM } from './grid.ts';

/** What a field can bring: texts among which is the longest in any font, and every character that may come. */
export interface FieldRange {
  readonly texts: readonly string[];
  readonly characters: string;
}

export type FieldRanges = Readonly<Record<Field, FieldRange>>;

/** What of a card is known before it is there. */
export type NumberedCard = Pick<Card, 'serial' | 'cardId'>;

export interface Samples {
  readonly token: CodeFormat;
  readonly pin: CodeFormat | null;
  /** Cards among which is one of each length, of serial and of id, that may come. */
  readonly cards: readonly NumberedCard[];
  readonly run: string;
}

const DIGITS = '0123456789';

export function fieldRanges({ token, pin, cards, run }: Samples): FieldRanges {
  return {
    token: codeRange(token),
    pin: pin === null ? { texts: [''], characters: '' } : codeRange(pin),
    serial: withAnyDigits(cards.map(({ serial }) => cardId('{serial}', serial, run))),
    card_id: withAnyDigits(cards.map((card) => card.cardId)),
    run: withAnyDigits([run]),
  };
}

function codeRange(format: CodeFormat): FieldRange {
  return { texts: hardestTexts(format), characters: format.prefix + alphabetOf(format) };
}

/** Digits differ in width in most fonts, and any may come where a sample has one. */
function withAnyDigits(samples: readonly string[]): FieldRange {
  const texts = new Set(
    samples.flatMap((sample) => [...DIGITS].map((digit) => sample.replaceAll(/\d/g, digit))),
  );
  return { texts: [...texts], characters: [...texts].join('') };
}

/** The room of every text on a side, at its longest. What its font or its width cannot hold is complained of. */
export function textBoxes(
  template: Checked<Template>,
  side: Side,
  fonts: ReadonlyMap<string, Font>,
  ranges: FieldRanges,
  sizes: ReadonlyMap<TextPart, number>,
  complaints: Complaint[],
): readonly TextBox[] {
  return partsOf(template.value, side).flatMap((part): TextBox[] => {
    if (part.part === 'qr') {
      const isOwn = fieldsIn(part.text).length > 0;
      return [{ part, isVariable: isOwn, ...squareBox(part) }];
    }
    if (part.part !== 'text') return [];
    const lines = textLines(part, template.value, fonts, sizes.get(part));
    const place = (key: string) => template.at(side, indexOf(template, side, part), key);
    const name = nameOf(template, side, part);

    const missing = lines.flatMap((line) => missingGlyphs(line, ranges)).join('');
    if (missing !== '') {
      complaints.push({
        message: `${name}: the font ${part.font} has no ${glyphsText(missing)}${because(part, missing)}`,
        place: place('font'),
        hint: 'a glyph that is missing would print as an empty box',
        rule: 'glyphs',
      });
      return [];
    }
    const boxes = lines.map((line) => boxOf(line, ranges));
    const widest = Math.max(0, ...lines.map((line) => widthOf(line, ranges)));
    if (part.width !== undefined && widest > part.width + 0.01) {
      complaints.push({
        message: `${name}: the text needs ${mm(widest)} at its longest, its width is ${mm(part.width)}`,
        place: place('width'),
        rule: 'text-fit',
        hint: `at ${Math.floor(((lines[0]?.size ?? part.size) * part.width * 10) / widest) / 10} pt it would fit`,
      });
      return [];
    }
    return boxes;
  });
}

/** The sizes of texts that are set smaller to fit their width: as large as the longest that may come allows. */
export function fittedSizes(
  template: Template,
  fonts: ReadonlyMap<string, Font>,
  ranges: FieldRanges,
): ReadonlyMap<TextPart, number> {
  const sizes = new Map<TextPart, number>();
  for (const part of sidesOf(template).flatMap((side) => partsOf(template, side))) {
    if (part.part !== 'text' || part.fit === undefined || part.width === undefined) continue;
    const lines = textLines(part, template, fonts).filter((line) => missingGlyphs(line, ranges).length === 0);
    const widest = Math.max(0, ...lines.map((line) => widthOf(line, ranges)));
    if (widest <= part.width) continue;
    const fitting = Math.floor((part.size * part.width * 10) / widest) / 10;
    sizes.set(part, Math.max(part.fit, fitting));
  }
  return sizes;
}

/** Width at its longest, mm, before it is turned. */
function widthOf(line: TextLine, ranges: FieldRanges): number {
  const longest = (field: Field) =>
    ranges[field].texts.reduce((a, b) => (line.font.width(b) > line.font.width(a) ? b : a));
  return lineWidth(line, piecesOf(line, longest));
}

function boxOf(line: TextLine, ranges: FieldRanges): TextBox {
  const width = widthOf(line, ranges);
  const { above, below } = line.font.extent(charactersOf(line, ranges));
  const em = line.size / POINTS_PER_MM;
  const upright = { x: lineStart(line, width), y: line.y - above * em, width, height: (above + below) * em };
  return {
    part: line.part,
    isVariable: isVariable(line),
    ...rotatedRect(upright, line.part.at, line.part.turn),
  };
}

function charactersOf(line: TextLine, ranges: FieldRanges): ReadonlySet<string> {
  return new Set(
    line.content.flatMap((segment) => [
      ...('field' in segment ? ranges[segment.field].characters : segment.text),
    ]),
  );
}

function missingGlyphs(line: TextLine, ranges: FieldRanges): readonly string[] {
  return [...charactersOf(line, ranges)].filter((character) => !line.font.has(character));
}

function glyphsText(characters: string): string {
  const shown = [...new Set(characters)];
  const list = shown
    .slice(0, 8)
    .map((character) => JSON.stringify(character))
    .join(', ');
  return `${list}${shown.length > 8 ? ` and ${shown.length - 8} more` : ''}`;
}

/** Where a character is not in the template itself, it is a field that may bring it. */
function because(part: TextPart, missing: string): string {
  const foreign = [...missing].some((character) => !part.text.includes(character));
  return foreign ? `, which ${fieldsIn(part.text).join(' and ')} may bring` : '';
}
