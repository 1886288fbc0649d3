// Make-ready: a sheet of specimens with dead codes for the first prints and for scanner tests, and pictures
// of how a card is to look. Nothing in it is worth stealing.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Card } from '../issue/card.ts';
import { specimenCards } from '../issue/specimen.ts';
import { specimenPattern } from '../plan/ids.ts';
import { type Plan, cardCount, isTestRun } from '../plan/plan.ts';
import { slotCount } from '../plan/sheet.ts';
import { slotPlaces } from '../render/imposition.ts';
import type { Layout } from '../render/preflight.ts';
import { renderVolume } from '../render/volume.ts';
import { pngOf } from '../verify/pictures.ts';
import { openPdf, partOf } from '../verify/raster.ts';

const DPI = 200;

/** Sixteen bytes that no other file of any run has. */
export function fileId(plan: Plan, what: string): Uint8Array {
  return createHash('sha256').update(`${plan.run}\n${plan.created}\n${what}`).digest().subarray(0, 16);
}

/** As many specimens as a sheet has slots; their ids say what they are, and fit where the run's own do. */
export function specimensOf(plan: Plan, layout: Layout): readonly Card[] {
  const { token, pin, id } = plan.cards;
  return specimenCards(slotCount(layout.sheet), {
    token,
    pin,
    idPattern: specimenPattern({ pattern: id, run: plan.run }, plan.cards.first + cardCount(plan) - 1),
    run: plan.run,
  });
}

/** Files of proof/ by their name. */
export async function proofFiles(plan: Plan, layout: Layout): Promise<ReadonlyMap<string, Uint8Array>> {
  const pdf = await buffer(
    renderVolume(layout, {
      run: 'SPECIMEN',
      title: `${plan.run}, specimen`,
      test: isTestRun(plan),
      volume: 1,
      volumes: 1,
      sheets: 1,
      created: new Date(plan.created),
      id: fileId(plan, 'specimen'),
      cards: Readable.from(specimensOf(plan, layout)),
      overlay: 'SPECIMEN',
    }),
  );
  const name = `${plan.run}${isTestRun(plan) ? '_TEST' : ''}_SPECIMEN.pdf`;
  const files = new Map<string, Uint8Array>([[name, pdf]]);
  const pages = await openPdf(pdf, 'the specimen');
  try {
    for (const [index, side] of layout.sides.entries()) {
      const place = slotPlaces(layout).find((one) => one.side === side && one.slot === 1);
      if (place === undefined) continue;
      files.set(`${side}.png`, await pngOf(partOf(pages.render(index + 1, DPI), place, DPI), DPI));
    }
  } finally {
    pages.close();
  }
  return files;
}
