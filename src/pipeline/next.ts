// Plan and ledger -> the steps that may run now. Pure, so that resuming needs no code of its own: a run
// that was killed is a ledger like any other.
import type { FailureKind } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import type { DoubtStep } from '../issue/doubt.ts';
import type { Wanted } from '../issue/issue.ts';
import { type AskedRecord, type CardRange, countOf, eachCard, toRanges } from '../issue/records.ts';
import type { GoodCards } from '../issue/vaulted.ts';
import type { Acceptable, Recovery } from '../plan/job.ts';
import { type Plan, type Volume, batchesOf, volumesOf } from '../plan/plan.ts';
import { accountsOf, unbalancedText } from './accounts.ts';
import { batchNext, doubledIn } from './batch.ts';
import { type Ledger, goodOf, madeIn } from './ledger.ts';

export type Step =
  | {
      readonly do: 'ask';
      readonly batch: number;
      readonly attempt: number;
      readonly want: Wanted;
      readonly wait: number;
    }
  | { readonly do: 'read'; readonly batch: number; readonly attempt: number }
  | ({ readonly do: 'look' } & DoubtStep)
  | { readonly do: 'reissue'; readonly batch: number; readonly attempt: number }
  | ({ readonly do: 'void' } & DoubtStep)
  | { readonly do: 'sweep'; readonly cards: readonly AskedCards[] }
  | { readonly do: 'render'; readonly volume: number; readonly attempt: number }
  | { readonly do: 'verify'; readonly volume: number; readonly attempt: number }
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
  /** Volumes whose last attempt had failed when this call began and is to be printed anew: that attempt's number. */
  readonly retry?: ReadonlyMap<number, number>;
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
    case 'reissue':
    case 'void':
      return batchName(step.batch);
    case 'render':
    case 'verify':
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
  const volumes = volumesOf(plan).map((volume) =>
    volumeNext(volume, ledger, circumstances, batchesIn(plan, volume).every(isDone)),
  );
  const print = volumes.flatMap(({ step }) => (step === undefined ? [] : [step]));
  const unreadable = volumes.flatMap(({ stop }) => (stop === undefined ? [] : [stop]));
  const free = (all: readonly Step[]) => all.filter((step) => !inFlight.has(stepName(step)));
  // What is printed is still read, so that all that is wrong is known at once.
  if (unreadable.length > 0)
    return {
      steps: free([...steps, ...print].filter((step) => step.do === 'read' || step.do === 'verify')),
      stops: unreadable,
    };
  const allRead = volumes.every(({ done }) => done === true);
  const unfit = allRead && !ledger.complete ? unfitStop(plan, ledger) : undefined;
  if (unfit !== undefined) return { steps: [], stops: [unfit] };
  return {
    steps: free([...steps, ...print, ...(allRead ? lastSteps(ledger, circumstances) : [])]),
    stops: [],
  };
}

/** Why nothing of this may leave the house: not one good card for each place, or a card that nobody knows about. */
export function unfitStop(plan: Plan, ledger: Ledger): Stop | undefined {
  const good = [...ledger.attempts.values()].flat().flatMap(goodOf);
  const accounts = accountsOf(plan, ledger);
  const why =
    countOf(good) === accounts.planned
      ? (doubledIn(good) ?? (accounts.balanced ? undefined : unbalancedText(accounts)))
      : `${countOf(good)} cards are good for ${accounts.planned} places`;
  if (why === undefined) return undefined;
  const message = `${why}: nothing is ${ledger.packed ? 'delivered' : 'packed'}`;
  const hint = 'accounts.json in the run folder names them; hand nothing over before this is understood';
  return { kind: 'mismatch', message, hint };
}

/** What a volume does next: printed once its cards are there, then read back; printed anew only when told to. */
function volumeNext(
  { volume }: Volume,
  { volumes, reports }: Ledger,
  { retry }: Circumstances,
  hasCards: boolean,
): { readonly done?: boolean; readonly step?: Step; readonly stop?: Stop } {
  const attempt = Math.max(0, ...(volumes.get(volume) ?? []));
  if (attempt === 0) return hasCards ? { step: { do: 'render', volume, attempt: 1 } } : {};
  const report = reports.get(volume)?.find((one) => one.attempt === attempt);
  if (report === undefined) return { step: { do: 'verify', volume, attempt } };
  if (report.passed) return { done: true };
  if (retry?.get(volume) === attempt) return { step: { do: 'render', volume, attempt: attempt + 1 } };
  const more = report.faults > 1 ? `, and ${report.faults - 1} more` : '';
  return {
    stop: {
      kind: 'unreadable',
      message: `volume ${volume}, attempt ${attempt}, reads back with faults: ${report.fault ?? ''}${more}`,
      hint: `${names.report(volume, attempt)} has them all; run --retry prints the volume anew`,
    },
  };
}

/** Volumes whose last attempt was read and found at fault: that attempt's number. */
export function failedVolumes({ volumes, reports }: Ledger): ReadonlyMap<number, number> {
  return new Map(
    [...volumes].flatMap(([volume, attempts]) => {
      const last = Math.max(...attempts);
      const report = reports.get(volume)?.find(({ attempt }) => attempt === last);
      return report?.passed === false ? [[volume, last] as const] : [];
    }),
  );
}

/** Every card that will be printed, with the attempt that it came in. */
export function goodCards(ledger: Pick<Ledger, 'attempts'>): readonly GoodCards[] {
  return [...ledger.attempts.values()].flat().flatMap((attempt) => {
    const { asked, cards, reissued } = attempt;
    const parts = [
      { asked, good: madeIn(cards), reissued: false },
      { asked, good: madeIn(reissued), reissued: true },
    ];
    return parts.filter(({ good }) => good.length > 0);
  });
}

/** Cards that were asked for and given up without being seen to be gone: they are looked for once more. */
function givenUp(ledger: Ledger): readonly AskedCards[] {
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
export function batchesIn(plan: Plan, volume: Pick<Volume, 'first' | 'count'>): readonly number[] {
  const from = Math.floor(volume.first / plan.batchSize) + 1;
  const to = Math.floor((volume.first + volume.count - 1) / plan.batchSize) + 1;
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
