// A square code read from the paper by zxing, which shares nothing with the encoder.
import type { Rect } from '../plan/rect.ts';
import type { Press } from '../render/grid.ts';
import type { SlotPlace } from '../render/imposition.ts';
import { onPage } from './places.ts';
import type { PrintedPage } from './printed.ts';
import { readSquare } from './second.ts';

const DPI = 600;

/** What a square code on a card says; undefined where it cannot be read. */
export function squareText(
  page: PrintedPage,
  rect: Rect,
  slot: SlotPlace,
  press: Press,
): Promise<string | undefined> {
  return readSquare(page.cut(onPage(rect, slot, press), DPI));
}
