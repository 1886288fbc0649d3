// Fifty volumes in one thread, as in a long run: nothing of one stays for the next.
import { expect, test } from 'vitest';
import { pdfium } from '../../src/verify/pdfium.ts';
import { cardsOf, layoutOf, pdfOf } from '../render/samples.ts';
import { readBack } from './read-back.ts';

test('memory stays flat over fifty volumes', async () => {
  const layout = await layoutOf();
  const cards = cardsOf(16);
  const pdf = await pdfOf(layout, cards);
  const heap = async () => (await pdfium()).pdfium.HEAPU8.length;
  let early = 0;
  for (let volume = 1; volume <= 50; volume += 1) {
    const { passed } = await readBack(layout, pdf, cards, { attempt: volume });
    expect(passed).toBe(true);
    if (volume === 5) early = await heap();
  }
  expect(await heap()).toBe(early);
});
