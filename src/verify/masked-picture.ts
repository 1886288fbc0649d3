// The picture of a symbol that a report shows.
import type { Press } from '../render/grid.ts';
import { pictureOf } from './bands.ts';
import type { Verdict } from './judge.ts';
import { masked, pngOf } from './picture.ts';
import type { SidePlan, Zone } from './places.ts';
import type { PrintedPage } from './printed.ts';
import type { MaskedPicture } from './report.ts';

const PICTURE_DPI = 200;

export interface SeenSymbol {
  readonly zone: Zone;
  readonly slot: SidePlan['slots'][number];
  readonly serial: number;
  readonly verdict: Verdict;
  readonly press: Press;
}

/** A symbol as it lies on the page, with all that it says taken out. */
export async function maskedPicture(
  page: PrintedPage,
  { zone, slot, serial, verdict, press }: SeenSymbol,
): Promise<MaskedPicture> {
  const cut = pictureOf(page, zone, slot, press, PICTURE_DPI, PICTURE_DPI);
  const module = (cut.width / zone.widthDots) * zone.dots;
  const quiet = 10 * module;
  // Where it is not what it should be, not even its ends are sure to be the same as every symbol's.
  const readable = verdict.why === undefined;
  const first = readable ? quiet : quiet - 11 * module;
  const last = cut.width - quiet + (readable ? 0 : 13 * module);
  const png = (await pngOf(masked(cut, { first, last, module }))).toString('base64');
  return { serial, side: zone.side, data: zone.data, off: Math.round(verdict.off * 1000) / 1000, png };
}
