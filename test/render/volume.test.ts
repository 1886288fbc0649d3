import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { seatWithin } from '../../src/plan/seat.ts';
import { slotCount } from '../../src/plan/sheet.ts';
import { slotPlaces } from '../../src/render/imposition.ts';
import type { Layout } from '../../src/render/preflight.ts';
import { renderVolume } from '../../src/render/volume.ts';
import { type Found, picturesOf, readSymbols } from './reader.ts';
import { type KnownCard, cardsOf, code, jobOf, layoutOf, pdfOf, read } from './samples.ts';

const DPI = 300;

/** Every symbol of a volume read back, as `page slot data`, against what should be there. */
async function readBack(layout: Layout, cards: readonly KnownCard[], pdf: Uint8Array) {
  const places = slotPlaces(layout);
  const perSheet = slotCount(layout.sheet);
  const pictures = await picturesOf(pdf, DPI);
  const found = await Promise.all(pictures.map((picture) => readSymbols(picture)));
  const expected = cards.flatMap((card, index) =>
    layout.symbols.map((symbol) => {
      const seat = seatWithin(layout.sheet.order, index, perSheet, Math.ceil(cards.length / perSheet));
      const page = (seat.sheet - 1) * layout.sides.length + layout.sides.indexOf(symbol.side);
      const slot = places.find((place) => place.side === symbol.side && place.slot === seat.slot)!;
      const middle = { x: symbol.x + symbol.width / 2, y: symbol.y + symbol.height / 2 };
      const at =
        slot.rotation === 0
          ? { x: slot.x + middle.x, y: slot.y + middle.y }
          : { x: slot.x + slot.width - middle.x, y: slot.y + slot.height - middle.y };
      return { page, ...at, text: symbol.data === 'token' ? card.tokenText : card.pinText };
    }),
  );
  const near = (symbols: readonly Found[], x: number, y: number) =>
    symbols.find((symbol) => Math.hypot((symbol.x / DPI) * 25.4 - x, (symbol.y / DPI) * 25.4 - y) < 2)?.text;
  return {
    read: expected.map(({ page, x, y }) => near(found[page]!, x, y)),
    should: expected.map(({ text }) => text),
    symbols: found.flat().length,
    codes: found.map((page) => page.find(({ text }) => /^0001\d{6}$/.test(text))?.text),
  };
}

const sheet = (name: string) => read(`sheets/${name}.yaml`).toString();
const TURNED = sheet('a4-8up').replace('turn: long-edge', 'turn: short-edge');
const SHARED =
  'name: shared\npage: { width: 210, height: 297 }\ngutters: shared\ngrid: { columns: 2, rows: 4, pitch: [88.6, 56.98] }\nslug: [20, 290]\n';
const LANDSCAPE =
  'name: wide\npage: { width: 297, height: 210 }\ngrid: { columns: 2, rows: 3 }\nslug: [50, 205]\n';

describe('every symbol reads back as what was printed, where imposition says', () => {
  test.each([
    ['a4-8up', sheet('a4-8up'), 13],
    ['sra3-21up', sheet('sra3-21up'), 21],
    ['24 up in stacks', sheet('24up-360x520'), 30],
    ['13 × 19 inches', sheet('13x19-21up'), 21],
    ['sharing their bleed', SHARED, 8],
    ['one-up', sheet('one-up'), 2],
    ['A4 turned over its short edge', TURNED, 8],
    ['A4 lying, turned over its long edge', LANDSCAPE, 6],
  ])('%s', async (_, yaml, count) => {
    const layout = await layoutOf({ sheet: yaml });
    const cards = cardsOf(count);
    const { read: texts, should, symbols, codes } = await readBack(layout, cards, await pdfOf(layout, cards));
    expect(texts).toEqual(should);
    const sheets = layout.sheet.sheetCode === undefined ? 0 : codes.length / 2;
    expect(symbols).toBe(should.length + sheets);
    for (let sheet = 1; sheet <= sheets; sheet += 1)
      expect(codes.slice(2 * sheet - 2, 2 * sheet)).toEqual([
        `0001${String(sheet).padStart(6, '0')}`,
        undefined,
      ]);
  });

  test('24 letters and digits', async () => {
    const token = code(24, { characters: true });
    const layout = await layoutOf({}, { token });
    const cards = cardsOf(8, token);
    const { read: texts, should } = await readBack(layout, cards, await pdfOf(layout, cards));
    expect(texts).toEqual(should);
  });

  test('with the word SPECIMEN across every face', async () => {
    const layout = await layoutOf();
    const cards = cardsOf(8);
    const pdf = await pdfOf(layout, cards, { overlay: 'SPECIMEN' });
    const { read: texts, should } = await readBack(layout, cards, pdf);
    expect(texts).toEqual(should);
    const [plain, marked] = await Promise.all(
      [pdfOf(layout, cards), pdf].map((bytes) => Promise.resolve(bytes).then((b) => picturesOf(b, 50))),
    );
    expect(Buffer.compare(plain![0]!.rgba, marked![0]!.rgba)).not.toBe(0);
  });
});

describe('a volume', () => {
  test('comes in pieces, and keeps nothing that was handed on', async () => {
    const layout = await layoutOf();
    const sizes: number[] = [];
    for await (const piece of renderVolume(layout, jobOf(layout, cardsOf(1600)))) sizes.push(piece.length);
    expect(sizes.length).toBeGreaterThan(5);
    // All but the last, which holds fonts; the first holds the profile.
    expect(Math.max(...sizes.slice(1, -1))).toBeLessThan(128 * 1024);
  });

  test('asks for cards only as its reader takes bytes', async () => {
    const layout = await layoutOf();
    const cards = cardsOf(1600);
    let asked = 0;
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream of what is at hand
    async function* counted() {
      for (const card of cards) {
        asked += 1;
        yield card;
      }
    }
    const pieces = renderVolume(layout, jobOf(layout, cards, { cards: counted() }))[Symbol.asyncIterator]();
    await pieces.next();
    await pieces.next();
    expect(asked).toBeLessThan(400);
    await pieces.return?.();
  });

  test.each([
    [7, 2],
    [17, 2],
  ])('of %i cards does not fill %i sheets of eight', async (count, sheets) => {
    const layout = await layoutOf();
    const failure = await pdfOf(layout, cardsOf(count), { sheets }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).message).toMatch(/^volume 1 was to have 2 sheets, its cards fill [13]$/);
  });
});
