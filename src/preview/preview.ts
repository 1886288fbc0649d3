// A template as it will print: the press's own code path, with specimen codes and the word SPECIMEN.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { CodeFormat } from '../plan/format.ts';
import type { Design } from '../plan/inputs.ts';
import { slotCount } from '../plan/sheet.ts';
import { fieldsOf, sidesOf } from '../plan/template.ts';
import { slotPlaces } from '../render/imposition.ts';
import { prepare } from '../render/preflight.ts';
import { renderVolume } from '../render/volume.ts';
import { openPdf } from '../verify/raster.ts';
import { cutPng, pagePng } from '../verify/pictures.ts';
import { specimenCards } from '../issue/specimen.ts';

export interface PreviewOptions {
  readonly press: { readonly dpi: number };
  /** Dots per inch of the pictures. */
  readonly dpi: number;
}

/** Files by name. */
export type Preview = ReadonlyMap<string, Uint8Array>;

const RUN = 'specimen';
const ID_PATTERN = 'SPECIMEN-{serial}';
const TOKEN: CodeFormat = {
  length: 16,
  prefix: '',
  numbers: true,
  characters: false,
  symbols: false,
  barcode: false,
};
const PIN: CodeFormat = { ...TOKEN, length: 6 };

/** The same template gives the same bytes. */
const CREATED = new Date(0);

export async function previewTemplate(design: Design, { press, dpi }: PreviewOptions): Promise<Preview> {
  const pin = fieldsOf(design.template.value).has('pin') ? PIN : null;
  const formats = { token: TOKEN, pin, idPattern: ID_PATTERN, run: RUN };
  const cards = specimenCards(slotCount(design.sheet.value), formats);
  const sampleCardId = cards.at(-1)?.cardId ?? '';
  const layout = await prepare({ ...design, token: TOKEN, pin, press, sampleCardId, run: RUN });
  const pieces = renderVolume(layout, {
    run: RUN,
    title: `${design.template.value.name}, specimen`,
    test: true,
    volume: 1,
    volumes: 1,
    sheets: 1,
    created: CREATED,
    id: createHash('sha256').update(design.template.value.name).digest().subarray(0, 16),
    cards: Readable.from(cards),
    overlay: 'SPECIMEN',
  });
  const pdf = await buffer(pieces);

  const files = new Map<string, Uint8Array>([['specimen.pdf', pdf]]);
  const sides = sidesOf(design.template.value);
  const places = slotPlaces({ sheet: design.sheet.value, press, sides });
  const pages = await openPdf(pdf, 'the specimen');
  try {
    for (const [index, side] of sides.entries()) {
      const raster = pages.render(index + 1, dpi);
      const place = places.find((candidate) => candidate.side === side && candidate.slot === 1);
      if (place !== undefined) files.set(`${side}.png`, await cutPng(raster, place, dpi));
      files.set(`sheet-${side}.png`, await pagePng(raster, dpi));
    }
  } finally {
    pages.close();
  }
  return files;
}
