// Predictions for the symbols of a layout, from one card of a sheet as it was rendered.
import type { Side } from '../plan/template.ts';
import { type Press, dotsToMm } from '../render/grid.ts';
import type { Layout } from '../render/preflight.ts';
import { type SidePlan, type Zone, onPage, sidePlans, zonesOf } from './places.ts';
import { type Prediction, predict } from './prediction.ts';
import { type PrintedPage, PrintedVolume } from './printed.ts';

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
    const left = Math.max(0, x - MARGIN);
    const { grey } = page.cut(
      { x: left, y: y + height / 2 - 0.5, width: width + x - left + MARGIN, height: 1 },
      DPI,
      MM,
    );
    const pixelsPerMm = DPI / MM;
    const from = Math.round((x - left) * pixelsPerMm);
    const to = Math.round((x - left + width) * pixelsPerMm);
    const turned = slot.rotation === 180;
    const module = dotsToMm(zone.dots, press);
    const prediction = predict({
      line: turned ? grey.toReversed() : grey,
      pixelsPerMm,
      zone: turned ? { from: grey.length - to, to: grey.length - from } : { from, to },
      module,
    });
    if (prediction === undefined) return [];
    return [{ side: zone.side, data: zone.data, module: Math.round(module * 1000) / 1000, ...prediction }];
  });
}

/** The outlook of a layout, from a volume whose first sheet has a card in its first slot. */
export async function outlooksOf(layout: Layout, pdf: Uint8Array): Promise<readonly Outlook[]> {
  const volume = await PrintedVolume.open(pdf, 'the specimen');
  try {
    return sidePlans({ ...layout, zones: zonesOf(layout) }).flatMap((plan, index) => {
      const page = volume.page(index + 1);
      if (page === undefined) return [];
      try {
        return outlooksOn(page, plan, layout.press);
      } finally {
        page.close();
      }
    });
  } finally {
    volume.close();
  }
}
