// Programs that know nothing of ours read the same symbols from the same pages.
import { expect, vi } from 'vitest';

import { cardsOf, layoutOf, pdfOf } from '../render/samples.ts';
import { run, scratchFolder, testWith } from '../render/tools.ts';

vi.setConfig({ testTimeout: 300_000 });

const folder = scratchFolder();

testWith('zbarimg', 'zbarimg on pdftoppm’s pages finds all symbols of 500 cards', async () => {
  const layout = await layoutOf();
  const cards = cardsOf(500);
  const pdf = folder.write('volume.pdf', await pdfOf(layout, cards));
  const found = new Set<string>();
  for (let sheet = 1; sheet <= 63; sheet += 1) {
    const back = String(2 * sheet);
    const picture = folder.path('page');
    run('pdftoppm', '-gray', '-r', '300', '-f', back, '-l', back, '-singlefile', pdf, picture);
    const printed = run('zbarimg', '--quiet', '--raw', '-Sdisable', '-Scode128.enable', `${picture}.pgm`);
    for (const line of printed.trim().split('\n')) found.add(line);
  }
  // At this resolution it may take a part of a symbol for another one as well; none of ours may be missing.
  const missing = cards.filter(({ tokenText, pinText }) => !found.has(tokenText) || !found.has(pinText));
  expect(missing.map(({ serial }) => serial)).toEqual([]);
});
