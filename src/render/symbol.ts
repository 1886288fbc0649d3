// Symbols on a face: the place of each, on whole dots, and the bars of one card in it.
import { Failure } from '../base/failure.ts';
import type { BarcodePart, Side } from '../plan/template.ts';
import { QUIET_MODULES, type SymbolFit, barcodeWidths, isEncodable, modulesOf } from './barcode.ts';
import type { Rect } from '../plan/rect.ts';
import { type Press, dotsToMm, dotsWithin, growthDots, mmToDots } from './grid.ts';
import type { BarsMark } from './mark.ts';

/**
 * Where a symbol stands, quiet zones included: millimetres from the trim's top left corner, on whole dots.
 * The rectangle holds the longest symbol that may come; a shorter one stands inside it.
 */
export interface SymbolPlace extends Rect {
  readonly side: Side;
  readonly data: BarcodePart['data'];
  readonly fit: SymbolFit;
  readonly part: BarcodePart;
}

export function symbolPlace(part: BarcodePart, side: Side, fit: SymbolFit): SymbolPlace {
  const { dots, modules } = fit;
  const along = dotsToMm(modules * dots, fit);
  const start = dotsToMm(startDots(part, modules * dots, fit), fit);
  const across = dotsToMm(dotsWithin(part.size[isUpright(part) ? 1 : 0], fit), fit);
  const still = dotsToMm(mmToDots(part.at[isUpright(part) ? 1 : 0], fit), fit);
  return {
    side,
    data: part.data,
    ...(isUpright(part)
      ? { x: start, y: still, width: along, height: across }
      : { x: still, y: start, width: across, height: along }),
    fit,
    part,
  };
}

/** Whether a symbol's bars stand, and it is read along the card's width. */
export function isUpright({ turn }: BarcodePart): boolean {
  return turn === 0 || turn === 180;
}

/** The room of a symbol in the direction in which it is read, mm. */
export function lengthOf(part: BarcodePart): number {
  return part.size[isUpright(part) ? 0 : 1];
}

const OTHER = { left: 'right', center: 'center', right: 'left' } as const;

/** Left or upper edge, in dots, of a symbol that is so many dots wide with its quiet zones. */
function startDots(part: BarcodePart, width: number, press: Press): number {
  const left = mmToDots(part.at[isUpright(part) ? 0 : 1], press);
  const spare = dotsWithin(lengthOf(part), press) - width;
  // Turned upside down, the side on which it begins is the other one.
  const backwards = part.turn === 180 || part.turn === 270;
  const align = backwards ? OTHER[part.align] : part.align;
  switch (align) {
    case 'left':
      return left;
    case 'center':
      return left + Math.floor(spare / 2);
    case 'right':
      return left + spare;
  }
}

/** Dots from a place's left edge to the first bar of a symbol of so many modules, quiet zones not counted. */
export function firstBarDots({ part, fit }: SymbolPlace, modules: number): number {
  const whole = (modules + 2 * QUIET_MODULES) * fit.dots;
  return (
    startDots(part, whole, fit) - startDots(part, fit.modules * fit.dots, fit) + QUIET_MODULES * fit.dots
  );
}

/**
 * The bars of a text in its place, their module and height as every card's.
 * @throws Failure of kind `doubt`, which does not show the text, where the place was not made for it
 */
export function barsMark(place: SymbolPlace, text: string, serial: number): BarsMark {
  const { data, fit, part } = place;
  if (!isEncodable(text)) {
    throw new Failure('doubt', `the ${data} of card ${serial} holds characters that are not printable ASCII`);
  }
  const widths = barcodeWidths(text);
  const modules = modulesOf(widths) + 2 * QUIET_MODULES;
  if (modules > fit.modules) {
    throw new Failure(
      'doubt',
      `the ${data} of card ${serial} needs ${modules} modules, its field was made for ${fit.modules}`,
    );
  }
  const start = startDots(part, modules * fit.dots, fit) + QUIET_MODULES * fit.dots;
  // All in one literal: a copy of an object leaves garbage where it is collected last, and there are many symbols.
  const isAcross = isUpright(part);
  return {
    mark: 'bars',
    x: isAcross ? dotsToMm(start, fit) : place.x,
    y: isAcross ? place.y : dotsToMm(start, fit),
    height: isAcross ? place.height : place.width,
    dots: fit.dots,
    widths,
    turn: part.turn,
    less: growthDots(fit),
  };
}
