// Where on a page a card's symbols stand: from the imposition and the layout alone, never from what was drawn.
import { type Side, type Turn, partsOf } from '../plan/template.ts';
import { type Rect, box, overlaps, rectOf, squareBox } from '../plan/rect.ts';
import { type Press, dotsToMm, growthDots, mmToDots } from '../render/grid.ts';
import { type Imposition, type SlotPlace, slotPlaces } from '../render/imposition.ts';
import type { Layout } from '../render/preflight.ts';
import { type SymbolPlace, firstBarDots } from '../render/symbol.ts';

/** A symbol's zone on a card side, whatever was drawn in it; lengths in dots of the press. */
export interface Zone {
  readonly side: Side;
  readonly data: SymbolPlace['data'];
  /** Millimetres from the trim's top left corner, quiet zones included. */
  readonly rect: Rect;
  readonly widthDots: number;
  /** Dots a module. */
  readonly dots: number;
  /** Dots by which bars are drawn narrower. */
  readonly less: number;
  /** Clockwise, on an upright card. */
  readonly turn: Turn;
  /** Dots from where the zone begins, in the direction of reading, to the first bar of a symbol of so many modules. */
  readonly firstBar: (modules: number) => number;
  /** A line of type on the same side says what it holds. */
  readonly typed: boolean;
  /** Artwork lies below it, with white between: see `PrintedVolume`. */
  readonly onArtwork: boolean;
}

/** A square code's room on a card side, quiet zone included; it is each card's own where its text names fields. */
export interface SquareZone {
  readonly side: Side;
  readonly rect: Rect;
  readonly text: string;
}

/** One side of a sheet as it is to be read. */
export interface SidePlan {
  readonly side: Side;
  readonly slots: readonly SlotPlace[];
  readonly zones: readonly Zone[];
  readonly squares: readonly SquareZone[];
}

/** What the places depend on; a layout is one. */
export interface Places extends Imposition {
  readonly zones: readonly Zone[];
  readonly squares: readonly SquareZone[];
}

export function squaresOf({ faces }: Pick<Layout, 'faces'>): readonly SquareZone[] {
  return faces.flatMap(({ side, squares }) =>
    squares.map((part) => ({ side, rect: squareBox(part), text: part.text })),
  );
}

export function zonesOf(layout: Layout): readonly Zone[] {
  return layout.symbols.map((symbol) => ({
    side: symbol.side,
    data: symbol.data,
    rect: rectOf(symbol),
    widthDots: symbol.fit.modules * symbol.fit.dots,
    dots: symbol.fit.dots,
    less: growthDots(symbol.fit),
    turn: symbol.part.turn,
    firstBar: (modules) => firstBarDots(symbol, modules),
    typed: layout.faces.some(
      ({ side, lines }) =>
        side === symbol.side &&
        lines.some(({ content }) => content.some((one) => 'field' in one && one.field === symbol.data)),
    ),
    onArtwork: partsOf(layout.template, symbol.side).some(
      (part) => part.part === 'image' && overlaps(box(part), symbol),
    ),
  }));
}

export function sidePlans(places: Places): readonly SidePlan[] {
  const all = slotPlaces(places);
  return places.sides.map((side) => ({
    side,
    slots: all.filter((slot) => slot.side === side),
    zones: places.zones.filter((zone) => zone.side === side),
    squares: places.squares.filter((square) => square.side === side),
  }));
}

/** A rectangle of a card on the page, millimetres from the page's top left. */
export function onPage(rect: Rect, slot: SlotPlace, press: Press): Rect {
  const dots = (mm: number) => mmToDots(mm, press);
  const turned = slot.rotation === 180;
  const x = turned ? dots(slot.x + slot.width) - dots(rect.x + rect.width) : dots(slot.x) + dots(rect.x);
  const y = turned ? dots(slot.y + slot.height) - dots(rect.y + rect.height) : dots(slot.y) + dots(rect.y);
  return { x: dotsToMm(x, press), y: dotsToMm(y, press), width: rect.width, height: rect.height };
}

/** How a symbol lies on the page, once its card lies there. */
export interface Lie {
  /** Read along the page's width; else down or up its height. */
  readonly upright: boolean;
  /** Read from the right to the left, or from the bottom up. */
  readonly reversed: boolean;
}

export function lieOf({ turn }: Pick<Zone, 'turn'>, { rotation }: SlotPlace): Lie {
  const angle = (turn + rotation) % 360;
  return { upright: angle % 180 === 0, reversed: angle >= 180 };
}
