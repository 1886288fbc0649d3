// What can go wrong between a card and the paper, each put into a volume that is really rendered, and each
// found, with the serials that it befell.
import { PDFDocument, PDFName } from 'pdf-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { slotPlaces } from '../../src/render/imposition.ts';
import type { Layout } from '../../src/render/preflight.ts';
import { type KnownCard, cardsOf, layoutOf, pdfOf, read, savedForPress } from '../render/samples.ts';
import { readBack, withContent } from './read-back.ts';

const SHEETS = 5;
const SLOTS = 8;
const POINTS = 72 / 25.4;

let layout: Layout;
let cards: readonly KnownCard[];
let pdf: Buffer;

beforeAll(async () => {
  layout = await layoutOf();
  cards = cardsOf(SHEETS * SLOTS - 3);
  pdf = await pdfOf(layout, cards);
});

const reading = (bytes: Uint8Array, { of = layout, printed = cards, second = 0.02 } = {}) =>
  readBack(of, bytes, printed, { second });

/** The faults as lines: `serial side what: why`, each once. */
async function faultsOf(bytes: Uint8Array, more?: Parameters<typeof reading>[1]): Promise<string[]> {
  const { faults, passed, decoded, symbols } = await reading(bytes, more);
  expect(passed).toBe(faults.length === 0);
  expect(decoded).toBeLessThanOrEqual(symbols);
  return faults.map(({ serial, side, what, why }) => `${serial} ${side} ${what}: ${why}`);
}

/** Where a card of page 4 (sheet 2) is drawn: its part of the content, from `q` to `Q`. */
function slotContent(content: string, slot: number): { readonly from: number; readonly to: number } {
  const starts = [...content.matchAll(/^q 1 0 0 1 .* cm$/gm)].map(({ index }) => index);
  // The first is what stands beside the cards.
  return { from: starts[slot]!, to: starts[slot + 1] ?? content.length };
}

function inSlot(content: string, slot: number, change: (part: string) => string): string {
  const { from, to } = slotContent(content, slot);
  return content.slice(0, from) + change(content.slice(from, to)) + content.slice(to);
}

/** Draws at the end of a slot, over everything in it. */
const drawn = (content: string, slot: number, operators: string) =>
  inSlot(content, slot, (part) => part.replace(/Q\n$/, `q /Knock gs ${operators} Q\nQ\n`));

/** A filled rectangle, millimetres from the trim's top left corner; ink 1 is black, 0 white. */
const box = (x: number, y: number, width: number, height: number, ink = 1) =>
  `0 0 0 ${ink} k ${x * POINTS} ${-(y + height) * POINTS} ${width * POINTS} ${height * POINTS} re f`;

/** The bars of a symbol, as the content has them. */
const BARS = /^q (?!1 0 0 1 )[\d.]+ 0 0 [\s\S]*?f Q\n/m;

const BACK_OF_SHEET_2 = 4;
/** Slot 3 of sheet 2. */
const SERIAL = 11;

test('a volume as it should be has no fault, and every symbol is read', async () => {
  const report = await reading(pdf);
  expect(report).toMatchObject({
    passed: true,
    symbols: 2 * cards.length,
    decoded: 2 * cards.length,
    lines: cards.length,
    cards: cards.length,
    faults: [],
    second: { sheets: [1, 5], symbols: 2 * (8 + 5), decoded: 2 * (8 + 5) },
    content: { bytes: pdf.length, pages: 2 * SHEETS },
  });
  expect(report.off).toBeLessThan(0.02);
});

describe.each(['one-up', 'sra3-21up'])('%s', (name) => {
  test('is read on its own sheet, turned over its own edge', async () => {
    const of = await layoutOf({ sheet: read(`sheets/${name}.yaml`).toString() });
    expect(await faultsOf(await pdfOf(of, cards), { of })).toEqual([]);
  });
});

test('cards on sheets that are turned over the short edge are read upside down', async () => {
  const sheet = read('sheets/a4-8up.yaml').toString();
  const turned = sheet.includes('turn:')
    ? sheet.replace(/turn: .*/, 'turn: short-edge')
    : `${sheet}\nturn: short-edge\n`;
  const of = await layoutOf({ sheet: turned });
  expect(slotPlaces(of).some(({ rotation }) => rotation === 180)).toBe(true);
  const report = await reading(await pdfOf(of, cards), { of });
  expect(report).toMatchObject({ passed: true, faults: [], decoded: 2 * cards.length });
  expect(report.off).toBeLessThan(0.02);
});

describe('type that says what it should', () => {
  const WHY = `${SERIAL} back lines: does not stand where it should, or not in its size`;
  /** Changes the first line of type in slot 3 of sheet 2. */
  const withLine = (change: (line: string) => string) =>
    withContent(pdf, BACK_OF_SHEET_2, (content) =>
      inSlot(content, 3, (part) => part.replace(/^BT .* ET$/m, change)),
    );

  test.each([
    ['higher', (line: string) => line.replace(/ (-[\d.]+) Td/, (_, y: string) => ` ${Number(y) + 1} Td`)],
    [
      'further right',
      (line: string) =>
        line.replace(/ ([\d.]+) (-[\d.]+) Td/, (_, x: string, y) => ` ${Number(x) + 1} ${y} Td`),
    ],
    [
      'smaller',
      (line: string) => line.replace(/ ([\d.]+) Tf/, (_, size: string) => ` ${Number(size) - 0.5} Tf`),
    ],
    ['stretched', (line: string) => line.replace(/ ([\d.]+) (-[\d.]+) Td/, ' 1.05 0 0 1 $1 $2 Tm')],
  ])('and stands %s', async (_, change) => {
    expect(await faultsOf(await withLine(change))).toEqual([WHY]);
  });

  test('and is set twice', async () => {
    const twice = await withLine((line) => `${line}\n${line}`);
    expect(await faultsOf(twice)).toContain(WHY);
  });
});

describe.each([600, 812.8, 1200, 2400])('at %d dpi', (dpi) => {
  test('edges are measured on the press’s own grid', async () => {
    const of = await layoutOf({}, { press: { dpi } });
    const few = cards.slice(0, 8);
    const report = await reading(await pdfOf(of, few), { of, printed: few });
    expect(report).toMatchObject({ passed: true, faults: [] });
    expect(report.off).toBeLessThan(0.1);
  });
});

test('two cards whose tokens are swapped', async () => {
  const swapped = cards.map((card, index) => {
    if (index === 10) return { ...card, token: cards[20]!.token };
    return index === 20 ? { ...card, token: cards[10]!.token } : card;
  });
  expect((await faultsOf(await pdfOf(layout, swapped))).sort()).toEqual([
    '11 back lines: does not say what it should',
    '11 back token: says what serial 21 has',
    '21 back lines: does not say what it should',
    '21 back token: says what serial 11 has',
  ]);
});

test('on the first sheet the second engine sees it, too', async () => {
  const swapped = cards.map((card, index) => (index === 3 ? { ...card, token: cards[20]!.token } : card));
  expect(await faultsOf(await pdfOf(layout, swapped))).toContain(
    '4 back token: says something else to zxing',
  );
});

test('a symbol that is right over type that is not', async () => {
  const other = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) =>
      inSlot(content, 3, (part) => {
        // The groups of the token, the last two swapped.
        const groups = /\[(<[0-9a-f]{16}>)-400(<[0-9a-f]{16}>)-400(<[0-9a-f]{16}>)-400(<[0-9a-f]{16}>)\] TJ/;
        expect(part).toMatch(groups);
        return part.replace(groups, '[$1-400$2-400$4-400$3] TJ');
      }),
    ),
  );
  expect(other).toEqual([`${SERIAL} back lines: does not say what it should`]);
});

test('a bar that is shifted by two dots', async () => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) => inSlot(content, 3, (part) => shiftBar(part, 12, 2))),
  );
  expect(faults).toEqual([`${SERIAL} back token: has an edge that is off by 2.0 dots`]);
});

test('a bar that is shifted by less than a dot is within what a press does', async () => {
  expect(
    await faultsOf(
      await withContent(pdf, BACK_OF_SHEET_2, (content) =>
        inSlot(content, 3, (part) => shiftBar(part, 12, 0.9)),
      ),
    ),
  ).toEqual([]);
});

test('a bar that is missing', async () => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) =>
      inSlot(content, 3, (part) => withBar(part, 12, () => '')),
    ),
  );
  expect(faults).toEqual([`${SERIAL} back token: cannot be read`]);
});

test('a bar whose lower half is thin', async () => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) =>
      inSlot(content, 3, (part) =>
        withBar(part, 12, (x, width) => `${x} 0.5 ${width} 0.5 re\n${x} 0 ${width * 0.55} 0.5 re\n`),
      ),
    ),
  );
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(new RegExp(`^${SERIAL} back token: .*, not over its whole height$`));
});

test('a bar that ends a fifth of its height too early', async () => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) =>
      inSlot(content, 3, (part) => withBar(part, 12, (x, width) => `${x} 0.2 ${width} 0.8 re\n`)),
    ),
  );
  expect(faults).toEqual([`${SERIAL} back token: cannot be read, not over its whole height`]);
});

test.each([
  ['left of the token', [19, 8, 0.5, 6], 'token'],
  ['right of the token', [65.5, 15, 0.4, 1.5], 'token'],
  ['left of the PIN', [10.5, 31, 0.3, 8], 'pin'],
] as const)('ink in the quiet zone %s', async (_, [x, y, width, height], data) => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) => drawn(content, 3, box(x, y, width, height))),
  );
  expect(faults).toHaveLength(2);
  expect(faults).toContain(`${SERIAL} back face: is not made of the same parts as the first card’s`);
  expect(faults.find((fault) => fault.includes(data))).toMatch(/has ink in its quiet zone/);
});

test('a white scratch through the bars', async () => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) => drawn(content, 3, box(30, 10, 20, 1, 0))),
  );
  expect(faults.some((fault) => fault.startsWith(`${SERIAL} back token: `))).toBe(true);
});

test('bars in an ink that is too pale', async () => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) =>
      inSlot(content, 3, (part) => part.replace('0 0 0 1 k', '0 0 0 0.6 k')),
    ),
  );
  expect(faults).toContain(`${SERIAL} back token: has a blemish in its bars`);
  expect(faults.every((fault) => fault.startsWith(`${SERIAL} `))).toBe(true);
});

test('a symbol that is not there', async () => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) =>
      inSlot(content, 3, (part) => part.replace(BARS, '')),
    ),
  );
  expect(faults).toContain(`${SERIAL} back token: is missing`);
  expect(faults.every((fault) => fault.startsWith(`${SERIAL} `))).toBe(true);
});

test('a card that is printed in another’s place as well', async () => {
  const repeated = cards.map((card, index) => (index === 10 ? { ...cards[9]!, serial: card.serial } : card));
  const faults = await faultsOf(await pdfOf(layout, repeated));
  expect(faults).toContain(`${SERIAL} back token: says what serial 10 has`);
  expect(faults).toContain(`${SERIAL} back pin: says what serial 10 has`);
  expect(faults.every((fault) => fault.startsWith(`${SERIAL} `))).toBe(true);
});

test('two pages that are swapped', async () => {
  const document = await PDFDocument.load(pdf, { updateMetadata: false });
  const content = (page: number) => document.getPage(page - 1).node;
  const [a, b] = [content(4).get(PDFName.of('Contents')), content(6).get(PDFName.of('Contents'))];
  content(4).set(PDFName.of('Contents'), b!);
  content(6).set(PDFName.of('Contents'), a!);
  const { faults, decoded } = await reading(await savedForPress(document));
  expect(decoded).toBe(2 * (cards.length - 16));
  expect(faults.filter(({ what }) => what === 'page').map(({ sheet }) => sheet)).toEqual([2, 3]);
  const strangers = faults.filter(({ what }) => what === 'token');
  expect(strangers.map(({ serial }) => serial)).toEqual(Array.from({ length: 16 }, (_, index) => 9 + index));
  expect(strangers[0]).toMatchObject({ serial: 9, sheet: 2, slot: 1, why: 'says what serial 17 has' });
});

test('a front in the place of a back, and a page that is missing', async () => {
  const document = await PDFDocument.load(pdf, { updateMetadata: false });
  document.removePage(9);
  const faults = await faultsOf(await savedForPress(document));
  expect(faults).toContain('null front page: the file has 9 pages, not 10');
  expect(faults).toContain('null back page: page 10 is missing');
});

test('art that reaches into a symbol under one card', async () => {
  const faults = await faultsOf(
    await withContent(pdf, BACK_OF_SHEET_2, (content) =>
      inSlot(content, 3, (part) => part.replace(/\/Fm\d+ Do\n/, (form) => `${box(1, 12, 20, 9)}\n${form}`)),
    ),
  );
  expect(faults).toContain(`${SERIAL} back face: is not made of the same parts as the first card’s`);
  expect(faults.some((fault) => fault.startsWith(`${SERIAL} back token: has ink in its quiet zone`))).toBe(
    true,
  );
});

test('a symbol more than there should be, on one card and on all', async () => {
  const stray = (part: string) => {
    const bars = BARS.exec(part)![0];
    return part.replace(/Q\n$/, `q 1 0 0 1 0 -90 cm /Over gs 0 0 0 1 k\n${bars} Q\nQ\n`);
  };
  expect(
    await faultsOf(await withContent(pdf, BACK_OF_SHEET_2, (content) => inSlot(content, 3, stray))),
  ).toContain(`${SERIAL} back face: is not made of the same parts as the first card’s`);
  const everywhere = await faultsOf(
    await withContent(pdf, 2, (content) =>
      [1, 2, 3, 4, 5, 6, 7, 8].reduce((changed, slot) => inSlot(changed, slot, stray), content),
    ),
  );
  expect(everywhere).toContain('1 back face: holds a symbol that the layout does not have');
});

test('no report holds a token or a PIN', async () => {
  const swapped = cards.map((card, index) => (index === 5 ? { ...card, token: cards[6]!.token } : card));
  const text = JSON.stringify(await reading(await pdfOf(layout, swapped)));
  for (const { tokenText, pinText } of cards) {
    expect(text).not.toContain(tokenText);
    expect(text.includes(`"${pinText}`)).toBe(false);
  }
});

/** The nth bar of the first symbol of a part, as operators of the writer's choice; modules from the first bar. */
function withBar(part: string, bar: number, write: (x: number, width: number) => string): string {
  let count = 0;
  return part.replaceAll(/^([\d.]+) 0 ([\d.]+) 1 re\n/gm, (whole, x: string, width: string) => {
    count += 1;
    return count === bar ? write(Number(x), Number(width)) : whole;
  });
}

function shiftBar(part: string, bar: number, dots: number): string {
  const module = layout.symbols[0]!.fit.dots;
  return withBar(part, bar, (x, width) => `${(x + dots / module).toFixed(5)} 0 ${width} 1 re\n`);
}
