// Every id that was ever asked for and what became of it. Derived from the ledger, so that it can be made
// anew at any time.
import { type CardRange, countOf, eachCard } from '../issue/records.ts';
import { type Plan, cardCount, idOf } from '../plan/plan.ts';
import { type Ledger, goodOf } from './ledger.ts';

/** Cards in a row, by serial and by id. */
export interface IdSpan {
  readonly first: number;
  readonly last: number;
  readonly ids: readonly [first: string, last: string];
}

export interface NamedCard {
  readonly serial: number;
  readonly id: string;
  readonly why: string;
}

export interface Accounts {
  readonly format: 'cardpress-accounts/1';
  readonly run: string;
  readonly planned: number;
  /** asked = made + neverCreated + voided + orphaned + inDoubt */
  readonly asked: number;
  readonly made: number;
  readonly neverCreated: number;
  readonly voided: number;
  readonly orphaned: number;
  readonly inDoubt: number;
  readonly balanced: boolean;
  readonly ids: {
    readonly made: readonly IdSpan[];
    readonly neverCreated: readonly IdSpan[];
    readonly voided: readonly IdSpan[];
    readonly orphaned: readonly NamedCard[];
    readonly inDoubt: readonly IdSpan[];
  };
}

type State = 'made' | 'neverCreated' | 'voided' | 'orphaned' | 'inDoubt';

/** What became of cards after they were printed. */
export interface After {
  readonly voided: readonly number[];
  readonly orphaned: readonly { readonly serial: number; readonly why: string }[];
}

export function accountsOf(
  plan: Plan,
  ledger: Ledger,
  after: After = { voided: [], orphaned: [] },
): Accounts {
  const states = new Map<number, State>();
  const reasons = new Map<number, string>();
  const mark = (ranges: readonly CardRange[], state: State) => {
    for (const { serial } of eachCard(ranges)) states.set(serial, state);
  };
  const attempts = [...ledger.attempts.values()].flat();
  for (const attempt of attempts) {
    mark(attempt.asked.cards, refused(attempt) ? 'neverCreated' : 'inDoubt');
    if (attempt.looked !== undefined) mark(attempt.looked.absent, 'neverCreated');
  }
  // A card that was asked for twice is what the later, surer word says of it.
  for (const attempt of attempts) mark(goodOf(attempt), 'made');
  for (const record of [...attempts.map(({ voided }) => voided), ledger.swept]) {
    if (record === undefined) continue;
    mark(record.voided, 'voided');
    for (const { serial, why } of record.orphaned) {
      states.set(serial, 'orphaned');
      reasons.set(serial, why);
    }
  }
  for (const { serial, foreign } of ledger.swept?.foreign ?? []) {
    states.set(serial, 'orphaned');
    reasons.set(serial, foreign ?? '');
  }
  const printed = [...states.values()].filter((state) => state === 'made').length;
  // Cards of a supplement are in its own accounts.
  for (const serial of after.voided) if (states.has(serial)) states.set(serial, 'voided');
  for (const { serial, why } of after.orphaned) {
    if (!states.has(serial)) continue;
    states.set(serial, 'orphaned');
    reasons.set(serial, why);
  }
  const serials = [...states.keys()].sort((a, b) => a - b);
  const inState = (state: State) => serials.filter((serial) => states.get(serial) === state);
  const spans = (state: State) => toSpans(plan, inState(state));
  const count = (state: State) => inState(state).length;
  const made = count('made');
  const asked = serials.length;
  const sum = made + count('neverCreated') + count('voided') + count('orphaned') + count('inDoubt');
  return {
    format: 'cardpress-accounts/1',
    run: plan.run,
    planned: cardCount(plan),
    asked,
    made,
    neverCreated: count('neverCreated'),
    voided: count('voided'),
    orphaned: count('orphaned'),
    inDoubt: count('inDoubt'),
    balanced:
      asked === sum &&
      count('inDoubt') === 0 &&
      printed === cardCount(plan) &&
      printed === countOf(attempts.flatMap(goodOf)),
    ids: {
      made: spans('made'),
      neverCreated: spans('neverCreated'),
      voided: spans('voided'),
      orphaned: inState('orphaned').map((serial) => ({
        serial,
        id: idOf(plan, serial),
        why: reasons.get(serial) ?? '',
      })),
      inDoubt: spans('inDoubt'),
    },
  };
}

/** What is said of accounts that do not balance. */
export function unbalancedText({ run, planned, made, inDoubt }: Accounts): string {
  return `the accounts of ${run} do not balance: ${planned} cards planned, ${made} made, ${inDoubt} in doubt`;
}

/** Whether an attempt surely made nothing. */
function refused({ cards }: { readonly cards: { readonly outcome: string } | undefined }): boolean {
  return cards !== undefined && cards.outcome !== 'made' && cards.outcome !== 'doubt';
}

function toSpans(plan: Plan, serials: readonly number[]): readonly IdSpan[] {
  const spans: { first: number; last: number }[] = [];
  for (const serial of serials) {
    const span = spans.at(-1);
    if (span?.last === serial - 1) span.last = serial;
    else spans.push({ first: serial, last: serial });
  }
  return spans.map(({ first, last }) => ({ first, last, ids: [idOf(plan, first), idOf(plan, last)] }));
}
