// First and last serial of what was made, and the serials between that no card has.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toRanges } from '../../src/issue/records.ts';
import { gapsOf, spanOf } from '../../src/pack/manifest.ts';

const anySerials = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 40 });

test('span and gaps together are every serial exactly once with the cards', () => {
  fc.assert(
    fc.property(anySerials, (serials) => {
      // In no order, as fresh cards for lost ones come.
      const ranges = toRanges(serials.map((serial, position) => ({ serial, position })));
      const { first, last } = spanOf(ranges);
      expect([first, last]).toEqual([Math.min(...serials), Math.max(...serials)]);
      const missing = gapsOf(ranges).flatMap((gap) => {
        expect(gap.first).toBeLessThanOrEqual(gap.last);
        return Array.from({ length: gap.last - gap.first + 1 }, (_, index) => gap.first + index);
      });
      const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      expect([...serials, ...missing].sort((a, b) => a - b)).toEqual(all);
    }),
  );
});

test('a run without losses has no gaps', () => {
  const ranges = [
    { position: 0, serial: 101, count: 1000 },
    { position: 1000, serial: 1101, count: 20 },
  ];
  expect(spanOf(ranges)).toEqual({ first: 101, last: 1120 });
  expect(gapsOf(ranges)).toEqual([]);
  expect(gapsOf([])).toEqual([]);
});
