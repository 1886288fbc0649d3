// What a run folder notes of each batch: what was asked, what the answer was found to hold. No secrets.
import type { BadCard, NoCards, Terms } from './reading.ts';

/** Cards in a row: position and serial go up together. */
export interface CardRange {
  readonly position: number;
  readonly serial: number;
  readonly count: number;
}

/** Written before the call. */
export interface AskedRecord {
  readonly batch: number;
  readonly attempt: number;
  /** By our clock. */
  readonly at: string;
  /** The platform's time at the moment of asking, by its Date header; null where it sends none. */
  readonly platform: string | null;
  readonly cards: readonly CardRange[];
}

/** A card that the platform knows. */
export interface Found {
  readonly position: number;
  readonly serial: number;
  /** Why it may not be this run's own; null where it surely is. */
  readonly foreign: string | null;
}

/** What a look found of a batch in doubt. */
export interface LookedRecord {
  readonly at: string;
  readonly found: readonly Found[];
  readonly absent: readonly CardRange[];
}

/** A person's decision on a batch in doubt. */
export interface ResolvedRecord {
  readonly at: string;
  /** Who decided, as in the journal. */
  readonly by: string;
  readonly as: 'replace' | 'reissue';
}

/** What became of the cards that may not be printed. */
export interface VoidedRecord {
  readonly at: string;
  readonly voided: readonly CardRange[];
  /** Not to be deleted; harmless, since inactive and with a token that nobody knows. */
  readonly orphaned: readonly BadCard[];
}

/** The last look for cards that were given up; `foreign` ones exist but may not be this run's own. */
export type SweptRecord = VoidedRecord & { readonly foreign: readonly Found[] };

/** What an answer was found to hold. */
export type CardsRecord =
  | {
      readonly outcome: 'made';
      readonly good: readonly CardRange[];
      readonly bad: readonly BadCard[];
      readonly terms: Terms;
      /** Fingerprints of the good cards' tokens, in order of position. */
      readonly prints: string;
    }
  | NoCards;

export function countOf(ranges: readonly CardRange[]): number {
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

/** Every card of the ranges, one by one. */
export function* eachCard(ranges: readonly CardRange[]): Generator<{ position: number; serial: number }> {
  for (const { position, serial, count } of ranges) {
    for (let index = 0; index < count; index += 1)
      yield { position: position + index, serial: serial + index };
  }
}

/** Cards, in order of position, as the fewest ranges. */
export function toRanges(
  cards: Iterable<{ readonly position: number; readonly serial: number }>,
): CardRange[] {
  const ranges: { position: number; serial: number; count: number }[] = [];
  for (const { position, serial } of cards) {
    const last = ranges.at(-1);
    if (last !== undefined && last.position + last.count === position && last.serial + last.count === serial)
      last.count += 1;
    else ranges.push({ position, serial, count: 1 });
  }
  return ranges;
}
