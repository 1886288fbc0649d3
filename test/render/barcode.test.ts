import bwipjs from 'bwip-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CodeFormat, PRINTABLE_ASCII, alphabetOf, hardestTexts } from '../../src/plan/format.ts';
import {
  MIN_MODULE,
  barcodeWidths,
  fitFormat,
  fitSymbol,
  isReadable,
  modulesNeeded,
  modulesOf,
  narrowComplaint,
} from '../../src/render/barcode.ts';
import { code128Values } from '../../src/render/code128.ts';
import { pictureOf, readSymbols } from './reader.ts';
import { code } from './samples.ts';

const read = async (text: string) =>
  (await readSymbols(pictureOf(barcodeWidths(text)))).map((symbol) => symbol.text);

describe('a symbol', () => {
  test('holds every printable ASCII character as it is', async () => {
    for (const character of PRINTABLE_ASCII) expect(await read(`A${character}1`)).toEqual([`A${character}1`]);
  });

  test.each(['^FNC1', '^^', '^065', '(01)123', '\\(', '{"a"}', '%0D', '  two  spaces  '])(
    'holds %j',
    async (text) => {
      expect(await read(text)).toEqual([text]);
    },
  );

  test('reads back, whatever it holds', async () => {
    const texts = fc.string({ unit: fc.constantFrom(...PRINTABLE_ASCII), minLength: 1, maxLength: 48 });
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 48 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(texts, digits), async (text) => {
        expect(await read(text)).toEqual([text]);
      }),
      { numRuns: 300 },
    );
  });

  test('is as long as Code 128 says', () => {
    // Start, data, check: 11 modules each; stop: 13. Digits go in pairs.
    expect(modulesOf(barcodeWidths('0'.repeat(16)))).toBe(11 * (1 + 8 + 1) + 13);
    expect(modulesOf(barcodeWidths('A'.repeat(24)))).toBe(11 * (1 + 24 + 1) + 13);
    expect(modulesNeeded(['0'.repeat(16)])).toBe(143);
  });

  test.each(['', 'Ä', 'a\n', '\u0000'])('refuses %j, and does not show it', (text) => {
    expect(() => barcodeWidths(text)).toThrow('a text that is not printable ASCII was to be a symbol');
  });
});

describe('the hardest texts of a format', () => {
  const kinds = fc
    .record({ numbers: fc.boolean(), characters: fc.boolean(), symbols: fc.boolean() })
    .filter(({ numbers, characters, symbols }) => numbers || characters || symbols);
  const formats = fc
    .record({
      kinds,
      length: fc.constantFrom(4, 6, 11, 16, 25, 36),
      // Ends that begin a run of digits, or break one.
      prefix: fc.constantFrom('', 'GC', '1', 'A12', 'DINCARD:', '123'),
    })
    .map(({ kinds: kind, ...format }): CodeFormat => ({ ...format, ...kind, barcode: false }));

  const known = new Map<string, number>();
  const most = (format: CodeFormat) => {
    const key = JSON.stringify(format);
    known.set(key, known.get(key) ?? modulesNeeded(hardestTexts(format)));
    return known.get(key)!;
  };

  // Runs of digits between others are where Code 128 changes its set, so they are drawn more often.
  const codes = formats.chain((format) => {
    const alphabet = alphabetOf(format);
    const digits = format.numbers ? '0123456789' : alphabet;
    const unit = fc.oneof(fc.constantFrom(...alphabet), fc.constantFrom(...digits));
    const text = fc.string({ unit, minLength: format.length, maxLength: format.length });
    return fc.tuple(fc.constant(format), text);
  });

  test('need as many modules as any code', () => {
    fc.assert(
      fc.property(codes, ([format, text]) => {
        expect(modulesNeeded([format.prefix + text])).toBeLessThanOrEqual(most(format));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a fit', () => {
  test('takes whole dots, and not more than aimed at', () => {
    const fit = fitSymbol({ modules: 143, fieldWidth: 79.6, dpi: 600, target: 0.33 });
    expect(fit.dots).toBe(7);
    expect(fit.module).toBeCloseTo(0.2963, 4);
    expect(fit.quiet).toBeCloseTo(2.963, 3);
    expect(fitSymbol({ modules: 143, fieldWidth: 79.6, dpi: 600, target: 1 }).dots).toBe(13);
  });

  test('is whole on the grid of any press', () => {
    const presses = fc.double({ min: 300, max: 10_000, noNaN: true });
    fc.assert(
      fc.property(
        presses,
        fc.integer({ min: 60, max: 600 }),
        fc.double({ min: 20, max: 90, noNaN: true }),
        (dpi, modules, fieldWidth) => {
          const fit = fitSymbol({ modules, fieldWidth, dpi, target: 0.33 });
          expect(Number.isInteger(fit.dots)).toBe(true);
          expect(fit.module).toBeLessThanOrEqual(0.33 + 1e-9);
          expect(fit.module * modules).toBeLessThanOrEqual(fieldWidth + 1e-3);
          expect(isReadable(fit)).toBe(fit.module >= MIN_MODULE - 1e-9);
        },
      ),
    );
  });

  test('that is too narrow says so in numbers', () => {
    const format = code(36, { prefix: 'DINCARD:', characters: true, symbols: true });
    const fit = fitFormat(format, { fieldWidth: 79.6, dpi: 600, target: 0.33 });
    expect(isReadable(fit)).toBe(false);
    expect(narrowComplaint(fit, 'a token of 44 characters')).toEqual({
      message:
        'a token of 44 characters needs 539 modules; the field of 79.6 mm gives 0.148 mm, on the grid of 600 dpi 0.127 mm: under 0.15 mm',
      hint: '16 digits would give 0.55 mm',
    });
  });

  test('in a field that holds nothing asks for a wider field', () => {
    const fit = fitFormat(code(16), { fieldWidth: 15, dpi: 600, target: 0.33 });
    expect(narrowComplaint(fit, 'a token').hint).toBe('give the symbol a field of at least 24.2 mm');
  });
});

describe('the values of a symbol', () => {
  // Runs of digits of every length, between letters of both cases: where a set can be changed.
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 9 });
  const others = fc.string({ unit: fc.constantFrom(...PRINTABLE_ASCII), minLength: 0, maxLength: 6 });
  const texts = fc
    .array(fc.oneof(digits, others), { minLength: 1, maxLength: 8 })
    .map((pieces) => pieces.join('').slice(0, 48))
    .filter((text) => text !== '');

  test('give the bars that bwip-js gives', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const [symbol] = bwipjs.raw('code128', text, {});
        expect(symbol).toMatchObject({ sbs: barcodeWidths(text) });
      }),
      { numRuns: 10_000 },
    );
  });

  /** The fewest values between start and check, whatever sets are chosen: tried from the end, by set. */
  function fewest(text: string): number {
    const inB = [0];
    const inC = [0];
    for (let at = text.length - 1; at >= 0; at -= 1) {
      const left = text.slice(at);
      const b = 1 + inB[left.length - 1]!;
      const c = /^\d\d/.test(left) ? 1 + inC[left.length - 2]! : Infinity;
      inB.push(Math.min(b, 1 + c));
      inC.push(Math.min(c, 1 + b));
    }
    return Math.min(inB.at(-1)!, inC.at(-1)!);
  }

  test('are as few as can be', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(code128Values(text)).toHaveLength(fewest(text) + 3);
      }),
      { numRuns: 10_000 },
    );
  });
});
