// Ranges of cards in a run's notes, and the parts of them that a volume prints.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CardRange, countOf, eachCard, toRanges } from '../../src/issue/records.ts';
import { within } from '../../src/issue/vaulted.ts';

/** Cards in order of position, with gaps, and serials that are theirs. */
const anyCards = fc
  .uniqueArray(fc.nat(60), { maxLength: 40 })
  .chain((positions) =>
    fc.tuple(
      fc.constant(positions.sort((a, b) => a - b)),
      fc.array(fc.nat(2), { minLength: 40, maxLength: 40 }),
    ),
  )
  .map(([positions, jumps]) =>
    positions.map((position, index) => ({ position, serial: position + 100 * (jumps[index] ?? 0) })),
  );

test('cards become ranges and come out of them as they were', () => {
  fc.assert(
    fc.property(anyCards, (cards) => {
      const ranges = toRanges(cards);
      expect([...eachCard(ranges)]).toEqual(cards);
      expect(countOf(ranges)).toBe(cards.length);
    }),
  );
});

test('the ranges are as few as can be', () => {
  const rows = [0, 1, 2, 5, 6].map((position) => ({ position, serial: 7 + position }));
  expect(toRanges(rows)).toEqual([
    { position: 0, serial: 7, count: 3 },
    { position: 5, serial: 12, count: 2 },
  ]);
  expect(
    toRanges([
      { position: 0, serial: 7 },
      { position: 1, serial: 9 },
    ]),
  ).toHaveLength(2);
});

test('the part of ranges within some positions is exactly the cards that lie there', () => {
  fc.assert(
    fc.property(anyCards, fc.nat(60), fc.nat(60), (cards, first, end) => {
      const inside: CardRange[] = within(toRanges(cards), first, end);
      expect([...eachCard(inside)]).toEqual(
        cards.filter(({ position }) => position >= first && position < end),
      );
    }),
  );
});
