// What is done of a run, for status, bars and summaries.
import { countOf } from '../issue/records.ts';
import { type Plan, cardCount, volumesOf } from '../plan/plan.ts';
import type { Ledger } from './ledger.ts';
import { goodCards } from './next.ts';

export interface Progress {
  readonly cards: { readonly good: number; readonly of: number };
  readonly volumes: { readonly rendered: number; readonly of: number };
  /** Volumes that were read back and found right. */
  readonly read: number;
  readonly packed: boolean;
}

export function progressOf(plan: Plan, ledger: Ledger): Progress {
  return {
    cards: { good: goodCards(ledger).reduce((sum, { good }) => sum + countOf(good), 0), of: cardCount(plan) },
    volumes: { rendered: ledger.volumes.size, of: volumesOf(plan).length },
    read: [...ledger.reports.values()].filter((reports) => reports.some(({ passed }) => passed)).length,
    packed: ledger.packed,
  };
}
