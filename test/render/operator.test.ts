// Numbers in content streams: what JavaScript itself would write of the rounded number.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixed } from '../../src/render/operator.ts';

test('the shortest text of the rounded number', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.double({ min: -20_000, max: 20_000, noNaN: true }),
        fc.integer({ min: -2_000_000, max: 2_000_000 }).map((units) => units / 1000),
      ),
      fc.integer({ min: 0, max: 5 }),
      (value, decimals) => {
        const scale = 10 ** decimals;
        const rounded = Math.round(value * scale) / scale;
        expect(fixed(value, decimals)).toBe(rounded === 0 ? '0' : String(rounded));
      },
    ),
    { numRuns: 20_000 },
  );
});

test.each([
  [0, '0'],
  [-0.0001, '0'],
  [1, '1'],
  [-1.5, '-1.5'],
  [0.001, '0.001'],
  [10.01, '10.01'],
  [100, '100'],
  [-0.9999, '-1'],
])('%d', (value, text) => {
  expect(fixed(value, 3)).toBe(text);
});
