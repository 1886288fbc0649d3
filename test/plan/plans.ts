// Plans for tests: a small one, and any.
import fc from 'fast-check';
import { PRESS_DEFAULTS } from '../../src/plan/press.ts';
import type { CodeFormat } from '../../src/plan/format.ts';
import type { Plan } from '../../src/plan/plan.ts';

export const digits = (length: number): CodeFormat => ({
  length,
  prefix: '',
  numbers: true,
  characters: false,
  symbols: false,
  barcode: false,
});

interface Changes extends Partial<Omit<Plan, 'cards'>> {
  readonly cards?: Partial<Plan['cards']>;
}

/** 8 cards and 2 overs: batches of 4, volumes of 1 sheet with 3 slots, two sides. */
export function planOf({ cards, ...changes }: Changes = {}): Plan {
  return {
    format: 'cardpress-plan/1',
    run: 'spring-2026-11-23',
    job: 'spring',
    account: 'T12345678',
    origin: 'http://127.0.0.1:4010/v1',
    created: '2026-11-23T12:00:00.000Z',
    cards: {
      ordered: 8,
      overs: 2,
      type: 'gift_card',
      id: 'S-{serial}',
      first: 1,
      token: digits(16),
      pin: digits(6),
      validUntil: null,
      ...cards,
    },
    press: PRESS_DEFAULTS,
    recipients: [],
    handoff: { seal: 'none', recipients: [], data: null, sequence: 1 },
    jobFile: 'job.yaml',
    second: 0.02,
    batchSize: 4,
    volumeSheets: 1,
    slots: 3,
    order: 'across',
    sides: 2,
    packing: null,
    template: 'classic',
    sheet: 'a4-8up',
    inputs: [],
    frozen: {},
    ...changes,
  };
}

/** Plans of up to some hundred cards, in every proportion. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    ordered: fc.integer({ min: 1, max: 300 }),
    overs: fc.nat(60),
    first: fc.nat(1000),
    batchSize: fc.integer({ min: 1, max: 120 }),
    volumeSheets: fc.integer({ min: 1, max: 8 }),
    slots: fc.integer({ min: 1, max: 21 }),
    bundle: fc.integer({ min: 1, max: 20 }),
    bundles: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ ordered, overs, first, bundle, bundles, ...rest }) =>
    planOf({ ...rest, cards: { ordered, overs, first }, packing: { bundle, box: bundle * bundles } }),
  );
