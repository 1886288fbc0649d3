// Fifty volumes in one thread, as in a long run: nothing of one stays for the next.
import { expect, test } from 'vitest';
import { pdfium } from '../../src/verify/pdfium.ts';
import { verifyVolume } from '../../src/verify/verify.ts';
import { RUN, cardsOf, layoutOf, pdfOf, streamOf } from '../render/samples.ts';

test('memory stays flat over fifty volumes', async () => {
  const layout = await layoutOf();
  const cards = cardsOf(16);
  const pdf = await pdfOf(layout, cards);
  const heap = async () => (await pdfium()).pdfium.HEAPU8.length;
  let early = 0;
  for (let volume = 1; volume <= 50; volume += 1) {
    const { passed } = await verifyVolume(layout, pdf, streamOf(cards), {
      run: RUN,
      test: true,
      volume: 1,
      volumes: 2,
      attempt: volume,
      sheets: 2,
      second: 0.02,
    });
    expect(passed).toBe(true);
    if (volume === 5) early = await heap();
  }
  expect(await heap()).toBe(early);
}, 120_000);
