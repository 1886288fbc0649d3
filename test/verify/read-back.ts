// A rendered volume read back, as it is or with something changed in it that a press would still take.
import { deflateSync, inflateSync } from 'node:zlib';
import { PDFDocument, PDFName, PDFRawStream, type PDFRef } from 'pdf-lib';
import { expect } from 'vitest';
import type { Card } from '../../src/issue/card.ts';
import { slotCount } from '../../src/plan/sheet.ts';
import type { Layout } from '../../src/render/preflight.ts';
import type { VolumeReport } from '../../src/verify/report.ts';
import { type VolumeFacts, verifyVolume } from '../../src/verify/verify.ts';
import { RUN, savedForPress, streamOf } from '../render/samples.ts';

/** What is found in the volume that `pdfOf` makes of these cards; facts are as there, but for what is said otherwise. */
export function readBack(
  layout: Layout,
  pdf: Uint8Array,
  cards: readonly Card[],
  more: Partial<VolumeFacts> = {},
): Promise<VolumeReport> {
  return verifyVolume(layout, pdf, streamOf(cards), {
    run: RUN,
    test: true,
    volume: 1,
    volumes: 2,
    attempt: 1,
    sheets: Math.ceil(cards.length / slotCount(layout.sheet)),
    second: 0.02,
    ...more,
  });
}

/** The PDF with the content of a page changed; pages count from 1. */
export async function withContent(
  pdf: Uint8Array,
  page: number,
  change: (content: string) => string,
): Promise<Uint8Array> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false });
  const reference = document.getPage(page - 1).node.get(PDFName.of('Contents')) as PDFRef;
  const stream = document.context.lookup(reference) as PDFRawStream;
  const before = inflateSync(stream.contents).toString('latin1');
  const after = change(before);
  expect(after).not.toBe(before);
  document.context.assign(reference, PDFRawStream.of(stream.dict, deflateSync(Buffer.from(after, 'latin1'))));
  return savedForPress(document);
}
