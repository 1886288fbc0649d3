// Symbols that stand on white over a picture: the picture is left out where it is dear to render, and still
// nothing of it may show.
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import type { Layout } from '../../src/render/preflight.ts';
import { type KnownCard, cardsOf, layoutOf, pdfOf, read } from '../render/samples.ts';
import { readBack, withContent } from './read-back.ts';

let layout: Layout;
let cards: readonly KnownCard[];
let pdf: Buffer;

beforeAll(async () => {
  const noise = Uint8Array.from({ length: 800 * 520 }, (_, index) => (index * 7919) % 251);
  const photo = await sharp(noise, { raw: { width: 800, height: 520, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const template = read('classic/template.yaml')
    .toString()
    .replace(
      'back:\n',
      `back:
  - { part: image, file: photo.png, at: [-3, -3], size: [91.6, 59.98] }
  - { part: rect, at: [2, 4], size: [81.6, 45], fill: white }
`,
    );
  layout = await layoutOf({ template, assets: { 'photo.png': photo } });
  cards = cardsOf(40);
  pdf = await pdfOf(layout, cards);
});

const reading = (bytes: Uint8Array) => readBack(layout, bytes, cards);

test('symbols on white over a picture are read, with the picture and without it', async () => {
  expect(await reading(pdf)).toMatchObject({ passed: true, faults: [], symbols: 80, decoded: 80 });
});

test('a picture that is no longer covered under one card is seen though it is left out', async () => {
  // The third card's art, taken away with its picture and its white: its bars then stand on bare paper.
  let at = 0;
  const { faults } = await reading(
    await withContent(pdf, 4, (content) =>
      // The first form on a page is what surrounds the cards.
      content.replaceAll(/^\/Fm\d+ Do$/gm, (whole) => ((at += 1) === 1 + 3 ? '' : whole)),
    ),
  );
  expect(new Set(faults.map(({ serial }) => serial))).toEqual(new Set([11]));
  expect(faults.map(({ what }) => what)).toEqual(expect.arrayContaining(['token', 'pin', 'face']));
});

test('a picture that is drawn over the bars is seen, if only by what the page is made of', async () => {
  const { faults } = await reading(
    await withContent(pdf, 4, (content) => {
      const art = [...content.matchAll(/^\/(Fm\d+) Do$/gm)][3]![0];
      const starts = [...content.matchAll(/^q 1 0 0 1 .* cm$/gm)].map(({ index }) => index);
      const end = starts[4]!;
      return content.slice(0, end).replace(/Q\n$/, `${art}\nQ\n`) + content.slice(end);
    }),
  );
  expect(new Set(faults.map(({ serial }) => serial))).toEqual(new Set([11]));
});
