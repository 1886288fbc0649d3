// Formats of tokens and PINs: their alphabets, and the hardest codes that they can bring.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CodeFormat,
  PRINTABLE_ASCII,
  alphabetOf,
  codeLength,
  formatText,
  hardestTexts,
} from '../../src/plan/format.ts';
import { modulesNeeded } from '../../src/render/barcode.ts';
import { digits } from './plans.ts';

const anyFormat: fc.Arbitrary<CodeFormat> = fc
  .record({
    length: fc.integer({ min: 4, max: 36 }),
    prefix: fc.string({ unit: fc.constantFrom(...PRINTABLE_ASCII.replace(' ', '')), maxLength: 12 }),
    numbers: fc.boolean(),
    characters: fc.boolean(),
    symbols: fc.boolean(),
    barcode: fc.constant(false),
  })
  .filter(({ numbers, characters, symbols }) => numbers || characters || symbols);

const codeOf = (format: CodeFormat) =>
  fc
    .string({
      unit: fc.constantFrom(...alphabetOf(format)),
      minLength: format.length,
      maxLength: format.length,
    })
    .map((text) => format.prefix + text);

test('printable ASCII is 95 characters, each once', () => {
  expect(new Set(PRINTABLE_ASCII).size).toBe(95);
  expect(PRINTABLE_ASCII).toHaveLength(95);
  expect(PRINTABLE_ASCII).toMatch(/^[\x20-\x7e]+$/);
});

test('each switch adds its characters', () => {
  const none = { ...digits(6), numbers: false };
  expect(alphabetOf(digits(6))).toBe('0123456789');
  expect(alphabetOf({ ...none, characters: true })).toHaveLength(52);
  expect(alphabetOf({ ...none, symbols: true })).toMatch(/^[^0-9A-Za-z]{33}$/);
  expect(new Set(alphabetOf({ ...none, numbers: true, characters: true, symbols: true })).size).toBe(95);
});

test.each([
  [digits(16), '16 digits', 16],
  [{ ...digits(20), prefix: 'GC', characters: true }, 'GC + 20 letters and digits', 22],
  [{ ...digits(8), characters: true, symbols: true }, '8 letters, digits and symbols', 8],
  [{ ...digits(4), numbers: false, symbols: true }, '4 symbols', 4],
])('%j in words is %s', (format, words, length) => {
  expect(formatText(format)).toBe(words);
  expect(codeLength(format)).toBe(length);
});

test('the hardest texts are codes of the format', () => {
  fc.assert(
    fc.property(anyFormat, (format) => {
      const allowed = new Set(alphabetOf(format));
      for (const text of hardestTexts(format)) {
        expect(text).toHaveLength(codeLength(format));
        expect(text.startsWith(format.prefix)).toBe(true);
        expect([...text.slice(format.prefix.length)].every((character) => allowed.has(character))).toBe(true);
      }
    }),
  );
});

test('among the hardest texts is the longest of each character, whatever its font', () => {
  fc.assert(
    fc.property(anyFormat, (format) => {
      const texts = new Set(hardestTexts(format));
      for (const character of alphabetOf(format))
        expect(texts).toContain(format.prefix + character.repeat(format.length));
    }),
    { numRuns: 20 },
  );
});

test('no code of a format needs more modules than its hardest texts', () => {
  fc.assert(
    fc.property(
      anyFormat.chain((format) =>
        fc.tuple(fc.constant(format), fc.array(codeOf(format), { minLength: 5, maxLength: 5 })),
      ),
      ([format, codes]) => {
        expect(modulesNeeded(codes)).toBeLessThanOrEqual(modulesNeeded(hardestTexts(format)));
      },
    ),
    { numRuns: 120 },
  );
});
