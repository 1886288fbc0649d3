// Card ids: named at the platform for ever, so no two serials may share one, and no two runs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type IdRange,
  cardId,
  checkIdLength,
  checkIdPattern,
  isPerRun,
  sharedId,
  specimenPattern,
} from '../../src/plan/ids.ts';
import { modulesNeeded } from '../../src/render/barcode.ts';

const PLACE = { file: 'job.yaml', line: 5, column: 7, excerpt: '  id: …' };
const RUN = 'spring-2026-11-23';

const serialField = fc.oneof(
  fc.constant('{serial}'),
  fc.nat(99).map((digits) => `{serial:${digits}}`),
);
const literal = (unit: fc.Arbitrary<string>) => fc.string({ unit, maxLength: 4 });
const pattern = (unit: fc.Arbitrary<string>, serial = serialField) =>
  fc.tuple(literal(unit), serial, literal(unit)).map((parts) => parts.join(''));

const isRight = (text: string) => {
  try {
    checkIdPattern(text, PLACE);
    return true;
  } catch {
    return false;
  }
};

test('a serial is padded to six digits, or to as many as the pattern says', () => {
  expect(cardId('SPRING26-{serial}', 17, RUN)).toBe('SPRING26-000017');
  expect(cardId('{serial:8}', 17, RUN)).toBe('00000017');
  expect(cardId('{serial:1}/{run}', 17, RUN)).toBe('17/spring-2026-11-23');
  expect(cardId('S-{serial}', 12_345_678, RUN)).toBe('S-12345678');
});

test('ids of different serials differ, whatever the pattern', () => {
  const unit = fc.oneof(
    fc.constantFrom('0', '1', '-', '$', '&', '{run}'),
    fc.string({ minLength: 1, maxLength: 1 }),
  );
  fc.assert(
    fc.property(pattern(unit).filter(isRight), fc.nat(10_000_000), fc.nat(10_000_000), (text, a, b) => {
      fc.pre(a !== b);
      expect(cardId(text, a, RUN)).not.toBe(cardId(text, b, RUN));
    }),
  );
});

test('an id holds its serial, and the rest of its pattern unchanged', () => {
  const unit = fc.constantFrom('$', '&', '\\', '"', ',', '(', ')', '=', ' ', 'A', '0');
  fc.assert(
    fc.property(literal(unit), literal(unit), fc.nat(999_999), (before, after, serial) => {
      expect(cardId(`${before}{serial}${after}`, serial, RUN)).toBe(
        before + String(serial).padStart(6, '0') + after,
      );
    }),
  );
});

test('the name of a run stands in an id as it is', () => {
  // replaceAll takes $& in the run's name (any text after --run) for the text that was found.
  expect(cardId('{run}-{serial}', 1, 'a$&b')).toBe('a$&b-000001');
});

test.each([
  'A-{serial}',
  '{serial}',
  '{run}-{serial:3}',
  'ID (7) \\ {} {serial} "x",;=+',
  '{run}{run}{serial}',
])('%s is a pattern', (text) => {
  expect(isRight(text)).toBe(true);
});

test.each([
  ['SPRING26', 'must hold {serial} once'],
  ['{serial}-{serial}', 'must hold {serial} once'],
  ['{serial}{serial:3}', 'must hold {serial} once'],
  ['{serial:123}', 'must hold {serial} once'],
  ['{serial}-{batch}', 'there is no such field'],
  ['{serial}-{run:3}', 'there is no such field'],
  [' A{serial}', 'begins or ends with a space'],
  ['A{serial} ', 'begins or ends with a space'],
  ['Å{serial}', 'outside printable ASCII'],
  ['A\t{serial}', 'outside printable ASCII'],
])('%j is refused: %s', (text, words) => {
  expect(() => checkIdPattern(text, PLACE)).toThrow(words);
});

test.each(['{card_id}-{serial}', '{Run}-{serial}', '{serial}-{YEAR}'])(
  'the field %s, which there is not, is refused',
  (text) => {
    // The check looks for lower-case letters alone; the braces would be part of every card's id.
    expect(isRight(text)).toBe(false);
  },
);

test('a specimen’s id says what it is, is as long as the run’s longest, and fits where that one does', () => {
  expect(cardId(specimenPattern({ pattern: 'Gift-{serial}/X', run: RUN }, 4), 1, RUN)).toBe('Spec-000001/I');
  expect(cardId(specimenPattern({ pattern: '{run}:{serial:1}', run: RUN }, 1000), 1, RUN)).toBe(
    'specim-2026-11-23:0001',
  );
  fc.assert(
    fc.property(pattern(fc.constantFrom(...'Aa01-Zz')), fc.nat(10_000_000), (id, last) => {
      const sample = cardId(id, last, RUN);
      const specimen = cardId(specimenPattern({ pattern: id, run: RUN }, last), Math.min(1, last), RUN);
      expect(specimen).toHaveLength(sample.length);
      expect(modulesNeeded([specimen])).toBe(modulesNeeded([sample]));
    }),
  );
});

test('255 characters are the most', () => {
  expect(() => checkIdLength(`${'A'.repeat(249)}{serial}`, 999_999, RUN, PLACE)).not.toThrow();
  expect(() => checkIdLength(`${'A'.repeat(249)}{serial}`, 1_000_000, RUN, PLACE)).toThrow('at most 255');
  expect(() => checkIdLength(`${'A'.repeat(240)}{serial}{run}`, 1, RUN, PLACE)).toThrow('263 characters');
});

test('a pattern with the run in it has ids of its own in each run', () => {
  expect(isPerRun('{run}-{serial}')).toBe(true);
  expect(isPerRun('S-{serial}')).toBe(false);
});

function idsOf({ pattern: text, run, first, count }: IdRange): Set<string> {
  return new Set(Array.from({ length: count }, (_, index) => cardId(text, first + index, run)));
}

function agrees(a: IdRange, b: IdRange): void {
  const others = idsOf(b);
  const shared = [...idsOf(a)].filter((id) => others.has(id));
  const found = sharedId(a, b);
  if (shared.length === 0) expect(found).toBeUndefined();
  else expect(shared).toContain(found);
}

const range = (text: fc.Arbitrary<string>): fc.Arbitrary<IdRange> =>
  fc.record({
    pattern: text,
    run: fc.constantFrom('a', 'a-1', 'a-2'),
    first: fc.oneof(fc.nat(30), fc.constantFrom(95, 990, 9990)),
    count: fc.integer({ min: 1, max: 25 }),
  });
const fewDigits = fc.nat(3).map((digits) => `{serial:${digits}}`);

test('two ranges of one pattern share exactly the ids that both name', () => {
  fc.assert(
    fc.property(
      pattern(fc.constantFrom('A', '-', '1', '{run}'), fewDigits),
      fc.infiniteStream(range(fc.constant(''))),
      (text, ranges) => {
        const [a, b] = [ranges.next().value, ranges.next().value] as [IdRange, IdRange];
        agrees({ ...a, pattern: text }, { ...b, pattern: text });
      },
    ),
    { numRuns: 500 },
  );
});

test('two patterns whose letters and runs differ share exactly the ids that both name', () => {
  const text = pattern(fc.constantFrom('A', '-', '{run}'), fewDigits);
  fc.assert(fc.property(range(text), range(text), agrees), { numRuns: 1000 });
});

test('two patterns with digits beside their serials share exactly the ids that both name', () => {
  const digits = fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 2 });
  const text = fc
    .tuple(fc.constantFrom('', 'A', 'A-'), digits, fewDigits, digits, fc.constantFrom('', 'B'))
    .map((parts) => parts.join(''));
  fc.assert(fc.property(range(text), range(text), agrees), { numRuns: 1000 });
});

test('two patterns with digits anywhere share exactly the ids that both name', () => {
  // A{serial:1}B1 and A5B{serial:1} both name A5B1: "patterns that differ in more than digits cannot meet" is not so.
  agrees(
    { pattern: 'A{serial:1}B1', run: 'a', first: 1, count: 9 },
    { pattern: 'A5B{serial:1}', run: 'a', first: 1, count: 9 },
  );
});
