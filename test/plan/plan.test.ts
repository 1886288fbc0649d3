// The plan: which card is asked for in which batch, printed in which volume, and lies in which box.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJob } from '../../src/plan/job.ts';
import {
  type Plan,
  batchesOf,
  cardCount,
  cardsOfEachLength,
  changedKeys,
  idOf,
  makePlan,
  packOf,
  seatOf,
  volumesOf,
} from '../../src/plan/plan.ts';
import { anyPlan, planOf } from './plans.ts';

interface Part {
  readonly first: number;
  readonly count: number;
}

const positionsOf = ({ first, count }: Part) => Array.from({ length: count }, (_, index) => first + index);
const everyPosition = (plan: Plan) => positionsOf({ first: 0, count: cardCount(plan) });

test('batches hold every position exactly once, in order, and none is too large', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const batches = batchesOf(plan);
      expect(batches.flatMap(positionsOf)).toEqual(everyPosition(plan));
      expect(batches.map(({ batch }) => batch)).toEqual(batches.map((_, index) => index + 1));
      for (const { count } of batches) expect(count).toBeLessThanOrEqual(plan.batchSize);
      expect(batches).toHaveLength(Math.ceil(cardCount(plan) / plan.batchSize));
    }),
  );
});

test('volumes hold every position exactly once, in order, on as few sheets as will do', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const volumes = volumesOf(plan);
      expect(volumes.flatMap(positionsOf)).toEqual(everyPosition(plan));
      expect(volumes.map(({ volume }) => volume)).toEqual(volumes.map((_, index) => index + 1));
      for (const { count, sheets } of volumes) {
        expect(sheets).toBeLessThanOrEqual(plan.volumeSheets);
        expect(sheets).toBe(Math.ceil(count / plan.slots));
      }
    }),
  );
});

test('overs are in volumes of their own, behind the ordered cards', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      for (const volume of volumesOf(plan)) {
        for (const position of positionsOf(volume)) expect(position >= plan.cards.ordered).toBe(volume.overs);
      }
    }),
  );
});

test('every card has a seat of its own, on a sheet and in a slot that there is', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const seats = volumesOf(plan).flatMap((volume) =>
        positionsOf(volume).map((position) => {
          const seat = seatOf(plan, volume, position);
          expect(seat.sheet >= 1 && seat.sheet <= volume.sheets).toBe(true);
          expect(seat.slot >= 1 && seat.slot <= plan.slots).toBe(true);
          return Object.values(seat).join('/');
        }),
      );
      expect(new Set(seats).size).toBe(cardCount(plan));
    }),
  );
});

test('a small plan, card by card', () => {
  const plan = planOf();
  expect(batchesOf(plan)).toEqual([
    { batch: 1, first: 0, count: 4 },
    { batch: 2, first: 4, count: 4 },
    { batch: 3, first: 8, count: 2 },
  ]);
  expect(volumesOf(plan)).toEqual([
    { volume: 1, first: 0, count: 3, sheets: 1, overs: false },
    { volume: 2, first: 3, count: 3, sheets: 1, overs: false },
    { volume: 3, first: 6, count: 2, sheets: 1, overs: false },
    { volume: 4, first: 8, count: 2, sheets: 1, overs: true },
  ]);
  expect(seatOf(plan, volumesOf(plan)[1]!, 5)).toEqual({ volume: 2, sheet: 1, slot: 3 });
  expect(idOf(plan, 7)).toBe('S-000007');
});

test('without overs there is no volume for them, and a job of overs only does not exist', () => {
  const plan = planOf({ cards: { overs: 0 } });
  expect(volumesOf(plan).some(({ overs }) => overs)).toBe(false);
});

test('planning never goes through the cards: there are more here than could be gone through', () => {
  const plan = planOf({
    cards: { ordered: 1e13, overs: 2e11 },
    batchSize: 1e9,
    volumeSheets: 5e7,
    slots: 21,
  });
  expect(batchesOf(plan)).toHaveLength(10_200);
  expect(volumesOf(plan)).toHaveLength(9524 + 191);
});

test('bundles and boxes fill up in order, hold whole bundles, and never mix ordered cards and overs', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const { bundle: perBundle, box: perBox } = plan.packing!;
      const packs = everyPosition(plan).map((position) => packOf(plan, position)!);
      for (const [key, size] of [
        ['bundle', perBundle],
        ['box', perBox],
      ] as const) {
        const numbers = packs.map((pack) => pack[key]);
        // From 1, in order, no number left out.
        expect([...new Set(numbers)]).toEqual(
          Array.from({ length: Math.max(...numbers) }, (_, index) => index + 1),
        );
        for (const number of new Set(numbers)) {
          const inside = everyPosition(plan).filter((position) => numbers[position] === number);
          expect(inside.length).toBeLessThanOrEqual(size);
          expect(new Set(inside.map((position) => position >= plan.cards.ordered)).size).toBe(1);
          const isLast = inside.at(-1) === cardCount(plan) - 1 || inside.at(-1) === plan.cards.ordered - 1;
          if (!isLast) expect(inside.length).toBe(size);
        }
      }
      const boxOfBundle = new Map(packs.map(({ bundle, box }) => [bundle, box]));
      expect(packs.every(({ bundle, box }) => boxOfBundle.get(bundle) === box)).toBe(true);
    }),
  );
});

test('a job that packs nothing has no bundles', () => {
  expect(packOf(planOf(), 3)).toBeNull();
});

const JOB = `name: spring
account: T12345678
cards: { count: 100, overs: 2%, id: "S-{serial}" }
template: classic
sheet: a4-8up
handoff: { seal: none }
`;
const jobOf = (text: string) => parseJob(text, 'job.yaml').value;
const FACTS = {
  run: 'spring-2026-11-23',
  origin: 'http://127.0.0.1:4010/v1',
  created: '2026-11-23T12:00:00.000Z',
  first: 17,
  slots: 8,
  sides: 2,
  template: 'classic',
  sheet: 'a4-8up',
  inputs: [],
} as const;

test('a plan survives being written and read, and holds what the job said', () => {
  const plan = makePlan(jobOf(JOB), FACTS);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  expect(plan.cards).toMatchObject({ ordered: 100, overs: 2, first: 17, validUntil: null });
  expect(changedKeys(plan, jobOf(JOB))).toEqual([]);
});

test.each([
  ['count: 100', 'count: 101', 'cards.count'],
  ['overs: 2%', 'overs: 2', 'cards.overs'],
  ['S-{serial}', 'T-{serial}', 'cards.id'],
  ['T12345678', 'T12345679', 'account'],
  ['template: classic', 'template: ./mine', 'template'],
  ['sheet: a4-8up', 'sheet: one-up', 'sheet'],
  ['id:', 'token: { length: 20 }, id:', 'cards.token'],
  ['id:', 'pin: none, id:', 'cards.pin'],
  ['id:', 'validUntil: 2031-12-31, id:', 'cards.validUntil'],
  ['handoff:', 'press: { dpi: 1200 }\nhandoff:', 'press.dpi'],
  ['handoff:', 'batch: { size: 500 }\nhandoff:', 'batch.size'],
  ['handoff:', 'volume: { sheets: 20 }\nhandoff:', 'volume.sheets'],
  ['handoff:', 'packing: { bundle: 10, box: 50 }\nhandoff:', 'packing'],
])('an open run holds the job to what it said: %s -> %s', (before, after, key) => {
  const plan = JSON.parse(JSON.stringify(makePlan(jobOf(JOB), FACTS))) as Plan;
  expect(changedKeys(plan, jobOf(JOB.replace(before, after)))).toEqual([key]);
});

test.each([
  'batch: { concurrency: 4, perSecond: 9 }',
  'accept: [token-ends-early]',
  'schedule: { timezone: Europe/Oslo }',
])('an open run goes on when the job says otherwise of what changes no card: %s', (line) => {
  expect(changedKeys(makePlan(jobOf(JOB), FACTS), jobOf(`${JOB}${line}\n`))).toEqual([]);
});

test('of every length that a card of a run may have, one is known', () => {
  const any = fc.record({
    first: fc.oneof(fc.nat(20), fc.integer({ min: 99_990, max: 100_010 }), fc.nat(2_000_000)),
    ordered: fc.integer({ min: 1, max: 400 }),
    id: fc.constantFrom('S-{serial}', '{serial:1}/{run}', 'A{serial:5}B'),
    chance: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(any, ({ chance, ...cards }) => {
      const plan = planOf({ cards });
      const known = cardsOfEachLength(plan);
      // Each may have to be made once more, under a serial after the last.
      const serial = cards.first + Math.floor(chance * (2 * cardCount(plan) - 1));
      const lengths = known.map((card) => [String(card.serial).length, card.cardId.length].join());
      expect(lengths).toContain([String(serial).length, idOf(plan, serial).length].join());
      for (const card of known) expect(card.cardId).toBe(idOf(plan, card.serial));
    }),
  );
});

test('a supplement knows the lengths of the cards that it prints again', () => {
  const again = (kind: 'reprint' | 'reissue' | 'replace') =>
    cardsOfEachLength(
      planOf({
        cards: { id: '{serial:2}', first: 1003, ordered: 3, overs: 0 },
        supplement: {
          of: 'spring',
          kind,
          cards: [
            { position: 0, serial: 7, count: 1 },
            { position: 1, serial: 99, count: 2 },
          ],
          supersedes: null,
          deliver: null,
        },
      }),
    ).map(({ cardId }) => cardId);
  expect(again('reprint')).toEqual(['07', '99', '100']);
  expect(again('reissue')).toEqual(['07', '99', '100', '1003']);
  expect(again('replace')).toEqual(['1003']);
});
