// What is predicted of a template's symbols before there is a card: one specimen sheet, rendered and measured.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Samples } from '../render/longest.ts';
import type { Layout } from '../render/preflight.ts';
import { renderVolume } from '../render/volume.ts';
import { type Outlook, outlooksOf } from '../verify/outlook.ts';
import { specimenCards } from '../issue/specimen.ts';

/** @param samples what the layout was made for */
export async function outlookFor(
  layout: Layout,
  { token, pin, cards: samples, run }: Samples,
): Promise<readonly Outlook[]> {
  const cards = specimenCards(1, { token, pin, idPattern: samples.at(-1)?.cardId ?? '', run });
  const pdf = renderVolume(layout, {
    run,
    title: run,
    test: true,
    volume: 1,
    volumes: 1,
    sheets: 1,
    created: new Date(0),
    id: new Uint8Array(16),
    cards: Readable.from(cards),
  });
  return outlooksOf(layout, await buffer(pdf));
}
