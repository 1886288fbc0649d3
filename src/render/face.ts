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
import { box } from './grid.ts';
import { type Mark, type Stroke, colourOf } from './mark.ts';
import { stepMarks } from './step.ts';
import { type SymbolPlace, barsMark, symbolPlace } from './symbol.ts';
import { type TextLine, isVariable, piecesOf, setLine, textLines } from './text.ts';

/** A face before there is a card. */
export interface Face {
  readonly side: Side;
  readonly fixed: readonly Mark[];
  readonly lines: readonly TextLine[];
  readonly symbols: readonly SymbolPlace[];
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
): Face {
  const parts = partsOf(template, side);
  const lines = parts.flatMap((part) =>
    part.part === 'text' ? textLines(part, template, fonts, sizes.get(part)) : [],
  );
  const fixed = parts.flatMap((part): Mark[] => {
    if (isStepPart(part)) return [];
    if (part.part !== 'text') return fixedMarks(part, template);
    return lines
      .filter((line) => line.part === part && !isVariable(line))
      .map((line) => setLine(line, piecesOf(line, noField)));
  });
  const symbols = parts.flatMap((part) => {
    const fit = part.part === 'barcode' ? fits.get(part) : undefined;
    return part.part === 'barcode' && fit !== undefined ? [symbolPlace(part, side, fit)] : [];
  });
  return { side, fixed, lines: lines.filter(isVariable), symbols, steps: stepMarks(template, side) };
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
    ...face.lines.map((line) => setLine(line, piecesOf(line, value))),
  ];
}

function noField(field: Field): never {
  throw new Failure('bug', `a text that every card shares names ${field}`);
}

function fixedMarks(part: Exclude<Part, TextPart | StepPart>, template: Template): Mark[] {
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
    case 'barcode':
      return [];
  }
}
