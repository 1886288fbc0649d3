// How a symbol is looked at, in the direction of reading: as lines, which are bands over its whole height, each
// squashed into one row of pixels; or as a picture.
import type { Rect } from '../plan/rect.ts';
import { type Press, mmToDots } from '../render/grid.ts';
import type { SlotPlace } from '../render/imposition.ts';
import { type Zone, lieOf, onPage } from './places.ts';
import type { GreyPicture, PrintedPage, StripLook } from './printed.ts';

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

/** What of a symbol's zone says where it is seen. */
type Seen = Pick<Zone, 'rect' | 'turn'>;

/** The lines of a symbol; where nothing had to be turned they lie in memory that the next strip writes over. */
export function linesAcross(
  page: PrintedPage,
  zone: Seen,
  slot: SlotPlace,
  press: Press,
  below: number,
): readonly Uint8Array[] {
  const { upright, reversed } = lieOf(zone, slot);
  const strip = page.strip(...bandsOf(onPage(zone.rect, slot, press), press, below, upright));
  return reversed ? strip.map((line) => line.toReversed()) : strip;
}

/** The picture of a symbol; `down` is its resolution across the lines. */
export function pictureOf(
  page: PrintedPage,
  zone: Seen,
  slot: SlotPlace,
  press: Press,
  dpi: number,
  down: number,
): GreyPicture {
  const { upright, reversed } = lieOf(zone, slot);
  const picture = page.cut(onPage(zone.rect, slot, press), dpi, down, upright);
  if (reversed) picture.grey.reverse();
  return picture;
}
