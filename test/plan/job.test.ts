// The job file: every key, what it is where it is left out, and what a later version brings.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { isTest, oversOf, parseJob, pinOf } from '../../src/plan/job.ts';

const SHORTEST = `name: spring
account: T12345678
cards: { count: 100, id: "S-{serial}" }
template: classic
sheet: a4-8up
handoff: { seal: none }
`;

const parse = (text: string) => parseJob(text, 'job.yaml').value;
const withCards = (cards: string) => SHORTEST.replace('count: 100', `count: 100, ${cards}`);

function complaintOf(text: string) {
  try {
    parseJob(text, 'job.yaml');
  } catch (error) {
    if (error instanceof Failure) {
      expect(error.exitCode).toBe(2);
      expect(error.complaints).toHaveLength(1);
      return error.complaints[0]!;
    }
    throw error;
  }
  throw new Error('it was taken');
}

const DIGITS_ALONE = { prefix: '', numbers: true, characters: false, symbols: false, barcode: false };

test('a job that says the least gets the defaults of the contract', () => {
  expect(parse(SHORTEST)).toEqual({
    name: 'spring',
    account: 'T12345678',
    cards: {
      count: 100,
      overs: 0,
      type: 'gift_card',
      id: 'S-{serial}',
      first: 'next',
      token: { ...DIGITS_ALONE, length: 16 },
      pin: { ...DIGITS_ALONE, length: 6 },
    },
    template: 'classic',
    sheet: 'a4-8up',
    press: {
      dpi: 600,
      profile: 'iso-coated-v2-300',
      steps: 'separate',
      stepInk: 'black',
      barGrowth: 0,
      thresholds: {},
      waivers: [],
    },
    chosen: {},
    batch: { size: 1000, concurrency: 2, perSecond: 5 },
    volume: { sheets: 50 },
    recovery: 'replace',
    unused: 'keep',
    vault: { recipients: [] },
    deliver: [],
    contacts: {},
    notify: { on: ['failure', 'doubt'], acknowledgeWithin: '7d' },
    handoff: { seal: 'none', data: 'none' },
    accept: [],
    verify: { second: '2%' },
  });
});

test('a job that says everything is taken at its word', () => {
  const job = parse(`name: spring-26
account: T12345678
cards:
  count: 5000
  overs: 2%
  type: credit_note
  id: "SPRING26-{serial}"
  first: 17
  token: { length: 20, prefix: "GC", numbers: true, characters: true, symbols: true, barcode: true }
  pin: { length: 4, prefix: "9", numbers: false, characters: true, symbols: false }
  validUntil: 2031-12-31
template: ./my/template
sheet: sra3-21up
press: { dpi: 2400.5, profile: ./shop.icc }
batch: { size: 500, concurrency: 4, perSecond: 10 }
volume: { sheets: 20 }
packing: { bundle: 100, box: 500 }
handoff: { seal: none }
schedule: { timezone: Europe/Oslo }
accept: [token-for-one-purchase, token-ends-early]
`);
  expect(job).toMatchObject({
    name: 'spring-26',
    cards: {
      count: 5000,
      overs: '2%',
      type: 'credit_note',
      id: 'SPRING26-{serial}',
      first: 17,
      token: { length: 20, prefix: 'GC', numbers: true, characters: true, symbols: true, barcode: true },
      pin: { length: 4, prefix: '9', numbers: false, characters: true, symbols: false, barcode: false },
      validUntil: '2031-12-31',
    },
    template: './my/template',
    press: { dpi: 2400.5, profile: './shop.icc' },
    batch: { size: 500, concurrency: 4, perSecond: 10 },
    volume: { sheets: 20 },
    packing: { bundle: 100, box: 500 },
    schedule: { timezone: 'Europe/Oslo' },
    accept: ['token-for-one-purchase', 'token-ends-early'],
  });
  expect(oversOf(job)).toBe(100);
  expect(isTest(job)).toBe(true);
});

test('the PIN: a format, or none', () => {
  expect(pinOf(parse(withCards('pin: none')))).toBeNull();
  expect(pinOf(parse(withCards('pin: { length: 4 }')))).toEqual({ ...DIGITS_ALONE, length: 4 });
});

test('the shortest and the longest codes that the platform takes', () => {
  const job = parse(withCards('token: { length: 6 }, pin: { length: 48, prefix: "" }'));
  expect([job.cards.token.length, pinOf(job)?.length]).toEqual([6, 48]);
  expect(parse(withCards('token: { length: 36, prefix: "ABCDEFGHIJKL" }')).cards.token.prefix).toHaveLength(
    12,
  );
});

test.each([
  ['2.5%', 1000, 25],
  ['0.1%', 999, 1],
  ['0.1%', 1000, 1],
  ['0.1%', 1001, 2],
  ['2%', 5000, 100],
  ['2%', 1, 1],
  ['0%', 5000, 0],
  ['1.1%', 1000, 11],
  ['0.07%', 10_000, 7],
  ['33.333333%', 3_000_000, 1_000_000],
  ['100%', 10_000_000, 10_000_000],
])('%s of %i cards are %i overs, rounded up to whole cards', (overs, count, expected) => {
  expect(oversOf(parse(SHORTEST.replace('count: 100', `count: ${count}, overs: ${overs}`)))).toBe(expected);
});

test('a share of overs is the least number of cards that is not below it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.nat(30_000),
      fc.nat(3),
      (count, digits, places) => {
        const share = (digits / 10 ** places).toFixed(places);
        const overs = oversOf(parse(SHORTEST.replace('count: 100', `count: ${count}, overs: ${share}%`)));
        const hundredths = BigInt(digits) * BigInt(count);
        const unit = 100n * 10n ** BigInt(places);
        expect(BigInt(overs) * unit >= hundredths && BigInt(overs - 1) * unit < hundredths).toBe(true);
      },
    ),
  );
});

test('overs may be a number of cards', () => {
  expect(oversOf(parse(withCards('overs: 7')))).toBe(7);
});

test('handoff.data: none is taken', () => {
  expect(parse(SHORTEST.replace('seal: none', 'seal: none, data: none')).name).toBe('spring');
});

test('a press is its keys, or the path of a file with them', () => {
  expect(parse(`${SHORTEST}press: shop.yaml\n`).pressFile).toBe('shop.yaml');
  expect(complaintOf(`${SHORTEST}press: { dpi: 72 }\n`).message).toBe(
    'press.dpi is 72: it must be at least 300',
  );
  expect(complaintOf(`${SHORTEST}press: 600\n`).message).toBe(
    'press is 600: it must be a map of keys, or the path of a press profile',
  );
});

test.each([
  ['an unknown key', 'pin: { lenght: 6 }', 'lenght'],
  ['no length', 'pin: { prefix: "9" }', 'length'],
  ['a word', 'pin: no', 'none'],
  ['too few bits', 'pin: { bits: 1 }', 'cards.pin.bits is 1: it must be at least 10'],
])('a wrong PIN (%s) is told as a wrong token is', (_, cards, word) => {
  expect(complaintOf(withCards(cards)).message.replace(/^cards\.pin is ".*?"/, '')).toContain(word);
});

test('a share without its sign is told in words', () => {
  expect(complaintOf(withCards('overs: 2 percent')).message).toContain('a share such as 2%');
});

test('a prefix that is too long is one complaint', () => {
  complaintOf(withCards('token: { length: 36, prefix: "ABCDEFGHIJKLM" }'));
});
