// What a press asks for beyond upright symbols across a sheet, rendered and read back: stacks, processes in the
// volume, turned and narrowed bars, square codes, the sheet's own code.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseSheet } from '../../src/plan/sheet.ts';
import type { Layout, LayoutInputs } from '../../src/render/preflight.ts';
import { type KnownCard, cardsOf, layoutOf, pdfOf, read } from '../render/samples.ts';
import { readBack } from './read-back.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** Four to a page that is turned about its short edge, so that backs lie upside down; shared gutters, stacks. */
const STACKS = `name: stacks
page: { width: 230, height: 170 }
bleed: 3
grid: { columns: 2, rows: 2, pitch: [87.6, 55.98] }
gutters: shared
order: cut-and-stack
turn: short-edge
sheetCode: { at: [20, 158], size: [50, 6] }
slug: [90, 162]
`;

const everyPart = (more: Partial<LayoutInputs> = {}, sheet = STACKS) =>
  layoutOf(
    {
      template: fixture('every-part.yaml').toString(),
      sheet,
      assets: { 'star.svg': fixture('star.svg') },
    },
    more,
  );

async function faultsOf(
  layout: Layout,
  pdf: Uint8Array,
  cards: readonly KnownCard[],
  facts: { readonly sheets: number; readonly volume?: number },
): Promise<{ readonly faults: readonly string[]; readonly symbols: number; readonly decoded: number }> {
  const report = await readBack(layout, pdf, cards, { second: 1, ...facts });
  const faults = report.faults.map(
    ({ serial, side, what, why }) => `${serial ?? 'none'} ${side} ${what}: ${why}`,
  );
  return { faults, symbols: report.symbols, decoded: report.decoded };
}

describe('every part, in stacks, on a sheet that is turned about its short edge', () => {
  /** Three sheets of four: the last stack is one short. */
  const cards = cardsOf(11);

  describe.each([
    ['steps in the volume', { steps: 'inline' as const }],
    ['steps apart', { steps: 'separate' as const }],
    ['bars narrower by a dot', { steps: 'inline' as const, press: { dpi: 1200, barGrowth: 21.2 } }],
    ['bars narrower by three dots', { press: { dpi: 2400, barGrowth: 31.8 } }],
  ])('%s', (_, more) => {
    let layout: Layout;
    let pdf: Buffer;
    beforeAll(async () => {
      layout = await everyPart(more);
      pdf = await pdfOf(layout, cards);
    });

    test('reads as it should, to both readers', async () => {
      const read = await faultsOf(layout, pdf, cards, { sheets: 3 });
      expect(read).toEqual({ faults: [], symbols: 33, decoded: 33 });
    });

    test('shows two cards that have changed seats', async () => {
      const swapped = cards.map((card, index) => cards[[1, 0][index] ?? index]!);
      const { faults } = await faultsOf(layout, pdf, swapped, { sheets: 3 });
      for (const what of ['token', 'pin'])
        for (const [one, other] of [
          [1, 2],
          [2, 1],
        ])
          expect(faults).toContain(`${one} back ${what}: says what serial ${other} has`);
      expect(faults).toContain('1 back qr: says something else than it should');
      expect(faults.every((fault) => /^(1|2|none) /.test(fault))).toBe(true);
    });
  });
});

test('bars that were to be narrower and are not are seen', async () => {
  const cards = cardsOf(4);
  const pdf = await pdfOf(await everyPart({ press: { dpi: 2400 } }), cards);
  const layout = await everyPart({ press: { dpi: 2400, barGrowth: 31.8 } });
  const { faults } = await faultsOf(layout, pdf, cards, { sheets: 1 });
  expect(faults).toContain('1 back token: has an edge that is off by 2.0 dots');
});

describe('a sheet’s code', () => {
  let layout: Layout;
  const cards = cardsOf(8);
  beforeAll(async () => {
    layout = await layoutOf();
  });

  test('is on every front of the built-in sheets but the single card’s', () => {
    const has = (name: string) =>
      parseSheet(read(`sheets/${name}.yaml`).toString(), name).value.sheetCode !== undefined;
    expect(['a4-8up', 'sra3-21up', '13x19-21up', '24up-360x520'].map(has)).toEqual([true, true, true, true]);
  });

  test('of another volume is seen', async () => {
    const pdf = await pdfOf(layout, cards, { volume: 2 });
    const { faults } = await faultsOf(layout, pdf, cards, { sheets: 1 });
    expect(faults).toContain('none front page: the sheet’s code is another’s');
    expect(faults).toContain('none front page: the line that names the sheet is another’s');
  });

  test('that is not there is seen', async () => {
    const { sheetCode, ...bare } = layout.sheet;
    expect(sheetCode).toBeDefined();
    const pdf = await pdfOf({ ...layout, sheet: bare }, cards);
    const { faults } = await faultsOf(layout, pdf, cards, { sheets: 1 });
    expect(faults).toEqual(['none front page: the sheet’s code is missing']);
  });
});

test('a file that a press would not take is seen, however well it reads', async () => {
  const layout = await layoutOf();
  const cards = cardsOf(8);
  const pdf = await pdfOf(layout, cards);
  pdf.write('%PDF-1.7');
  const { faults, decoded } = await faultsOf(layout, pdf, cards, { sheets: 1 });
  expect(decoded).toBe(16);
  expect(faults).toEqual(['none front file: the header says PDF 1.7: PDF/X-4 goes up to 1.6']);
});

test('cards across are not taken for stacks', async () => {
  const layout = await layoutOf();
  const cards = cardsOf(16);
  const pdf = await pdfOf(layout, cards);
  const stacks = { ...layout, sheet: { ...layout.sheet, order: 'cut-and-stack' as const } };
  const { decoded } = await faultsOf(stacks, pdf, cards, { sheets: 2 });
  expect(decoded).toBe(4);
});
