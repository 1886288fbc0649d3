// Predictions for the symbols of a layout, from one card of a sheet as it was rendered.
import type { Side } from '../plan/template.ts';
import { type Press, dotsToMm } from '../render/grid.ts';
import type { Layout } from '../render/preflight.ts';
import { type SidePlan, type Zone, lieOf, onPage, sidePlans, squaresOf, zonesOf } from './places.ts';
import { type Prediction, predict } from './prediction.ts';
import { type PrintedPage, PrintedVolume } from './printed.ts';
import { withoutSteps } from '../render/steps-off.ts';

/** What is predicted for every symbol of a kind: they differ in their bars alone. */
export interface Outlook extends Prediction {
  readonly side: Side;
  readonly data: Zone['data'];
  /** Millimetres. */
  readonly module: number;
}

/** A line's resolution, fine enough for the edge of a bar that grew by a hundredth of a millimetre. */
const DPI = 2400;
const MM = 25.4;
/** Millimetres beyond a zone in which art may come near when inks are not in register. */
const MARGIN = 2;

/** The outlook of the symbols in a side's first slot. */
export function outlooksOn(page: PrintedPage, { zones, slots }: SidePlan, press: Press): readonly Outlook[] {
  const [slot] = slots;
  if (slot === undefined) return [];
  return zones.flatMap((zone): Outlook[] => {
    const { x, y, width, height } = onPage(zone.rect, slot, press);
    const { upright, reversed: turned } = lieOf(zone, slot);
    const [start, length] = upright ? [x, width] : [y, height];
    const first = Math.max(0, start - MARGIN);
    const whole = length + start - first + MARGIN;
    const area = upright
      ? { x: first, y: y + height / 2 - 0.5, width: whole, height: 1 }
      : { x: x + width / 2 - 0.5, y: first, width: 1, height: whole };
    const { grey } = page.cut(area, DPI, MM, upright);
    const pixelsPerMm = DPI / MM;
    const from = Math.round((start - first) * pixelsPerMm);
    const to = Math.round((start - first + length) * pixelsPerMm);
    const module = dotsToMm(zone.dots, press);
    const prediction = predict({
      line: turned ? grey.toReversed() : grey,
      pixelsPerMm,
      zone: turned ? { from: grey.length - to, to: grey.length - from } : { from, to },
      module,
      less: dotsToMm(zone.less, press),
    });
    if (prediction === undefined) return [];
    return [{ side: zone.side, data: zone.data, module: Math.round(module * 1000) / 1000, ...prediction }];
  });
}

/** The outlook of a layout, from a volume whose first sheet has a card in its first slot. */
export async function outlooksOf(layout: Layout, pdf: Uint8Array): Promise<readonly Outlook[]> {
  const volume = await PrintedVolume.open(withoutSteps(pdf), 'the specimen');
  try {
    return sidePlans({ ...layout, zones: zonesOf(layout), squares: squaresOf(layout) }).flatMap(
      (plan, index) => {
        const page = volume.page(index + 1);
        if (page === undefined) return [];
        try {
          return outlooksOn(page, plan, layout.press);
        } finally {
          page.close();
        }
      },
    );
  } finally {
    volume.close();
  }
}
