// Return files, lists, amounts and the rules of the books, as text and data.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { type CardStanding, settle, standings } from '../../src/settle/cards.ts';
import { parseList } from '../../src/settle/list.ts';
import { amountText, parseAmount } from '../../src/settle/money.ts';
import { eachSerial, spansText, toSpans } from '../../src/settle/records.ts';
import { parseColumns, parseReturn } from '../../src/settle/return-file.ts';
import { refuseOrder } from '../../src/settle/rules.ts';

const read = (text: string, columns = '', cards = 20) =>
  parseReturn(
    Buffer.from(text),
    'r.csv',
    columns === '' ? new Map() : parseColumns(columns),
    (serial) => `ID-${serial}`,
    cards,
  );

describe('a return file', () => {
  test.each([
    ['commas', 'serial,result,destroyed\r\n1,good,\r\n2,spoiled,yes\r\n'],
    ['semicolons and a byte order mark', '\ufeffSerial;Result;Destroyed\n1;good;no\n2;SPOILED;2026-11-20\n'],
    ['tabs, quotes and empty lines', 'serial\tresult\tdestroyed\n\n1\t"good"\t\n2\tspoiled\tx\n\n'],
  ])('with %s', (_, text) => {
    expect(read(text).map(({ serial, result, destroyed }) => [serial, result, destroyed])).toEqual([
      [1, 'good', false],
      [2, 'spoiled', true],
    ]);
  });

  test('every complaint has its line, and all come at once', () => {
    const text = 'serial,card_id,result\n1,ID-1,good\nx,,good\n1,,good\n3,ID-4,fine\n';
    expect(() => read(text)).toThrow(
      /r\.csv:3 {2}serial is "x".*\n\nr\.csv:4 {2}serial 1 stands in line 2 too\n\nr\.csv:5 {2}serial 3 is card ID-3, not ID-4\n\nr\.csv:5 {2}result is "fine".*\n\nnothing was changed/,
    );
  });

  test('one separator, the header’s: a reason with a comma moves no cell', () => {
    const rows = read(
      'serial;result;reason;destroyed\n17;spoiled;scratched, yes;no\n18;spoiled;Riss, 1;nein\n19;spoiled;"a;b\tc";\n',
    );
    expect(rows.map(({ reason, destroyed }) => [reason, destroyed])).toEqual([
      ['scratched, yes', false],
      ['Riss, 1', false],
      ['a;b?c', false],
    ]);
    // Columns that are called otherwise may have the other separators in their names.
    const renamed = new Map([['serial', 'Number (1, 2, 3)']]) as Parameters<typeof parseReturn>[2];
    expect(
      parseReturn(Buffer.from('Number (1, 2, 3);result\n7;missing\n'), 'r.csv', renamed, String, 9),
    ).toMatchObject([{ serial: 7, result: 'missing' }]);
  });

  test.each([
    ['# created: today\nAGE-SECRET-KEY-1QQPQYQSZQGPQYQSZ\n'],
    [`${'QQPQYQSZQGPQYQSZ'.repeat(4)}\n`],
    [`serial,result\n1,${'QQPQYQSZQGPQYQSZ'.repeat(4)}\n`],
  ])('shows no key that was named in its place', (text) => {
    expect(() => read(text)).toThrow(/may be a key|private key/);
    expect(() => read(text)).not.toThrow(/QQPQYQSZ/);
  });

  test('a row with more cells than the header, or a title that stands twice', () => {
    expect(() =>
      read('serial,result,reason,destroyed\n1,good\n17,spoiled,torn, yes,\n18,spoiled,torn, yes,no\n'),
    ).toThrow(/r\.csv:3 {2}5 cells, the header has 4: .*\n\nr\.csv:4 {2}5 cells[\s\S]*nothing was changed/);
    expect(() => read('serial,result,Result\n1,good,spoiled\n')).toThrow(
      /r\.csv has 2 columns "result": which one is meant cannot be told/,
    );
    // What is not read may stand twice.
    expect(read('serial,result,note,note\n1,good,a,b\n')).toHaveLength(1);
  });

  test('far more rows than cards', () => {
    const rows = (count: number) => `serial,result\n${'1,good\n'.repeat(count)}`;
    expect(() => read(rows(1040))).toThrow(/r\.csv:3 {2}serial 1 stands in line 2 too[\s\S]*more/);
    for (const count of [1041, 100_000])
      expect(() => read(rows(count))).toThrow('r.csv has more than 1040 rows, for 20 cards');
  });

  test('columns by other names', () => {
    expect(read('Nr,State\n7,missing\n', 'serial=nr,result=State')[0]).toMatchObject({
      serial: 7,
      result: 'missing',
    });
    expect(() => parseColumns('number=Nr')).toThrow(/maps no column/);
    expect(() => read('Nr,State\n7,missing\n', 'serial=Number,result=State')).toThrow(/no column "Number"/);
  });
});

test('a list of cards', () => {
  expect(parseList('17, 20-25,box:3,missing')).toEqual([
    { kind: 'serials', first: 17, last: 17 },
    { kind: 'serials', first: 20, last: 25 },
    { kind: 'box', box: 3 },
    { kind: 'state', state: 'missing' },
  ]);
  for (const wrong of ['', '25-20', 'box:', '1,,2', '-3', 'all', '1e3'])
    expect(() => parseList(wrong)).toThrow(Failure);
});

test('spans hold what was put in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), (serials) => {
      const sorted = [...serials].sort((a, b) => a - b);
      expect([...eachSerial(toSpans(serials))]).toEqual(sorted);
      if (serials.length > 0)
        expect(
          parseList(spansText(toSpans(serials))).flatMap((part) =>
            part.kind === 'serials' ? [...eachSerial([part])] : [],
          ),
        ).toEqual(sorted);
    }),
  );
});

test('amounts are whole numbers of the minor unit', () => {
  expect(['500', '500.00', '0,01', '12345678901.99'].map((text) => parseAmount(text, 'x'))).toEqual([
    50000, 50000, 1, 1234567890199,
  ]);
  for (const wrong of ['', '0', '0.00', '5.5', '1.000,00', '-1', '1e3', '5.005', 'NaN'])
    expect(() => parseAmount(wrong, 'x')).toThrow(Failure);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), (minor) => parseAmount(amountText(minor), 'x') === minor),
  );
});

const noted = { number: 1, at: '', by: '' };

test('whatever is reported and voided, every card is counted once', () => {
  const serials = Array.from({ length: 12 }, (_, index) => index + 1);
  const some = fc.uniqueArray(fc.constantFrom(...serials));
  fc.assert(
    fc.property(some, some, some, some, some, (good, spoiled, missing, voided, again) => {
      const cards = standings(
        [
          { run: 'r', cards: serials.map((serial) => ({ serial, position: serial - 1, over: serial > 10 })) },
          { run: 'r-s1', cards: again.map((serial, position) => ({ serial, position, over: false })) },
        ],
        {
          returns: [
            {
              ...noted,
              run: 'r',
              file: '',
              sha256: '',
              good: toSpans(good),
              spoiled: spoiled.map((serial) => ({ serial, reason: '', destroyed: true })),
              missing: missing.map((serial) => ({ serial, reason: '' })),
            },
          ],
          orders: [
            {
              order: { ...noted, number: 2, what: 'void', cards: toSpans(voided), reason: 'x' },
              outcome: { ...noted, number: 2, what: 'void', done: toSpans(voided), left: [] },
            },
          ],
        },
      );
      const { made, short, balanced, ...counts } = settle(10, cards);
      expect(balanced).toBe(true);
      expect(made + counts.voided).toBe(12);
      expect(counts.good + counts.spoiled + counts.missing + counts.unusedOvers + counts.notYetReported).toBe(
        made,
      );
      expect(counts.good).toBeLessThanOrEqual(10);
      expect(short).toBe(Math.max(0, 10 - counts.good - counts.notYetReported));
      // A card that was printed anew is not counted by what was said of it before.
      for (const serial of again)
        if (!voided.includes(serial))
          expect(cards.get(serial)).toMatchObject({ run: 'r-s1', state: 'unreported' });
    }),
  );
});

test('no order makes a card good that somebody may still have', () => {
  const card = (state: CardStanding['state'], destroyed: boolean, active: boolean): CardStanding => ({
    serial: 1,
    run: 'r',
    position: 0,
    over: false,
    state,
    destroyed,
    active,
    replaced: false,
  });
  const flags = { destroyed: true, sample: false };
  const isAllowed = (what: 'reprint' | 'reissue', one: CardStanding) => {
    try {
      refuseOrder(what, [one], flags);
      return true;
    } catch {
      return false;
    }
  };
  const states = ['good', 'spoiled', 'missing', 'unreported', 'voided', 'orphaned'] as const;
  const allowed = (what: 'reprint' | 'reissue') =>
    states.flatMap((state) =>
      [true, false].flatMap((destroyed) =>
        [true, false].flatMap((active) =>
          isAllowed(what, card(state, destroyed, active)) ? [`${state} ${destroyed} ${active}`] : [],
        ),
      ),
    );
  expect(allowed('reprint')).toEqual(['spoiled true false']);
  expect(new Set(allowed('reissue').map((text) => text.split(' ')[0]))).toEqual(
    new Set(['good', 'spoiled', 'unreported']),
  );
  expect(allowed('reissue').filter((text) => text.endsWith('true'))).toEqual([]);
});
