// Plan and ledger -> the steps that may run now. Pure, so that resuming needs no code of its own: a run
// that was killed is a ledger like any other.
import type { FailureKind } from '../base/failure.ts';
import type { Wanted } from '../issue/issue.ts';
import { type AskedRecord, type CardRange, countOf, eachCard, toRanges } from '../issue/records.ts';
import type { Acceptable, Recovery } from '../plan/job.ts';
import { type Plan, type Volume, batchesOf, volumesOf } from '../plan/plan.ts';
import { batchNext } from './batch.ts';
import type { Attempt, Ledger } from './ledger.ts';

export type Step =
  | {
      readonly do: 'ask';
      readonly batch: number;
      readonly attempt: number;
      readonly want: Wanted;
      readonly wait: number;
    }
  | { readonly do: 'read'; readonly batch: number; readonly attempt: number }
  /** `since` is the attempt in which these cards were first asked for. */
  | {
      readonly do: 'look';
      readonly batch: number;
      readonly attempt: number;
      readonly since: number;
      readonly cards: readonly CardRange[];
    }
  | { readonly do: 'void'; readonly batch: number; readonly attempt: number }
  | { readonly do: 'sweep'; readonly cards: readonly AskedCards[] }
  | { readonly do: 'render'; readonly volume: number; readonly attempt: number }
  | { readonly do: 'pack' }
  | { readonly do: 'deliver'; readonly target: string }
  | { readonly do: 'complete'; readonly targets: readonly string[] };

/** Why a run cannot go on by itself. */
export interface Stop {
  readonly kind: FailureKind;
  readonly message: string;
  readonly hint?: string;
}

export interface Next {
  readonly steps: readonly Step[];
  readonly stops: readonly Stop[];
}

/** What is the job's or this call's own, and so not in the plan. */
export interface Circumstances {
  readonly accept: readonly Acceptable[];
  readonly recovery: Recovery;
  /** Attempts that each batch had when this call of the program began; a refusal from before is asked again. */
  readonly before: ReadonlyMap<number, number>;
  /** Names of the job's targets. */
  readonly targets?: readonly string[];
  /** Names of the steps that were in flight when the ledger was read: what they leave behind is half-done. */
  readonly inFlight: ReadonlySet<string>;
}

/** Cards of an attempt. */
export interface AskedCards {
  readonly asked: AskedRecord;
  readonly cards: readonly CardRange[];
}

/** The name of a step: two steps of one name are never in flight together. */
export function stepName(step: Step): string {
  switch (step.do) {
    case 'ask':
    case 'read':
    case 'look':
    case 'void':
      return batchName(step.batch);
    case 'render':
      return `volume ${step.volume}`;
    case 'sweep':
    case 'pack':
    case 'complete':
      return step.do;
    case 'deliver':
      return `delivery to ${step.target}`;
  }
}

const batchName = (batch: number) => `batch ${batch}`;

export function nextSteps(plan: Plan, ledger: Ledger, circumstances: Circumstances): Next {
  const { inFlight } = circumstances;
  const batches = batchesOf(plan).map((batch) =>
    inFlight.has(batchName(batch.batch))
      ? {}
      : batchNext(plan, batch, ledger.attempts.get(batch.batch) ?? [], circumstances),
  );
  const stops = batches.flatMap(({ stop }) => (stop === undefined ? [] : [stop]));
  const steps = batches.flatMap(({ step }) => (step === undefined ? [] : [step]));
  // Once something needs a person, what was asked for is still read, but nothing more is asked for or printed.
  if (stops.length > 0) return { steps: steps.filter((step) => step.do === 'read'), stops };

  const isDone = (batch: number) => batches[batch - 1]?.done === true;
  const missing = volumesOf(plan).filter(({ volume }) => !ledger.volumes.has(volume));
  const ready = missing.filter((volume) => batchesIn(plan, volume).every(isDone));
  const render = ready.map(({ volume }): Step => ({ do: 'render', volume, attempt: 1 }));
  const next = [...steps, ...render, ...(missing.length === 0 ? lastSteps(ledger, circumstances) : [])];
  return { steps: next.filter((step) => !inFlight.has(stepName(step))), stops: [] };
}

/** Every card that will be printed, with the attempt that it came in. */
export function goodCards(
  ledger: Ledger,
): readonly { readonly asked: AskedRecord; readonly good: readonly CardRange[] }[] {
  return [...ledger.attempts.values()].flat().flatMap((attempt) => {
    const good = goodOf(attempt);
    return good.length === 0 ? [] : [{ asked: attempt.asked, good }];
  });
}

export function goodOf(attempt: Attempt): readonly CardRange[] {
  return attempt.cards?.outcome === 'made' ? attempt.cards.good : [];
}

/** Cards that were asked for and given up without being seen to be gone: they are looked for once more. */
export function givenUp(ledger: Ledger): readonly AskedCards[] {
  const all = [...ledger.attempts.values()].flat();
  if (!all.some(({ looked }) => looked !== undefined)) return [];
  const known = new Set<number>();
  for (const attempt of all) {
    for (const { serial } of eachCard(goodOf(attempt))) known.add(serial);
    for (const { serial } of eachCard(attempt.voided?.voided ?? [])) known.add(serial);
    for (const { serial } of attempt.voided?.orphaned ?? []) known.add(serial);
  }
  return all.flatMap(({ asked, looked }) => {
    if (looked === undefined) return [];
    const cards = toRanges([...eachCard(asked.cards)].filter(({ serial }) => !known.has(serial)));
    // A card that was asked for twice is looked for once, as of the first time.
    for (const { serial } of eachCard(cards)) known.add(serial);
    return countOf(cards) === 0 ? [] : [{ asked, cards }];
  });
}

function lastSteps(ledger: Ledger, { targets = [] }: Circumstances): readonly Step[] {
  if (ledger.complete) return [];
  if (ledger.packed) {
    const left = targets.filter((target) => ledger.deliveries.get(target)?.reached !== 'done');
    if (left.length === 0) return [{ do: 'complete', targets }];
    return left.map((target) => ({ do: 'deliver', target }));
  }
  const cards = ledger.swept === undefined ? givenUp(ledger) : [];
  return cards.length > 0 ? [{ do: 'sweep', cards }] : [{ do: 'pack' }];
}

/** Numbers of the batches that hold cards of a volume. */
function batchesIn(plan: Plan, volume: Volume): readonly number[] {
  const from = Math.floor(volume.first / plan.batchSize) + 1;
  const to = Math.floor((volume.first + volume.count - 1) / plan.batchSize) + 1;
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
