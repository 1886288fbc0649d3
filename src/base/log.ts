// What happened, as a closed union of events. Sinks turn them into lines for people, JSON lines, or the
// run's journal. No event has a field that could hold a secret.
import type { FailureKind } from './failure.ts';

export type Event =
  | {
      readonly event: 'run.planned';
      readonly run: string;
      readonly cards: number;
      readonly batches: number;
      readonly volumes: number;
    }
  | { readonly event: 'run.continued'; readonly run: string }
  | { readonly event: 'run.complete'; readonly run: string }
  | {
      readonly event: 'batch.asked';
      readonly batch: number;
      readonly attempt: number;
      readonly cards: number;
    }
  | {
      readonly event: 'batch.answered';
      readonly batch: number;
      readonly attempt: number;
      readonly status: number;
      readonly bytes: number;
    }
  | {
      readonly event: 'batch.read';
      readonly batch: number;
      readonly attempt: number;
      readonly good: number;
      readonly note: string;
    }
  | {
      readonly event: 'batch.looked';
      readonly batch: number;
      readonly attempt: number;
      readonly found: number;
      readonly absent: number;
    }
  | {
      readonly event: 'batch.voided';
      readonly batch: number;
      readonly attempt: number;
      readonly voided: number;
      readonly orphaned: number;
    }
  | {
      readonly event: 'run.swept';
      readonly looked: number;
      readonly voided: number;
      readonly orphaned: number;
    }
  | {
      readonly event: 'volume.rendered';
      readonly volume: number;
      readonly attempt: number;
      readonly cards: number;
      readonly sheets: number;
      readonly bytes: number;
    }
  | {
      readonly event: 'volume.read';
      readonly volume: number;
      readonly attempt: number;
      readonly symbols: number;
      readonly decoded: number;
      readonly faults: number;
    }
  | {
      readonly event: 'volume.packed';
      readonly volume: number;
      readonly file: string;
      readonly bytes: number;
    }
  | { readonly event: 'handoff.packed'; readonly files: number }
  | { readonly event: 'delivery.begun'; readonly target: string; readonly delivery: number }
  | { readonly event: 'delivery.received'; readonly target: string }
  | {
      readonly event: 'delivery.acknowledged';
      readonly target: string;
      /** A file at the target, or a person's word. */
      readonly how: 'file' | 'word';
    }
  | { readonly event: 'batch.resolved'; readonly batch: number; readonly as: 'replace' | 'reissue' }
  | { readonly event: 'run.approved'; readonly statement: string; readonly signers: readonly string[] }
  | {
      readonly event: 'return.taken';
      readonly number: number;
      readonly good: number;
      readonly spoiled: number;
      readonly missing: number;
    }
  | {
      readonly event: 'cards.ordered';
      readonly number: number;
      readonly what: string;
      readonly cards: number;
    }
  | { readonly event: 'cards.done'; readonly number: number; readonly what: string; readonly cards: number }
  | { readonly event: 'supplement.planned'; readonly supplement: string; readonly cards: number }
  | { readonly event: 'run.closed'; readonly run: string }
  | { readonly event: 'run.purged'; readonly run: string; readonly files: number }
  /** Of a file that people vouch for: it is about to be written; it is there; it never came to be. */
  | { readonly event: 'file.noted'; readonly file: string; readonly sha256: string }
  | { readonly event: 'file.written' | 'file.unwritten'; readonly file: string }
  | {
      readonly event: 'delivery.done';
      readonly target: string;
      readonly files: number;
      readonly bytes: number;
    }
  | { readonly event: 'waiting'; readonly what: string; readonly seconds: number }
  | { readonly event: 'stage.took'; readonly stage: string; readonly seconds: number }
  | { readonly event: 'failed'; readonly kind: FailureKind; readonly message: string };

/** Where events go. */
export interface Log {
  readonly emit: (event: Event) => void;
}

export const silent: Log = { emit: () => undefined };

export function combine(...logs: readonly Log[]): Log {
  return { emit: (event) => logs.forEach((log) => log.emit(event)) };
}
