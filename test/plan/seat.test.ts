import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexAt, seatWithin, sheetsFor } from '../../src/plan/seat.ts';

const volumes = fc.record({
  order: fc.constantFrom('across' as const, 'cut-and-stack' as const),
  count: fc.integer({ min: 1, max: 400 }),
  slots: fc.integer({ min: 1, max: 24 }),
  bundle: fc.integer({ min: 1, max: 60 }),
});

describe('seats', () => {
  test('hold one card each, on the sheets there are', () => {
    fc.assert(
      fc.property(volumes, ({ order, count, slots, bundle }) => {
        const sheets = sheetsFor(order, count, slots, bundle);
        const seats = Array.from({ length: count }, (_, index) => seatWithin(order, index, slots, sheets));
        expect(new Set(seats.map(({ sheet, slot }) => `${sheet} ${slot}`)).size).toBe(count);
        expect(seats.map((seat) => indexAt(order, seat, slots, sheets))).toEqual([...seats.keys()]);
        for (const { sheet, slot } of seats) {
          expect(sheet >= 1 && sheet <= sheets && slot >= 1 && slot <= slots).toBe(true);
        }
        // No sheet is empty.
        expect(new Set(seats.map(({ sheet }) => sheet)).size).toBe(sheets);
      }),
    );
  });

  test('of a stack are a row of positions, and of a bundle whole stacks or a part of one', () => {
    fc.assert(
      fc.property(volumes, ({ count, slots, bundle }) => {
        const sheets = sheetsFor('cut-and-stack', count, slots, bundle);
        const slotOf = (index: number) => seatWithin('cut-and-stack', index, slots, sheets).slot;
        for (let index = 1; index < count; index += 1) {
          const same = slotOf(index) === slotOf(index - 1);
          expect(slotOf(index) - slotOf(index - 1)).toBe(same ? 0 : 1);
          // Where a stack ends inside a bundle, every stack is a whole share of the bundle.
          if (!same && index % bundle !== 0) expect(bundle % sheets).toBe(0);
        }
      }),
    );
  });

  test('in stacks of whole bundles', () => {
    expect(sheetsFor('cut-and-stack', 530, 8, 50)).toBe(100);
    expect(sheetsFor('cut-and-stack', 400, 8, 50)).toBe(50);
    expect(sheetsFor('cut-and-stack', 10, 8, 100)).toBe(2);
    expect(sheetsFor('across', 530, 8, 50)).toBe(67);
  });
});
