// A face of a card as marks: once what every card shares, then for each card what is its own.
// This is the one file where a token or a PIN becomes ink.
import { Failure } from '../base/failure.ts';
import { reveal } from '../base/secret.ts';
import type { Card } from '../issue/card.ts';
import { cardId } from '../plan/ids.ts';
import {
  type BarcodePart,
  type Field,
  type Part,
  type QrPart,
  type Side,
  type Template,
  type TextPart,
  type Step,
  type StepPart,
  inkOf,
  isStepPart,
  partsOf,
} from '../plan/template.ts';
import type { SymbolFit } from './barcode.ts';
import type { Font } from './font.ts';
import { box, squareBox } from '../plan/rect.ts';
import type { Press } from './grid.ts';
import { type Mark, type Stroke, colourOf } from './mark.ts';
import { type Drawing, drawingMarks, squareMark } from './vector.ts';
import { stepMarks } from './step.ts';
import { type SymbolPlace, barsMark, symbolPlace } from './symbol.ts';
import { type TextLine, isVariable, piecesOf, setLine, textLines } from './text.ts';

/** A face before there is a card. */
export interface Face {
  readonly side: Side;
  readonly fixed: readonly Mark[];
  readonly lines: readonly TextLine[];
  readonly symbols: readonly SymbolPlace[];
  /** Square codes, each card's own or every card's. */
  readonly squares: readonly QrPart[];
  readonly press: Press;
  /** Shapes of processes beside printing. */
  readonly steps: ReadonlyMap<Step, readonly Mark[]>;
}

/** @param fits how each barcode part is printed; a part without a fit is left out */
export function composeFace(
  template: Template,
  side: Side,
  fonts: ReadonlyMap<string, Font>,
  fits: ReadonlyMap<BarcodePart, SymbolFit>,
  sizes: ReadonlyMap<TextPart, number> = new Map(),
  drawings: ReadonlyMap<string, Drawing> = new Map(),
  press: Press = { dpi: 600 },
): Face {
  const parts = partsOf(template, side);
  const lines = parts.flatMap((part) =>
    part.part === 'text' ? textLines(part, template, fonts, sizes.get(part)) : [],
  );
  const fixed = parts.flatMap((part): Mark[] => {
    if (isStepPart(part)) return [];
    if (part.part !== 'text') return fixedMarks(part, template, drawings);
    return lines
      .filter((line) => line.part === part && !isVariable(line))
      .map((line) => setLine(line, piecesOf(line, noField)));
  });
  const symbols = parts.flatMap((part) => {
    const fit = part.part === 'barcode' ? fits.get(part) : undefined;
    return part.part === 'barcode' && fit !== undefined ? [symbolPlace(part, side, fit)] : [];
  });
  const squares = parts.filter((part) => part.part === 'qr');
  return {
    press,
    squares,
    side,
    fixed,
    lines: lines.filter(isVariable),
    symbols,
    steps: stepMarks(template, side),
  };
}

/**
 * The marks of one card's own: its symbols, then its lines of type.
 * @throws Failure of kind `doubt` where a code is not of the format that the face was made for
 */
export function cardMarks(face: Face, card: Card, run: string): readonly Mark[] {
  const value = (field: Field): string => {
    switch (field) {
      case 'token':
        return reveal(card.token);
      case 'pin':
        if (card.pin === undefined) throw new Failure('doubt', `card ${card.serial} has no PIN`);
        return reveal(card.pin);
      case 'serial':
        return cardId('{serial}', card.serial, run);
      case 'card_id':
        return card.cardId;
      case 'run':
        return run;
    }
  };
  return [
    ...face.symbols.map((place) => barsMark(place, value(place.data), card.serial)),
    ...face.squares.map((part) => squareMark(part, filled(part.text, value), face.press)),
    ...face.lines.map((line) => setLine(line, piecesOf(line, value))),
  ];
}

/** A text with its fields filled in. */
function filled(text: string, value: (field: Field) => string): string {
  return text.replaceAll(/\{([a-z_]+)\}/g, (_, field: string) => value(field as Field));
}

function noField(field: Field): never {
  throw new Failure('bug', `a text that every card shares names ${field}`);
}

function fixedMarks(
  part: Exclude<Part, TextPart | StepPart>,
  template: Template,
  drawings: ReadonlyMap<string, Drawing>,
): Mark[] {
  const stroke = (name: string, weight: number): Stroke => ({
    ink: colourOf(inkOf(template, name)),
    weight,
  });
  switch (part.part) {
    case 'rect':
      return [
        {
          mark: 'rect',
          ...box(part),
          corner: part.corner,
          ...(part.fill !== undefined && { fill: colourOf(inkOf(template, part.fill)) }),
          ...(part.stroke !== undefined && { stroke: stroke(part.stroke, part.weight) }),
        },
      ];
    case 'line':
      return [{ mark: 'line', from: part.from, to: part.to, stroke: stroke(part.stroke, part.weight) }];
    case 'image':
      return [{ mark: 'image', ...box(part), file: part.file }];
    case 'svg':
      return drawingMarks(part, template, drawings.get(part.file));
    case 'signature':
      return [
        {
          mark: 'rect',
          ...box(part),
          corner: part.corner,
          fill: colourOf(inkOf(template, part.fill)),
          ...(part.stroke !== undefined && { stroke: stroke(part.stroke, part.weight) }),
        },
      ];
    case 'qr':
      // Its ground: whatever lies below, a code stands on white.
      return [{ mark: 'rect', ...squareBox(part), corner: 0, fill: [0, 0, 0, 0] }];
    case 'stripe':
    case 'barcode':
      return [];
  }
}
