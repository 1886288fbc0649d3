// Lines of type: a text part broken into lines, measured, and set as marks.
import { type Field, type Template, type TextPart, inkOf } from '../plan/template.ts';
import type { Font } from './font.ts';
import { rotated } from '../plan/rect.ts';
import { POINTS_PER_MM } from './grid.ts';
import { BLACK, type Colour, type TextMark, colourOf, isSpot } from './mark.ts';

/** A line of type; where it names fields it is set anew for each card. */
export interface TextLine {
  readonly part: TextPart;
  readonly content: readonly Segment[];
  readonly font: Font;
  readonly ink: Colour;
  /** Points: the part's, or smaller where the longest that may come would not fit. */
  readonly size: number;
  /** Baseline, mm. */
  readonly y: number;
}

export type Segment = { readonly text: string } | { readonly field: Field };

/** Type in solid black below this size prints over its ground, points: it would show every misregister. */
const OVERPRINT_BELOW = 12;

/** The lines of a text part, top to bottom. */
export function textLines(
  part: TextPart,
  template: Template,
  fonts: ReadonlyMap<string, Font>,
  size = part.size,
): readonly TextLine[] {
  const font = fonts.get(part.font);
  if (font === undefined) return [];
  const leading = part.leading ?? part.size * 1.4;
  return part.text
    .replace(/\n+$/, '')
    .split('\n')
    .map((text, index) => ({
      part,
      content: segmentsOf(text),
      font,
      size,
      ink: colourOf(inkOf(template, part.ink)),
      y: part.at[1] + (index * leading) / POINTS_PER_MM,
    }))
    .filter((line) => line.content.length > 0);
}

function segmentsOf(text: string): readonly Segment[] {
  return text
    .split(/(\{[a-z_]+\})/)
    .filter((piece) => piece !== '')
    .map((piece) => (/^\{[a-z_]+\}$/.test(piece) ? { field: piece.slice(1, -1) as Field } : { text: piece }));
}

export function isVariable(line: TextLine): boolean {
  return line.content.some((segment) => 'field' in segment);
}

/** The pieces of a line: broken where a group of a field's value ends, nowhere else. */
export function piecesOf(line: TextLine, value: (field: Field) => string): readonly string[] {
  const { groups } = line.part;
  const pieces: string[] = [];
  let piece = '';
  for (const segment of line.content) {
    const text = 'field' in segment ? value(segment.field) : segment.text;
    // One group and a stump of another is harder to read than a code in one piece.
    if ('text' in segment || groups === undefined || text.length < 2 * groups) {
      piece += text;
      continue;
    }
    for (let at = 0; at < text.length; at += groups) {
      if (at > 0) {
        pieces.push(piece);
        piece = '';
      }
      piece += text.slice(at, at + groups);
    }
  }
  return [...pieces, piece];
}

/** Width of a line as set, mm. Tracking and gaps stand between characters, not after the last. */
export function lineWidth(line: TextLine, pieces: readonly string[]): number {
  const { tracking, gap } = line.part;
  const variable = isVariable(line);
  let ems = (pieces.length - 1) * (gap / 1000);
  for (const piece of pieces) ems += variable ? line.font.width(piece) : line.font.kernedWidth(piece);
  if (tracking !== 0) {
    const characters = pieces.reduce((sum, piece) => sum + [...piece].length, 0);
    ems += Math.max(0, characters - 1) * (tracking / 1000);
  }
  return (ems * line.size) / POINTS_PER_MM;
}

/** Left end of a line of this width, mm. */
export function lineStart(line: TextLine, width: number): number {
  const [x] = line.part.at;
  switch (line.part.align) {
    case 'left':
      return x;
    case 'center':
      return x - width / 2;
    case 'right':
      return x - width;
  }
}

/** A line as a mark: of pieces that `piecesOf` gave. */
export function setLine(line: TextLine, pieces: readonly string[]): TextMark {
  const { part, font, ink, size, y } = line;
  const width = part.align === 'left' ? 0 : lineWidth(line, pieces);
  const [startX, startY] = rotated([lineStart(line, width), y], part.at, part.turn);
  return {
    mark: 'text',
    x: startX,
    y: startY,
    pieces,
    gap: part.gap / 1000,
    font: font.name,
    size,
    ink,
    tracking: part.tracking / 1000,
    kerned: !isVariable(line),
    overprint: size < OVERPRINT_BELOW && isSolidBlack(ink),
    turn: part.turn,
  };
}

/** A line in black that is no template's; x and y are the left end of its baseline, mm. */
export function plainText(text: string, x: number, y: number, size: number, font: Font): TextMark {
  return {
    mark: 'text',
    x,
    y,
    pieces: [text],
    gap: 0,
    font: font.name,
    size,
    ink: BLACK,
    tracking: 0,
    kerned: false,
    overprint: false,
  };
}

function isSolidBlack(ink: Colour): boolean {
  if (isSpot(ink)) return false;
  const [c, m, y, k] = ink;
  return c + m + y === 0 && k === 100;
}
