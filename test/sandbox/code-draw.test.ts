import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { behaviour } from '../../src/sandbox/behaviour.ts';
import { startChance } from '../../src/sandbox/chance.ts';
import { drawPin, drawToken, drawUuidToken } from '../../src/sandbox/code-draw.ts';
import type { CodeFormat } from '../../src/sandbox/code-format.ts';
import { pinFormat, tokenFormat } from '../../src/sandbox/code-format.ts';

const { symbolSet } = behaviour.parse({});
const never = () => false;

const formats = fc
  .record({
    length: fc.integer({ min: 6, max: 36 }),
    prefix: fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 12 }), { nil: undefined }),
    symbols: fc.boolean(),
    numbers: fc.boolean(),
    characters: fc.boolean(),
    barcode: fc.boolean(),
  })
  .filter(({ symbols, numbers, characters }) => symbols || numbers || characters);

/** Says independently of the generator what a format allows after its prefix. */
function allowed({ symbols, numbers, characters }: CodeFormat): RegExp {
  const classes = [symbols ? '[!-/:-@[-`{-~]' : '', numbers ? '[0-9]' : '', characters ? '[A-Za-z]' : ''];
  return new RegExp(`^(${classes.filter((each) => each !== '').join('|')})*$`);
}

describe('a drawn code', () => {
  test('obeys its format', () => {
    fc.assert(
      fc.property(formats, fc.string(), (format, seed) => {
        const chance = startChance(seed);
        for (const value of [
          drawToken(format, symbolSet, chance, never)!,
          drawPin(format, symbolSet, chance),
        ]) {
          const prefix = format.prefix ?? '';
          expect(value.startsWith(prefix)).toBe(true);
          expect(value.slice(prefix.length)).toHaveLength(format.length);
          expect(value.slice(prefix.length)).toMatch(allowed(format));
        }
      }),
    );
  });

  test('may hold every character that is enabled', () => {
    const format = tokenFormat.parse({ characters: true });
    const chance = startChance('every');
    const seen = new Set<string>();
    for (let draw = 0; draw < 200; draw += 1) {
      for (const character of drawToken(format, symbolSet, chance, never)!) seen.add(character);
    }
    const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
    expect([...seen].sort()).toEqual(printable);
  });

  test('is drawn evenly', () => {
    const format = pinFormat.parse({ length: 4, symbols: false });
    const chance = startChance('even');
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 10_000; draw += 1) {
      for (const digit of drawPin(format, symbolSet, chance)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 4000)).toBeLessThan(300);
  });

  test('is the same for the same seed', () => {
    fc.assert(
      fc.property(formats, fc.integer(), (format, seed) => {
        const draw = () => drawToken(format, symbolSet, startChance(seed), never);
        expect(draw()).toBe(draw());
      }),
    );
  });

  test('is the one that is left, in a space that is otherwise used', () => {
    const format = tokenFormat.parse({ length: 6, numbers: false });
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('#', '$', '%'), { minLength: 6, maxLength: 6 }),
        fc.integer(),
        (left, seed) => {
          const value = drawToken(format, '#$%', startChance(seed), (used) => used !== left.join(''));
          expect(value).toBe(left.join(''));
        },
      ),
    );
    expect(drawToken(format, '#$%', startChance(0), () => true)).toBeUndefined();
  });

  test('counts a repeated symbol once', () => {
    const format = tokenFormat.parse({ length: 6 });
    const taken = new Set<string>();
    const chance = startChance(0);
    const only = { ...format, numbers: false };
    for (let draw = 0; draw < 64; draw += 1) {
      taken.add(drawToken(only, '##$', chance, (value) => taken.has(value))!);
    }
    expect(taken.size).toBe(64);
  });
});

test('a UUID token is never one that is used', () => {
  const first = drawUuidToken(startChance(1), never);
  const second = drawUuidToken(startChance(1), (value) => value === first);
  expect(first).toMatch(/^DINCARD:[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(second).not.toBe(first);
});

test('numbers below n are whole, below n and all of them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer(), (n, seed) => {
      const chance = startChance(seed);
      const drawn = new Set(Array.from({ length: n * 40 }, () => chance.below(n)));
      expect([...drawn].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, index) => index));
    }),
    { seed: 1 },
  );
});
