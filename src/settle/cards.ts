// Where every card of a run and of its supplements stands: which plastic is the card now, and what was reported
// of it. Pure; derived from the records, so that it can be made anew at any time.
import type { Book, Span } from './records.ts';
import { eachSerial, toSpans } from './records.ts';

/** A run folder's cards, in printing order. */
export interface Printing {
  readonly run: string;
  readonly cards: readonly { readonly serial: number; readonly position: number; readonly over: boolean }[];
}

export type CardState = 'good' | 'spoiled' | 'missing' | 'unreported' | 'voided' | 'orphaned';

export interface CardStanding {
  readonly serial: number;
  /** The run folder that printed the card as it is now. */
  readonly run: string;
  readonly position: number;
  readonly over: boolean;
  readonly state: CardState;
  readonly destroyed: boolean;
  readonly active: boolean;
  /** Voided, with another card made for it. */
  readonly replaced: boolean;
}

/** made = good + spoiled + missing + unusedOvers + notYetReported */
export interface Settlement {
  readonly ordered: number;
  readonly made: number;
  readonly good: number;
  readonly spoiled: number;
  readonly missing: number;
  readonly unusedOvers: number;
  readonly notYetReported: number;
  /** Deleted at the platform after they were printed. */
  readonly voided: number;
  /** Were to be deleted, and the platform refused. */
  readonly orphaned: number;
  /** Good cards that the order lacks. */
  readonly short: number;
  readonly balanced: boolean;
  readonly cards: {
    readonly spoiled: readonly Span[];
    /** Of the spoiled: those that nobody has certified to be destroyed. */
    readonly notDestroyed: readonly Span[];
    readonly missing: readonly Span[];
    readonly unusedOvers: readonly Span[];
    readonly voided: readonly Span[];
    readonly orphaned: readonly Span[];
  };
}

/** A card that was voided by itself: another may still be made for it. */
export const isGone = ({ state, replaced }: CardStanding): boolean =>
  (state === 'voided' || state === 'orphaned') && !replaced;

/**
 * Every card by its serial.
 * @param printings the run first, then its supplements in their order
 */
export function standings(
  printings: readonly Printing[],
  { returns, orders }: Pick<Book, 'returns' | 'orders'>,
): Map<number, CardStanding> {
  const cards = new Map<number, CardStanding>();
  const change = (serial: number, what: Partial<CardStanding>) => {
    const card = cards.get(serial);
    if (card !== undefined) cards.set(serial, { ...card, ...what });
  };
  for (const { run, cards: printed } of printings) {
    // A card that was printed anew is where it was printed last.
    for (const { serial, position, over } of printed)
      cards.set(serial, {
        serial,
        run,
        position,
        over,
        state: 'unreported',
        destroyed: false,
        active: false,
        replaced: false,
      });
    for (const { good, spoiled, missing, run: reported } of returns) {
      if (reported !== run) continue;
      for (const serial of eachSerial(good)) change(serial, { state: 'good' });
      for (const { serial, destroyed } of spoiled) change(serial, { state: 'spoiled', destroyed });
      for (const { serial } of missing) change(serial, { state: 'missing' });
    }
  }
  for (const { outcome } of orders) {
    if (outcome === undefined) continue;
    if (outcome.what === 'void' || outcome.what === 'replace') {
      const replaced = outcome.what === 'replace';
      for (const serial of eachSerial(outcome.done)) change(serial, { state: 'voided', replaced });
      for (const { serial } of outcome.left) change(serial, { state: 'orphaned', replaced });
    }
    if (outcome.what === 'activate')
      for (const serial of eachSerial(outcome.done)) change(serial, { active: true });
  }
  return cards;
}

export function settle(ordered: number, cards: ReadonlyMap<number, CardStanding>): Settlement {
  const all = [...cards.values()];
  const inState = (state: CardState) => all.filter((card) => card.state === state);
  const spans = (some: readonly CardStanding[]) => toSpans(some.map(({ serial }) => serial));
  const good = inState('good');
  const unused = unusedOf(good, good.length - ordered);
  const [spoiled, missing, unreported] = [inState('spoiled'), inState('missing'), inState('unreported')];
  const [voided, orphaned] = [inState('voided'), inState('orphaned')];
  const made = all.length - voided.length - orphaned.length;
  const counts = {
    ordered,
    made,
    good: good.length - unused.length,
    spoiled: spoiled.length,
    missing: missing.length,
    unusedOvers: unused.length,
    notYetReported: unreported.length,
    voided: voided.length,
    orphaned: orphaned.length,
    short: Math.max(0, ordered - good.length - unreported.length),
  };
  return {
    ...counts,
    balanced:
      made === counts.good + counts.spoiled + counts.missing + counts.unusedOvers + counts.notYetReported,
    cards: {
      spoiled: spans(spoiled),
      notDestroyed: spans(spoiled.filter(({ destroyed }) => !destroyed)),
      missing: spans(missing),
      unusedOvers: spans(unused),
      voided: spans(voided),
      orphaned: spans(orphaned),
    },
  };
}

/** Good cards that nobody needs: overs first, from the last, and none that carries money while others do not. */
function unusedOf(good: readonly CardStanding[], count: number): readonly CardStanding[] {
  if (count <= 0) return [];
  const rank = ({ active, over }: CardStanding) => (active ? 2 : 0) + (over ? 0 : 1);
  return [...good].sort((a, b) => rank(a) - rank(b) || b.serial - a.serial).slice(0, count);
}
