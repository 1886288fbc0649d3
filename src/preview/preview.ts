// A template as it will print, as files: the press's own PDF, and pictures of it.
import { slotPlaces } from '../render/imposition.ts';
import type { Layout } from '../render/preflight.ts';
import { halfTurned, openPdf, partOf } from '../verify/raster.ts';
import { pngOf } from '../verify/pictures.ts';
import { contactSheet } from './contact.ts';
import { type Specimen, specimenPdf } from './specimen.ts';
import type { Outlook } from '../verify/outlook.ts';

/** Files by name. */
export type Preview = ReadonlyMap<string, Uint8Array>;

/** @param dpi of the pictures */
export async function previewFiles(
  layout: Layout,
  specimen: Specimen,
  outlooks: readonly Outlook[],
  dpi: number,
): Promise<Preview> {
  const pdf = await specimenPdf(layout, specimen);
  const files = new Map<string, Uint8Array>([['specimen.pdf', pdf]]);
  const places = slotPlaces(layout);
  const pages = await openPdf(pdf, 'the specimen');
  try {
    for (const [index, side] of layout.sides.entries()) {
      const place = places.find((candidate) => candidate.side === side && candidate.slot === 1);
      const page = pages.render(index + 1, dpi);
      if (place !== undefined) {
        const face = partOf(page, place, dpi);
        files.set(`${side}.png`, await pngOf(place.rotation === 180 ? halfTurned(face) : face, dpi));
      }
      files.set(`sheet-${side}.png`, await pngOf(page, dpi));
    }
    files.set('contact.png', await contactSheet(layout, specimen, outlooks, pages));
  } finally {
    pages.close();
  }
  return files;
}
