// An order that was begun and is not carried out: who goes on with it means the same cards and the same manufacturer.
import { expect, test } from 'vitest';
import type { Family } from '../../src/pipeline/family.ts';
import { continued } from '../../src/pipeline/continued.ts';
import type { OrderRequest } from '../../src/pipeline/orders.ts';
import { settle, standings } from '../../src/settle/cards.ts';
import { type OrderRecord, eachSerial, spansText } from '../../src/settle/records.ts';
import { planOf } from '../plan/plans.ts';

/** Serials 1 to 10 in boxes of 4; 7 and 8 are missing. */
const PLAN = planOf({ run: 'r', packing: { bundle: 2, box: 4 } });
const span = (first: number, last: number) => ({ first, last });
const noted = { number: 1, at: '', by: '' };

function family(missing = [7, 8]): Family {
  const serials = Array.from({ length: 10 }, (_, index) => index + 1);
  const printed = serials.map((serial) => ({ serial, position: serial - 1, over: serial > 8 }));
  const report = {
    ...noted,
    run: 'r',
    file: '',
    sha256: '',
    good: [span(1, 6)],
    spoiled: [],
    missing: missing.map((serial) => ({ serial, reason: '' })),
  };
  const cards = standings([{ run: 'r', cards: printed }], { returns: [report], orders: [] });
  return { root: { plan: PLAN }, supplements: [], cards, settlement: settle(8, cards) } as unknown as Family;
}

const order = (more: object): OrderRecord => ({
  ...noted,
  what: 'void',
  cards: [span(1, 2)],
  reason: 'x',
  ...more,
});

const goOn = (open: OrderRecord, more: Partial<OrderRequest>, of = family()) =>
  continued(open, { what: open.what, cards: undefined, terms: undefined, overrides: {}, ...more }, 'r', of);

test.each(['void', 'activate', 'replace'] as const)('%s of other cards is another order', (what) => {
  const open = order({ what, list: { run: 'r', text: '1-2' } });
  for (const cards of [undefined, '1-2', '2,1']) expect(goOn(open, { cards })).toBe(open);
  for (const cards of ['1', '1-3', 'box:1', 'box:2', 'missing', '1-2,missing'])
    expect(() => goOn(open, { cards }), cards).toThrow(
      /order 1 of r is not carried out yet: .* of 2 cards[\s\S]*cardpress \w+ r goes on with it/,
    );
});

test('a box or a set is resolved: the same cards are the same order, by whatever name', () => {
  const box = [...family().cards.values()].filter(({ position }) => position < 4).map(({ serial }) => serial);
  const open = order({ cards: [span(1, 4)], list: { run: 'r', text: 'box:1' } });
  expect(box).toEqual([...eachSerial(open.cards)]);
  for (const cards of ['box:1', '1-4', spansText(open.cards)]) expect(goOn(open, { cards })).toBe(open);
  // Of an order that nothing came of yet, the same word must still mean the same cards.
  const missing = order({ cards: [span(7, 8)], list: { run: 'r', text: 'missing' } });
  expect(goOn(missing, { cards: 'missing' })).toBe(missing);
  expect(() => goOn(missing, { cards: 'missing' }, family([7, 8, 9]))).toThrow(/not carried out yet/);
});

test('half printed anew, the same words are the same order, though no card is missing any more', () => {
  const open = order({
    what: 'replace',
    supplement: 'r-s1',
    overrides: {},
    cards: [span(7, 8)],
    list: { run: 'r', text: 'missing' },
  });
  expect(goOn(open, { cards: ' missing' }, family([]))).toBe(open);
  expect(() => goOn(open, { cards: 'box:1' }, family([]))).toThrow(/not carried out yet/);
  expect(() =>
    goOn(order({ ...open, list: { run: 'r-s1', text: 'missing' } }), { cards: 'missing' }, family([9])),
  ).toThrow(/not carried out yet/);
});

test('another sheet, press, key or place is another order; none named is the one that was given', () => {
  const overrides = { seal: ['age1one'], deliver: [{ folder: '/elsewhere', readBack: 'sha256' as const }] };
  const plain = order({ what: 'reprint', supplement: 'r-s1', overrides: {} });
  const given = order({ what: 'reprint', supplement: 'r-s1', overrides });
  expect(goOn(plain, {})).toBe(plain);
  expect(goOn(given, {})).toBe(given);
  expect(goOn(given, { overrides })).toBe(given);
  expect(() => goOn(plain, { overrides })).toThrow(/without this --seal, --to[\s\S]*mend deliver in the job/);
  expect(() => goOn(given, { overrides: { ...overrides, seal: ['age1two'] } })).toThrow(
    /without this --seal/,
  );
  expect(() => goOn(given, { overrides: { ...overrides, sheet: 'one-up' } })).toThrow(/without this --sheet/);
});
