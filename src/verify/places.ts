// Where on a page a card's symbols stand: from the imposition and the layout alone, never from what was drawn.
import type { Side } from '../plan/template.ts';
import { type Press, type Rect, dotsToMm, mmToDots, overlaps } from '../render/grid.ts';
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
  /** Dots from the zone's left edge to the first bar of a symbol of so many modules. */
  readonly firstBar: (modules: number) => number;
  /** Artwork lies below it, with white between: see `PrintedVolume`. */
  readonly onArtwork: boolean;
}

/** One side of a sheet as it is to be read. */
export interface SidePlan {
  readonly side: Side;
  readonly slots: readonly SlotPlace[];
  readonly zones: readonly Zone[];
}

/** What the places depend on; a layout is one. */
export interface Places extends Imposition {
  readonly zones: readonly Zone[];
}

export function zonesOf(layout: Layout): readonly Zone[] {
  return layout.symbols.map((symbol) => ({
    side: symbol.side,
    data: symbol.data,
    rect: { x: symbol.x, y: symbol.y, width: symbol.width, height: symbol.height },
    widthDots: symbol.fit.modules * symbol.fit.dots,
    dots: symbol.fit.dots,
    firstBar: (modules) => firstBarDots(symbol, modules),
    onArtwork: (layout.template[symbol.side] ?? []).some(
      (part) =>
        part.part === 'image' &&
        overlaps({ x: part.at[0], y: part.at[1], width: part.size[0], height: part.size[1] }, symbol),
    ),
  }));
}

export function sidePlans(places: Places): readonly SidePlan[] {
  const all = slotPlaces(places);
  return places.sides.map((side) => ({
    side,
    slots: all.filter((slot) => slot.side === side),
    zones: places.zones.filter((zone) => zone.side === side),
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
