// Plan and ledger -> what a run does next, as a table of small ledgers; and, for any platform, what must
// hold when a run has come to its end.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CardRange, CardsRecord, LookedRecord } from '../../src/issue/records.ts';
import { eachCard, toRanges } from '../../src/issue/records.ts';
import { type Attempt, type Ledger, type ReadBack, goodOf } from '../../src/pipeline/ledger.ts';
import {
  type Circumstances,
  type Next,
  type Step,
  failedVolumes,
  nextSteps,
  stepName,
} from '../../src/pipeline/next.ts';
import { type Plan, batchesOf, cardCount } from '../../src/plan/plan.ts';
import { planOf } from '../plan/plans.ts';

/** Positions 0 to 9, serials 1 to 10; batches 0-3, 4-7, 8-9; volumes 0-2, 3-5, 6-7 and overs 8-9. */
const PLAN = planOf();
const AT = '2026-11-23T12:00:00.000Z';
const ranges = (first: number, last = first): CardRange[] => [
  { position: first - 1, serial: first, count: last - first + 1 },
];
const BATCHES = [ranges(1, 4), ranges(5, 8), ranges(9, 10)];

type State = Partial<Omit<Attempt, 'attempt' | 'asked'>> & { readonly cardsAsked?: readonly CardRange[] };

const made = (
  good: readonly CardRange[],
  more: Partial<Extract<CardsRecord, { outcome: 'made' }>> = {},
): State => ({
  answered: true,
  cards: {
    outcome: 'made',
    good,
    bad: [],
    terms: { onePurchase: 0, ends: null, begins: null },
    prints: '',
    ...more,
  },
});
const answered = (cards?: CardsRecord): State => ({ answered: true, cards });
const found = (serial: number, foreign: string | null = null) => ({ position: serial - 1, serial, foreign });
const looked = (...there: ReturnType<typeof found>[]): LookedRecord => ({ at: AT, found: there, absent: [] });
const voided = (...serials: number[]) => ({
  at: AT,
  voided: serials.flatMap((serial) => ranges(serial)),
  orphaned: [],
});

const asked: State = {};
const limited = (wait: number | null = null) => answered({ outcome: 'limited', wait });
const doubt = (more: State = {}): State => ({
  ...answered({ outcome: 'doubt', why: 'connection reset' }),
  ...more,
});
const signedOut = answered({ outcome: 'signed-out', message: 'status 401' });
const refused = answered({ outcome: 'refused', message: 'status 400, BAD_REQUEST' });
const exists = answered({ outcome: 'exists', message: 'status 409' });
const badCard = (serial: number) => ({ position: serial - 1, serial, why: 'its PIN is missing' });
const withBad = made(toRanges([1, 2, 4].map((serial) => ({ serial, position: serial - 1 }))), {
  bad: [badCard(3)],
});
const done = BATCHES.map((batch) => [made(batch)]);

/** A ledger of what each batch's attempts have come to. */
function ledgerOf(batches: readonly (readonly State[])[], more: Partial<Ledger> = {}): Ledger {
  const attempts = BATCHES.map((batch, index) =>
    (batches[index] ?? []).map(({ cardsAsked = batch, ...state }, number): Attempt => ({
      attempt: number + 1,
      asked: { batch: index + 1, attempt: number + 1, at: AT, platform: AT, cards: cardsAsked },
      answered: false,
      cards: undefined,
      looked: undefined,
      resolved: undefined,
      reissued: undefined,
      voided: undefined,
      ...state,
    })),
  );
  return {
    attempts: new Map(attempts.map((list, index) => [index + 1, list])),
    volumes: new Map(),
    // What is printed is read, where a test does not say otherwise.
    reports: readWell(more.volumes ?? new Map<number, number[]>()),
    swept: undefined,
    packed: false,
    deliveries: new Map(),
    complete: false,
    ...more,
  };
}

const readBack = (attempt: number, passed = true): ReadBack => ({
  attempt,
  passed,
  sha256: '',
  symbols: 6,
  decoded: passed ? 6 : 5,
  faults: passed ? 0 : 1,
  fault: passed ? undefined : 'serial 2 (sheet 1, back, slot 2): its token’s symbol is missing',
});

/** Every attempt at these volumes, read and found right. */
const readWell = (printed: Ledger['volumes']) =>
  new Map([...printed].map(([volume, attempts]) => [volume, attempts.map((attempt) => readBack(attempt))]));

const volumes = (...numbers: number[]) => new Map(numbers.map((number) => [number, [1]]));

interface Around extends Partial<Omit<Circumstances, 'before' | 'inFlight'>> {
  readonly plan?: Plan;
  /** Attempts of batch 1 from before this call of the program. */
  readonly before?: number;
  readonly inFlight?: readonly string[];
}

function next(ledger: Ledger, { plan = PLAN, before = 0, inFlight = [], ...more }: Around = {}): Next {
  return nextSteps(plan, ledger, {
    accept: [],
    recovery: 'replace',
    before: new Map([[1, before]]),
    retry: new Map(),
    inFlight: new Set(inFlight),
    ...more,
  });
}

const cardsText = (cards: readonly CardRange[]) => [...eachCard(cards)].map(({ serial }) => serial).join(',');

function stepText(step: Step): string {
  switch (step.do) {
    case 'ask': {
      const what =
        'cards' in step.want ? cardsText(step.want.cards) : `fresh for ${cardsText(step.want.fresh)}`;
      return `ask ${step.batch}.${step.attempt}: ${what}${step.wait > 0 ? ` in ${step.wait} s` : ''}`;
    }
    case 'look':
      return `look ${step.batch}.${step.attempt}: ${cardsText(step.cards)} since ${step.since}`;
    case 'read':
    case 'reissue':
    case 'void':
      return `${step.do} ${step.batch}.${step.attempt}`;
    case 'verify':
    case 'render':
      return `${step.do} ${step.volume}.${step.attempt}`;
    case 'sweep':
      return `sweep ${step.cards.map(({ cards }) => cardsText(cards)).join(' and ')}`;
    case 'deliver':
      return `deliver ${step.target}`;
    case 'pack':
    case 'complete':
      return step.do;
  }
}

const steps = (ledger: Ledger, around?: Around) => {
  const { steps: list, stops } = next(ledger, around);
  expect(stops).toEqual([]);
  return list.map(stepText);
};

const ASK = ['ask 1.1: 1,2,3,4', 'ask 2.1: 5,6,7,8', 'ask 3.1: 9,10'];

/** What batch 1 does, where the others are in flight. */
const batch1 = (states: readonly State[], around: Around = {}) => {
  const { steps: list, stops } = next(ledgerOf([states]), { inFlight: ['batch 2', 'batch 3'], ...around });
  return [...list.map(stepText), ...stops.map(({ kind, message }) => `${kind}: ${message}`)];
};

describe('a run without accidents', () => {
  test.each<[string, Ledger, string[]]>([
    ['a fresh run asks for every batch', ledgerOf([]), ASK],
    ['a sealed answer is read', ledgerOf([[answered()]]), ['read 1.1', ASK[1]!, ASK[2]!]],
    [
      'a volume is rendered when its batch is good',
      ledgerOf([[made(BATCHES[0]!)]]),
      [ASK[1]!, ASK[2]!, 'render 1.1'],
    ],
    [
      'a volume over two batches waits for both',
      ledgerOf([[], [made(BATCHES[1]!)]]),
      [ASK[0]!, ASK[2]!, 'render 3.1'],
    ],
    [
      'the overs’ volume needs its own batch alone',
      ledgerOf([[], [], [made(BATCHES[2]!)]]),
      [ASK[0]!, ASK[1]!, 'render 4.1'],
    ],
    [
      'every volume is rendered when all is good',
      ledgerOf(done),
      ['render 1.1', 'render 2.1', 'render 3.1', 'render 4.1'],
    ],
    [
      'what is rendered is not rendered again',
      ledgerOf(done, { volumes: volumes(1, 3) }),
      ['render 2.1', 'render 4.1'],
    ],
    ['packing comes last', ledgerOf(done, { volumes: volumes(1, 2, 3, 4) }), ['pack']],
    [
      'a packed run without targets is complete',
      ledgerOf(done, { volumes: volumes(1, 2, 3, 4), packed: true }),
      ['complete'],
    ],
  ])('%s', (_, ledger, expected) => {
    expect(steps(ledger)).toEqual(expected);
  });
});

describe('a printed volume', () => {
  const printed = volumes(1, 2, 3, 4);
  const reports = (more: Readonly<Record<number, ReadBack[]>>) =>
    new Map([...readWell(printed), ...Object.entries(more).map(([key, all]) => [Number(key), all] as const)]);
  const failed = reports({ 2: [readBack(1, false)] });

  test('is read back before anything is packed', () => {
    expect(steps(ledgerOf(done, { volumes: printed, reports: new Map() }))).toEqual(
      [1, 2, 3, 4].map((volume) => `verify ${volume}.1`),
    );
    expect(steps(ledgerOf(done, { volumes: printed, reports: reports({ 3: [] }) }))).toEqual(['verify 3.1']);
  });

  test('stops the run where it does not read back, and the others are still read', () => {
    const ledger = ledgerOf(done, { volumes: printed, reports: new Map([...failed].slice(0, 2)) });
    expect(next(ledger).steps.map(stepText)).toEqual(['verify 3.1', 'verify 4.1']);
    expect(next(ledger).stops).toMatchObject([
      { kind: 'unreadable', message: expect.stringContaining('serial 2') as string },
    ]);
  });

  test('asks for nothing more and prints nothing more while one is at fault', () => {
    const ledger = ledgerOf([[], done[1]!, done[2]!], {
      volumes: volumes(4),
      reports: new Map([[4, [readBack(1, false)]]]),
    });
    expect(next(ledger).steps).toEqual([]);
  });

  test('is printed anew once where that was asked for, and then read', () => {
    const ledger = ledgerOf(done, { volumes: printed, reports: failed });
    const retry = failedVolumes(ledger);
    expect(steps(ledger, { retry })).toEqual(['render 2.2']);
    const again = ledgerOf(done, { volumes: new Map([...printed, [2, [1, 2]]]), reports: failed });
    expect(steps(again, { retry })).toEqual(['verify 2.2']);
    const good = reports({ 2: [readBack(1, false), readBack(2)] });
    expect(steps({ ...again, reports: good }, { retry })).toEqual(['pack']);
    const bad = { ...again, reports: reports({ 2: [readBack(1, false), readBack(2, false)] }) };
    expect(next(bad, { retry })).toMatchObject({ steps: [], stops: [{ kind: 'unreadable' }] });
    expect(steps(bad, { retry: failedVolumes(bad) })).toEqual(['render 2.3']);
  });
});

describe('what is in flight', () => {
  test.each<[string, Ledger, string[], string[]]>([
    ['a batch that is asked for is not asked for again', ledgerOf([]), ['batch 2'], [ASK[0]!, ASK[2]!]],
    ['a batch that may be half noted is no doubt', ledgerOf([[asked]]), ['batch 1'], [ASK[1]!, ASK[2]!]],
    ['a batch that is being read is not good yet', ledgerOf(done), ['batch 2'], ['render 1.1', 'render 4.1']],
    [
      'a volume that is rendered is not begun again',
      ledgerOf(done),
      ['volume 2', 'volume 4'],
      ['render 1.1', 'render 3.1'],
    ],
    [
      'nothing is packed while a volume is rendered',
      ledgerOf(done, { volumes: volumes(1, 2, 3) }),
      ['volume 4'],
      [],
    ],
    ['nothing is packed twice', ledgerOf(done, { volumes: volumes(1, 2, 3, 4) }), ['pack'], []],
  ])('%s', (_, ledger, inFlight, expected) => {
    expect(steps(ledger, { inFlight })).toEqual(expected);
  });
});

describe('too many requests', () => {
  const times = (count: number) => Array.from({ length: count }, () => limited());
  test('the platform is given as long as it asks', () => {
    expect(batch1([limited(7)])).toEqual(['ask 1.2: 1,2,3,4 in 7 s']);
    expect(batch1([limited(0)])).toEqual(['ask 1.2: 1,2,3,4']);
  });
  test.each([
    [1, 2],
    [2, 4],
    [3, 8],
    [5, 32],
    [6, 60],
    [11, 60],
  ])('after %i times in a row %i seconds', (count, wait) => {
    expect(batch1(times(count))).toEqual([`ask 1.${count + 1}: 1,2,3,4 in ${wait} s`]);
  });
  test('other answers between begin the count anew', () => {
    expect(batch1([limited(), limited(), signedOut, limited()])).toEqual(['ask 1.5: 1,2,3,4 in 2 s']);
  });
  test('twelve times in a row are enough', () => {
    expect(batch1(times(12))).toEqual([expect.stringMatching(/^unavailable: batch 1: .*12 times in a row/)]);
  });
  test('the next call of the program asks at once, and has as many tries', () => {
    expect(batch1(times(12), { before: 12 })).toEqual(['ask 1.13: 1,2,3,4']);
    expect(batch1(times(13), { before: 12 })).toEqual(['ask 1.14: 1,2,3,4 in 2 s']);
  });
});

describe('refusals', () => {
  test('a bearer token that ended is renewed once; refused again, the platform means it', () => {
    expect(batch1([signedOut])).toEqual(['ask 1.2: 1,2,3,4']);
    expect(batch1([signedOut, signedOut])).toEqual(['refused: batch 1: the platform refuses: status 401']);
    expect(batch1([signedOut, signedOut], { before: 1 })).toEqual(['ask 1.3: 1,2,3,4']);
    expect(batch1([signedOut, signedOut], { before: 2 })).toEqual(['ask 1.3: 1,2,3,4']);
  });
  test('a refusal stops the run; the next call of the program asks again', () => {
    expect(batch1([refused])).toEqual(['refused: batch 1: the platform refuses: status 400, BAD_REQUEST']);
    expect(batch1([refused], { before: 1 })).toEqual(['ask 1.2: 1,2,3,4']);
  });
  test('an id that is there already stops the run, whichever call asked', () => {
    for (const before of [0, 1]) {
      const [stop] = next(ledgerOf([[exists]]), { before }).stops;
      expect(stop).toMatchObject({ kind: 'refused', hint: 'choose other ids: cards.id or cards.first' });
    }
  });
});

describe('doubt', () => {
  test.each<[string, State[], string[]]>([
    ['what was asked for and never answered is looked up', [asked], ['look 1.1: 1,2,3,4 since 1']],
    ['so is what was answered in no sure way', [doubt()], ['look 1.1: 1,2,3,4 since 1']],
    ['what does not exist is asked for again', [doubt({ looked: looked() })], ['ask 1.2: 1,2,3,4']],
    ['what exists is voided', [doubt({ looked: looked(found(1), found(2)) })], ['void 1.1']],
    [
      'what was voided is replaced',
      [doubt({ looked: looked(found(1)), voided: voided(1) })],
      ['ask 1.2: fresh for 1,2,3,4'],
    ],
    [
      'what may be somebody else’s is left alone',
      [doubt({ looked: looked(found(1), found(2, 'it is not inactive')) })],
      ['doubt: batch 1: serial 2 exists at the platform, but it is not inactive: nothing was touched'],
    ],
    [
      'an id that is there after a doubt is looked up, since the first asking',
      [doubt({ looked: looked() }), exists],
      ['look 1.2: 1,2,3,4 since 1'],
    ],
  ])('%s', (_, states, expected) => {
    expect(batch1(states)).toEqual(expected);
  });

  test('who holds is told what exists, and nothing is voided', () => {
    expect(batch1([doubt({ looked: looked(found(1), found(3)) })], { recovery: 'hold' })).toEqual([
      'doubt: batch 1: 2 of 4 cards exist at the platform, and connection reset',
    ]);
    expect(batch1([doubt({ looked: looked() })], { recovery: 'hold' })).toEqual(['ask 1.2: 1,2,3,4']);
  });

  test('six attempts without a sure answer are enough for one call', () => {
    const doubts = Array.from({ length: 6 }, () => doubt({ looked: looked() }));
    expect(batch1(doubts)).toEqual([expect.stringMatching(/^unavailable: .*6 attempts.*connection reset/)]);
    expect(batch1(doubts, { before: 6 })).toEqual(['ask 1.7: 1,2,3,4']);
  });

  test('a refusal of ids that were in doubt is looked up, too', () => {
    // A platform may say 400 for an id that is there (the sandbox's existingId: refuse-400). After a late
    // commit the same cards are refused in every call, and nothing ever looks for them.
    expect(batch1([doubt({ looked: looked() }), refused])).toEqual(['look 1.2: 1,2,3,4 since 1']);
  });
});

describe('cards that may not be printed', () => {
  test.each<[string, State[], string[]]>([
    ['they are looked up', [withBad], ['look 1.1: 3 since 1']],
    ['they are voided where they exist', [{ ...withBad, looked: looked(found(3)) }], ['void 1.1']],
    [
      'they are replaced when they were voided',
      [{ ...withBad, looked: looked(found(3)), voided: voided(3) }],
      ['ask 1.2: fresh for 3'],
    ],
    [
      'they are replaced where they do not exist',
      [{ ...withBad, looked: looked() }],
      ['ask 1.2: fresh for 3'],
    ],
    [
      'with the one in its place the batch is good',
      [
        { ...withBad, looked: looked() },
        {
          ...made([{ position: 2, serial: 11, count: 1 }]),
          cardsAsked: [{ position: 2, serial: 11, count: 1 }],
        },
      ],
      ['render 1.1'],
    ],
  ])('%s', (_, states, expected) => {
    expect(batch1(states)).toEqual(expected);
  });

  test('cards that were given up are looked for once more before packing', () => {
    const fresh = [{ position: 2, serial: 11, count: 1 }];
    const first = [
      { ...withBad, looked: { ...looked(), absent: ranges(3) } },
      { ...made(fresh), cardsAsked: fresh },
    ];
    const ledger = ledgerOf([first, done[1]!, done[2]!], { volumes: volumes(1, 2, 3, 4) });
    expect(steps(ledger)).toEqual(['sweep 3']);
    expect(steps(ledger, { inFlight: ['sweep'] })).toEqual([]);
    expect(steps({ ...ledger, swept: { ...voided(), foreign: [] } })).toEqual(['pack']);
  });
});

describe('what cannot be', () => {
  const fresh = ranges(11, 14).map((range) => ({ ...range, position: 0 }));
  const replaced: State = { ...made(fresh), cardsAsked: fresh };
  test.each<[string, State[], string]>([
    [
      'an answer that came back after its cards were voided and replaced',
      [{ ...made(BATCHES[0]!), looked: looked(found(1)), voided: voided(1) }, replaced],
      'mismatch: batch 1: serial 1 is good by its answer, and was voided',
    ],
    [
      'one that came back after its cards were not found and replaced',
      [{ ...made(BATCHES[0]!), looked: looked() }, replaced],
      'mismatch: batch 1: serials 1 and 11 are both good, for one place',
    ],
    [
      'one card in two places',
      [
        { ...withBad, looked: looked() },
        {
          ...made([{ position: 2, serial: 1, count: 1 }]),
          cardsAsked: [{ position: 2, serial: 1, count: 1 }],
        },
      ],
      'mismatch: batch 1: serial 1 is good twice',
    ],
    [
      'a good card that was voided',
      [{ ...made(BATCHES[0]!), looked: looked(found(2)), voided: voided(2) }],
      'mismatch: batch 1: serial 2 is good by its answer, and was voided',
    ],
    [
      'an answer that was read, and whose sealed file is gone',
      [{ ...made(BATCHES[0]!), answered: false }],
      'mismatch: batch 1: its sealed answer is missing from the run folder',
    ],
  ])('stops the run: %s', (_, states, expected) => {
    expect(batch1(states)).toEqual([expected]);
  });

  /** Batch 2 with one card that is not its own. */
  const second = (position: number, serial: number) =>
    made([{ position, serial, count: 1 }, ...toRanges([...eachCard(BATCHES[1]!)].slice(1))]);
  test.each<[string, State[][], string]>([
    ['a serial in two batches', [done[0]!, [second(4, 1)], done[2]!], 'serial 1 is good twice'],
    [
      'a place in two batches',
      [done[0]!, [second(0, 5)], done[2]!],
      'serials 1 and 5 are both good, for one place',
    ],
    [
      'a card that nobody knows anything of',
      [
        [
          { ...withBad, looked: looked() },
          {
            ...made([{ position: 2, serial: 11, count: 1 }]),
            cardsAsked: [{ position: 2, serial: 11, count: 1 }],
          },
        ],
        done[1]!,
        done[2]!,
      ],
      'the accounts of spring-2026-11-23 do not balance: 10 cards planned, 10 made, 1 in doubt',
    ],
  ])('nothing is packed, delivered or called complete with %s', (_, batches, why) => {
    const ledger = ledgerOf(batches, { volumes: volumes(1, 2, 3, 4), swept: { ...voided(), foreign: [] } });
    const outcome = (more: Partial<Ledger>, targets: readonly string[] = []) => {
      const { steps: list, stops } = next({ ...ledger, ...more }, { targets });
      return [...list.map(stepText), ...stops.map(({ kind, message }) => `${kind}: ${message}`)];
    };
    expect(outcome({})).toEqual([`mismatch: ${why}: nothing is packed`]);
    expect(outcome({ packed: true }, ['folder'])).toEqual([`mismatch: ${why}: nothing is delivered`]);
    expect(outcome({ packed: true })).toEqual([`mismatch: ${why}: nothing is delivered`]);
  });

  test('nothing is packed unless there is one good card for each place', () => {
    const short = [{ ...made(ranges(1, 3)), cardsAsked: ranges(1, 3) }];
    const ledger = ledgerOf([short, done[1]!, done[2]!], { volumes: volumes(1, 2, 3, 4) });
    const { steps: list, stops } = next(ledger);
    expect(list).toEqual([]);
    expect(stops.map(({ message }) => message)).toEqual([
      '9 cards are good for 10 places: nothing is packed',
    ]);
  });
});

describe('terms', () => {
  const withTerms = (terms: object) => [
    made(BATCHES[0]!, { terms: { onePurchase: 0, ends: null, begins: null, ...terms } }),
  ];
  const until = (validUntil: string | null) => ({ plan: planOf({ cards: { validUntil } }) });

  test('tokens for one purchase are printed only where the job accepts them', () => {
    expect(batch1(withTerms({ onePurchase: 3 }))).toEqual([
      'doubt: batch 1: 3 of its tokens are good for one purchase only',
    ]);
    expect(batch1(withTerms({ onePurchase: 3 }), { accept: ['token-for-one-purchase'] })).toEqual([
      'render 1.1',
    ]);
    expect(batch1(withTerms({ onePurchase: 3 }), { accept: ['token-ends-early'] })[0]).toContain('doubt');
    const [stop] = next(ledgerOf([withTerms({ onePurchase: 3 })])).stops;
    expect(stop?.hint).toContain('accept: [token-for-one-purchase]');
  });

  test.each([
    ['2031-12-30T23:59:59.000Z', '2031-12-31', false],
    ['2031-12-31T12:00:00.000Z', '2031-12-31', true],
    ['2036-11-20T12:00:00.000Z', '2031-12-31', true],
    [null, '2031-12-31', true],
    ['2026-11-23T13:00:00.000Z', null, true],
  ])('a token that ends %s, cards that must live until %s: printed is %s', (ends, validUntil, printed) => {
    const result = batch1(withTerms({ ends }), until(validUntil));
    expect(result).toEqual(
      printed
        ? ['render 1.1']
        : [
            expect.stringMatching(
              /^doubt: batch 1: a token ends on 2031-12-30, before cards.validUntil 2031-12-31/,
            ),
          ],
    );
    expect(batch1(withTerms({ ends }), { ...until(validUntil), accept: ['token-ends-early'] })).toEqual([
      'render 1.1',
    ]);
  });

  /** New codes for all cards of batch 1, whose answer was lost. */
  const reissued = (terms: object, bad: readonly ReturnType<typeof badCard>[] = []) =>
    doubt({
      looked: looked(found(1), found(2), found(3), found(4)),
      reissued: made(ranges(1, 4 - bad.length), {
        bad,
        terms: { onePurchase: 0, ends: null, begins: null, ...terms },
      }).cards,
    });

  test('new codes are held to the same terms', () => {
    const around = { recovery: 'reissue', ...until('2045-01-01') } as const;
    expect(batch1([reissued({})], around)).toEqual(['render 1.1']);
    expect(batch1([reissued({ onePurchase: 4 })], around)).toEqual([
      'doubt: batch 1: 4 of its tokens are good for one purchase only',
    ]);
    const early = 'doubt: batch 1: a token ends on 2036-11-20, before cards.validUntil 2045-01-01';
    const ends = '2036-11-20T12:00:00.000Z';
    expect(batch1([reissued({ ends })], around)).toEqual([early]);
    expect(batch1([reissued({ ends })], { ...around, accept: ['token-ends-early'] })).toEqual(['render 1.1']);
    // Some were refused theirs, and others were made in their place.
    const refusedOne = { ...reissued({ ends }, [badCard(4)]), voided: voided(4) };
    const fresh = [{ position: 3, serial: 11, count: 1 }];
    const others = { ...made(fresh), cardsAsked: fresh };
    expect(batch1([refusedOne, others], around)).toEqual([early]);
    expect(batch1([refusedOne, others], { ...around, accept: ['token-ends-early'] })).toEqual(['render 1.1']);
  });

  test('cards that have new codes stay good where the job recovers in another way since', () => {
    for (const recovery of ['replace', 'hold'] as const) {
      expect(batch1([reissued({})], { recovery })).toEqual(['render 1.1']);
      expect(batch1([reissued({}, [badCard(4)])], { recovery })).toEqual(['void 1.1']);
    }
  });

  test('a token that ends after the year 9999 ends late', () => {
    // Moments are compared as texts, and "+275760-09-13…" comes before "2031-12-31".
    expect(batch1(withTerms({ ends: '+275760-09-13T00:00:00.000Z' }), until('2031-12-31'))).toEqual([
      'render 1.1',
    ]);
  });
});

test('once something needs a person, what came is still read, and nothing more is asked for or printed', () => {
  const { steps: list, stops } = next(ledgerOf([[refused], [answered()], done[2]!]));
  expect(list.map(stepText)).toEqual(['read 2.1']);
  expect(stops.map(({ kind }) => kind)).toEqual(['refused']);
});

test('every reason to stop is told', () => {
  expect(next(ledgerOf([[refused], [exists], [refused]])).stops).toHaveLength(3);
});

/** A platform that may do anything, and a run that goes on against it until it ends. */
interface World {
  readonly exist: Set<number>;
  /** Cards that the platform makes after it was asked whether they exist. */
  late: number[];
  readonly attempts: Map<number, Attempt[]>;
  readonly volumes: Map<number, number[]>;
  readonly reports: Map<number, ReadBack[]>;
  fresh: number;
  swept: Ledger['swept'];
  packed: boolean;
  readonly deliveries: Ledger['deliveries'];
  complete: boolean;
}

type Fate =
  | 'made'
  | 'some bad'
  | 'some missing'
  | 'limited'
  | 'signed-out'
  | 'lost'
  | 'lost and made'
  | 'made late'
  | 'no answer kept';

function perform(step: Step, world: World, fate: Fate): void {
  const change = (batch: number, attempt: number, more: Partial<Attempt>) => {
    const list = world.attempts.get(batch)!;
    list[attempt - 1] = { ...list[attempt - 1]!, ...more };
  };
  switch (step.do) {
    case 'ask': {
      const wanted = 'cards' in step.want ? step.want.cards : step.want.fresh;
      const cards =
        'cards' in step.want
          ? wanted
          : toRanges([...eachCard(wanted)].map(({ position }) => ({ position, serial: world.fresh++ })));
      const all = [...eachCard(cards)];
      const clash = all.some(({ serial }) => world.exist.has(serial));
      const makes = ['made', 'some bad', 'some missing', 'lost and made'].includes(fate) && !clash;
      if (makes)
        for (const { serial } of all)
          if (fate !== 'some missing' || serial % 2 === 0) world.exist.add(serial);
      if (fate === 'made late' && !clash) world.late.push(...all.map(({ serial }) => serial));
      const kept = fate !== 'no answer kept';
      const spoiled = (serial: number) =>
        (fate === 'some bad' && serial % 3 === 0) || (fate === 'some missing' && serial % 2 === 1);
      const answer: CardsRecord = clash
        ? { outcome: 'exists', message: 'status 409' }
        : fate === 'limited'
          ? { outcome: 'limited', wait: null }
          : fate === 'signed-out'
            ? { outcome: 'signed-out', message: 'status 401' }
            : makes && fate !== 'lost and made'
              ? {
                  outcome: 'made',
                  good: toRanges(all.filter(({ serial }) => !spoiled(serial))),
                  bad: all
                    .filter(({ serial }) => spoiled(serial))
                    .map((card) => ({ ...card, why: 'spoiled' })),
                  terms: { onePurchase: 0, ends: null, begins: null },
                  prints: '',
                }
              : { outcome: 'doubt', why: 'connection reset' };
      const asking = { batch: step.batch, attempt: step.attempt, at: AT, platform: AT, cards };
      world.attempts.get(step.batch)!.push({
        attempt: step.attempt,
        asked: asking,
        answered: kept,
        cards: kept ? answer : undefined,
        looked: undefined,
        resolved: undefined,
        reissued: undefined,
        voided: undefined,
      });
      return;
    }
    case 'reissue':
      throw new Error('this world never asks for new codes');
    case 'look': {
      const all = [...eachCard(step.cards)];
      const there = all.filter(({ serial }) => world.exist.has(serial));
      change(step.batch, step.attempt, {
        looked: {
          ...looked(...there.map((card) => ({ ...card, foreign: null }))),
          absent: toRanges(all.filter(({ serial }) => !world.exist.has(serial))),
        },
      });
      // Whatever was late comes now, after the look.
      for (const serial of world.late.splice(0)) world.exist.add(serial);
      return;
    }
    case 'void': {
      const there = world.attempts.get(step.batch)![step.attempt - 1]!.looked!.found;
      for (const { serial } of there) world.exist.delete(serial);
      change(step.batch, step.attempt, { voided: { at: AT, voided: toRanges(there), orphaned: [] } });
      return;
    }
    case 'sweep': {
      const there = step.cards
        .flatMap(({ cards }) => [...eachCard(cards)])
        .filter(({ serial }) => world.exist.has(serial));
      for (const { serial } of there) world.exist.delete(serial);
      world.swept = { at: AT, voided: toRanges(there), orphaned: [], foreign: [] };
      return;
    }
    case 'render':
      world.volumes.set(step.volume, [1]);
      return;
    case 'verify':
      world.reports.set(step.volume, [readBack(step.attempt)]);
      return;
    case 'pack':
      world.packed = true;
      return;
    case 'deliver':
      throw new Error('this job has no targets');
    case 'complete':
      world.complete = true;
      return;
    case 'read':
      throw new Error('answers are read at once here');
  }
}

test('whatever the platform does, a run that ends has one good card for each position, and no other card exists', () => {
  const fates: Fate[] = [
    'made',
    'made',
    'made',
    'some bad',
    'some missing',
    'limited',
    'signed-out',
    'lost',
    'lost and made',
    'made late',
    'no answer kept',
  ];
  let complete = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(100), fc.constantFrom(...fates)), { minLength: 60, maxLength: 60 }),
      (chances) => {
        const world: World = {
          exist: new Set(),
          late: [],
          attempts: new Map(batchesOf(PLAN).map(({ batch }) => [batch, []])),
          volumes: new Map(),
          reports: new Map(),
          fresh: 101,
          swept: undefined,
          packed: false,
          deliveries: new Map(),
          complete: false,
        };
        for (const [which, fate] of [
          ...chances,
          ...chances.map(([number]): [number, Fate] => [number, 'made']),
        ]) {
          const before = new Map([...world.attempts].map(([batch, list]) => [batch, list.length]));
          const { steps: list, stops } = nextSteps(PLAN, world, {
            accept: [],
            recovery: 'replace',
            before,
            retry: new Map(),
            inFlight: new Set(),
          });
          // Every loss can be made good, so nothing stops for a person; each call of the program goes on.
          expect(stops).toEqual([]);
          expect(new Set(list.map(stepName)).size).toBe(list.length);
          const step = list[which % Math.max(1, list.length)];
          if (step === undefined) break;
          perform(step, world, fate);
        }
        if (!world.packed) return;
        complete += 1;
        const good = [...world.attempts.values()].flat().flatMap((attempt) => [...eachCard(goodOf(attempt))]);
        const positions = good.map(({ position }) => position).sort((a, b) => a - b);
        expect(positions).toEqual(Array.from({ length: cardCount(PLAN) }, (_, index) => index));
        expect([...world.exist].sort((a, b) => a - b)).toEqual(
          good.map(({ serial }) => serial).sort((a, b) => a - b),
        );
      },
    ),
    { numRuns: 500 },
  );
  expect(complete).toBeGreaterThan(200);
});
