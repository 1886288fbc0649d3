// The reader and its table, against an encoder that shares neither with it.
import bwipjs from 'bwip-js';
import { describe, expect, test } from 'vitest';
import { PATTERNS, STOP, textOfValues } from '../../src/verify/code128.ts';
import { judgeSymbol } from '../../src/verify/judge.ts';
import { runsOf, symbolOf } from '../../src/verify/reader.ts';

const checked = (...values: readonly number[]) => [
  ...values,
  values.reduce((sum, value, index) => sum + value * Math.max(1, index), 0) % 103,
];

/** A line of pixels: quiet, bars, quiet. */
function lineOf(widths: readonly number[], { dots = 6, quiet = 10, before = 0 } = {}): Uint8Array {
  const modules = widths.reduce((sum, width) => sum + width, 0);
  const line = new Uint8Array((modules + 2 * quiet) * dots + before).fill(255);
  let at = quiet * dots + before;
  for (const [index, width] of widths.entries()) {
    if (index % 2 === 0) line.fill(35, at, at + width * dots);
    at += width * dots;
  }
  return line;
}

const PLAN = { scale: 1, dots: 6, firstBar: () => 60 };
const encoded = (text: string) => {
  const [symbol] = bwipjs.raw('code128', text, {});
  return (symbol as { sbs: number[] }).sbs;
};

describe('the table', () => {
  test('has 106 patterns of six elements and eleven modules, no two alike', () => {
    expect(PATTERNS).toHaveLength(106);
    expect(new Set(PATTERNS).size).toBe(106);
    for (const pattern of PATTERNS) {
      expect(pattern).toMatch(/^[1-4]{6}$/);
      expect([...pattern].reduce((sum, width) => sum + Number(width), 0)).toBe(11);
      // Bars of a character come to an even number of modules: the standard's own parity.
      expect((Number(pattern[0]) + Number(pattern[2]) + Number(pattern[4])) % 2).toBe(0);
    }
  });

  test('is what another’s encoder draws for every value', () => {
    // Two digits a value in set C; what is left are the values above 99, which start and switch.
    for (let value = 0; value < 100; value += 1) {
      const digits = String(value).padStart(2, '0').repeat(3);
      const widths = encoded(digits);
      expect(widths.slice(0, 6).join('')).toBe(PATTERNS[105]);
      expect(widths.slice(6, 12).join(''), digits).toBe(PATTERNS[value]);
      expect(widths.slice(-7).join('')).toBe(STOP);
    }
    const parts = (text: string) => encoded(text).join('').slice(0, -7).match(/.{6}/g)!;
    // Start B, and to C after it; start A for what only A has.
    expect(parts('abc123456')[0]).toBe(PATTERNS[104]);
    expect(parts('abc123456')).toContain(PATTERNS[99]);
    expect(parts('\x01\x02A')[0]).toBe(PATTERNS[103]);
    expect(parts('1234567a')).toContain(PATTERNS[100]);
    expect(parts('\x01\x02abcd')).toContain(PATTERNS[100]);
    expect(parts('abcd\x01\x02\x03')).toContain(PATTERNS[101]);
    expect(parts('ab\x01cd')).toContain(PATTERNS[98]);
  });
});

test.each([
  ['0123456789012345', 'digits'],
  ['012345678901234', 'an odd number of digits'],
  ['GC-ab12345678cd', 'letters and digits in turn'],
  [' !"#$%&\'()*+,-./', 'signs'],
  [':;<=>?@[\\]^_`{|}~', 'more signs'],
  ['A', 'one letter'],
  ['zZ0', 'both cases'],
  ['\x01\x1fA', 'control characters, which we never print'],
  ['ab\x01cd', 'a shift into set A'],
  ['9'.repeat(48), 'the longest there is'],
])('reads %j: %s', (text) => {
  const { edges, blemish } = runsOf(lineOf(encoded(text)));
  expect(blemish).toBeUndefined();
  expect(symbolOf(edges)?.text).toBe(text);
  expect(symbolOf(edges.map((edge) => 3.7 * edge + 11))?.text).toBe(text);
});

describe('values', () => {
  test.each<[string, number[], string | undefined]>([
    ['a wrong check character', [105, 12, 34, 0], undefined],
    ['no data', checked(105), undefined],
    ['no start', checked(12, 34, 56), undefined],
    ['a function character', checked(104, 33, 102), undefined],
    ['a function character in set C', checked(105, 12, 102), undefined],
    ['a start in the middle', checked(104, 33, 105, 34), undefined],
    ['a shift with nothing after it', checked(104, 33, 98), undefined],
    ['a shift of one character', checked(104, 65, 98, 65, 65), 'a\x01a'],
    ['all three sets', checked(105, 12, 100, 66, 101, 64, 99, 99), '12b\x0099'],
  ])('%s', (_, values, text) => {
    expect(textOfValues(values)).toBe(text);
  });
});

describe('edges', () => {
  const good = lineOf(encoded('012345'));

  test('are measured to a part of a pixel', () => {
    const line = Uint8Array.from(good);
    // The first bar begins a quarter of a pixel later.
    line[60] = 255 - 0.75 * 220;
    expect(runsOf(line).edges[0]).toBeCloseTo(60.25, 2);
    // Or as much earlier.
    const early = Uint8Array.from(good);
    early[59] = 255 - 0.25 * 220;
    expect(runsOf(early).edges[0]).toBeCloseTo(59.75, 2);
  });

  test('off by more than a dot are a fault, by less are none', () => {
    expect(judgeSymbol([good], PLAN)).toEqual({ text: '012345', why: undefined, off: 0 });
    expect(judgeSymbol([good], { ...PLAN, firstBar: () => 59 }).why).toBeUndefined();
    expect(judgeSymbol([good], { ...PLAN, firstBar: () => 58 })).toMatchObject({
      text: '012345',
      why: 'has an edge that is off by 2.0 dots',
      off: 2,
    });
  });

  test('grey in a bar or in a space is a blemish', () => {
    for (const at of [62, 63]) {
      const line = Uint8Array.from(good);
      line[at] = 110;
      expect(judgeSymbol([line], PLAN).why).toBe('has a blemish in its bars');
    }
    const tinted = Uint8Array.from(good, (value, index) => (index < 20 ? 225 : value));
    expect(judgeSymbol([tinted], PLAN).why).toBe('has ink in its quiet zone');
  });

  test('ink before or after the symbol is in its quiet zone', () => {
    const line = Uint8Array.from(good);
    line.fill(35, 10, 14);
    expect(judgeSymbol([line], PLAN)).toMatchObject({ text: '012345', why: 'has ink in its quiet zone' });
    expect(judgeSymbol([line.toReversed()], PLAN).text).toBeUndefined();
  });

  test('that differ over the height are a fault, whichever line comes first', () => {
    const thin = Uint8Array.from(good);
    thin.fill(255, 60, 63);
    expect(judgeSymbol([good, good, thin], PLAN).why).toMatch(/not over its whole height/);
    expect(judgeSymbol([thin, good, good], PLAN).why).toBeDefined();
    expect(judgeSymbol([good, lineOf(encoded('012346'))], PLAN).why).toMatch(/two things/);
  });

  test('that are not there at all', () => {
    expect(judgeSymbol([good.map(() => 255)], PLAN)).toEqual({ text: undefined, why: 'is missing', off: 0 });
    expect(judgeSymbol([good.map((value) => (value < 100 ? 180 : value))], PLAN).why).toBe('is too pale');
  });
});

test('no line of noise is read as a symbol', () => {
  let state = 1;
  const chance = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let round = 0; round < 2000; round += 1) {
    const widths = Array.from({ length: 6 * 5 + 7 }, () => 1 + Math.floor(chance() * 4));
    expect(symbolOf(runsOf(lineOf(widths)).edges)).toBeUndefined();
  }
});
