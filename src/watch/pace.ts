// How far each stage of a run is, how fast it goes, and when it will be through.
import type { Ledger } from '../pipeline/ledger.ts';
import { progressOf } from '../pipeline/progress.ts';
import type { Plan } from '../plan/plan.ts';

export type StageName = 'cards' | 'volumes' | 'read back' | 'delivered';

export interface StageCount {
  readonly stage: StageName;
  readonly done: number;
  readonly of: number;
}

export interface StagePace extends StageCount {
  /** A second, since this process began to count; undefined while nothing has moved. */
  readonly rate: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** The stages of a run in their order. @param targets how many the job has */
export function stageCounts(plan: Plan, ledger: Ledger, targets: number): readonly StageCount[] {
  const { cards, volumes, read } = progressOf(plan, ledger);
  const delivered = [...ledger.deliveries.values()].filter(({ reached }) => reached === 'done').length;
  return [
    { stage: 'cards', done: cards.good, of: cards.of },
    { stage: 'volumes', done: volumes.rendered, of: volumes.of },
    { stage: 'read back', done: read, of: volumes.of },
    ...(targets === 0
      ? []
      : [{ stage: 'delivered' as const, done: Math.min(delivered, targets), of: targets }]),
  ];
}

/** Remembers when each stage stood where. */
export class Pace {
  readonly #begun = new Map<StageName, { readonly done: number; readonly at: number }>();

  /** @param at milliseconds of a clock that only runs forward */
  note(count: StageCount, at: number): StagePace {
    const begun = this.#begun.get(count.stage);
    if (begun === undefined) this.#begun.set(count.stage, { done: count.done, at });
    const made = count.done - (begun?.done ?? count.done);
    const seconds = (at - (begun?.at ?? at)) / 1000;
    if (made <= 0 || seconds <= 0) {
      // Waiting for the stage before is no part of this one's pace.
      if (begun !== undefined && made <= 0 && count.done === 0) this.#begun.set(count.stage, { done: 0, at });
      return { ...count, rate: undefined, secondsLeft: undefined };
    }
    const rate = made / seconds;
    return { ...count, rate, secondsLeft: (count.of - count.done) / rate };
  }
}

/** `42 a second`, `3 a minute`. */
export function rateText(rate: number): string {
  const [number, unit] =
    rate >= 1 ? [rate, 'second'] : rate * 60 >= 1 ? [rate * 60, 'minute'] : [rate * 3600, 'hour'];
  return `${number < 10 ? number.toFixed(1).replace(/\.0$/, '') : Math.round(number)} ${unit === 'hour' ? 'an' : 'a'} ${unit}`;
}

/** `40 s`, `3 min`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What is said beside a count; empty where nothing is known or left. */
export function paceText({ rate, secondsLeft }: StagePace): string {
  if (rate === undefined || secondsLeft === undefined) return '';
  return secondsLeft === 0 ? rateText(rate) : `${rateText(rate)}, ${durationText(secondsLeft)} left`;
}
