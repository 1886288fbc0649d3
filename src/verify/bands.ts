// How a symbol is cut into lines: bands over its whole height, each squashed into one row of pixels.
import { type Press, type Rect, mmToDots } from '../render/grid.ts';
import type { StripLook } from './printed.ts';

/** A band is at most this high, mm: what is wrong in a fifth of it is seen. */
const BAND = 1.5;
const FEWEST = 4;
/** Left out at the top and the bottom of a symbol, mm: where its bars end, a row is neither. */
const INSET = 0.05;

export const STRIP_DPI = 600;

/**
 * Pixels a dot of the press: about 600 an inch, so that what is measured is what is read, and a dot is always
 * a whole part or multiple of a pixel.
 */
export function scaleOf({ dpi }: Press): number {
  return dpi >= STRIP_DPI ? 1 / Math.floor(dpi / STRIP_DPI) : Math.ceil(STRIP_DPI / dpi);
}

/** What a strip over a symbol's zone on the page is to be. */
export function bandsOf(
  zone: Rect,
  press: Press,
  below: number,
  upright = true,
): [area: Rect, look: StripLook] {
  const scale = scaleOf(press);
  const [along, across] = upright ? [zone.width, zone.height] : [zone.height, zone.width];
  return [
    upright
      ? { ...zone, y: zone.y + INSET, height: zone.height - 2 * INSET }
      : { ...zone, x: zone.x + INSET, width: zone.width - 2 * INSET },
    {
      dpi: press.dpi * scale,
      columns: Math.round(mmToDots(along, press) * scale),
      rows: Math.max(FEWEST, Math.ceil(across / BAND)),
      below,
      upright,
    },
  ];
}
