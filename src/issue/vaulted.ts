// Cards out of the vault in the order in which they are printed, one batch in memory at a time.
import { Failure } from '../base/failure.ts';
import type { Card } from './card.ts';
import { type IssueTools, cardsOf } from './issue.ts';
import type { AskedRecord, CardRange } from './records.ts';

/** Good cards of one attempt. */
export interface GoodCards {
  readonly asked: AskedRecord;
  readonly good: readonly CardRange[];
}

export type PlacedCard = Card & { readonly position: number };

/**
 * The cards at positions `first` to `first + count - 1`, in that order.
 * @throws Failure of kind `mismatch` where one is missing
 */
export async function* vaultedCards(
  all: readonly GoodCards[],
  first: number,
  count: number,
  tools: Pick<IssueTools, 'plan' | 'folder' | 'keys'>,
): AsyncGenerator<PlacedCard> {
  const end = first + count;
  const inside = all
    .map(({ asked, good }) => ({ asked, good: within(good, first, end) }))
    .filter(({ good }) => good.length > 0);
  const batches = [...new Set(inside.map(({ asked }) => asked.batch))].sort((a, b) => a - b);
  let position = first;
  for (const batch of batches) {
    const cards: PlacedCard[] = [];
    for (const { asked, good } of inside.filter((part) => part.asked.batch === batch))
      cards.push(...(await cardsOf(asked, good, tools)));
    for (const card of cards.sort((a, b) => a.position - b.position)) {
      if (card.position !== position) break;
      yield card;
      position += 1;
    }
  }
  if (position !== end) throw new Failure('mismatch', `the vault holds no card for position ${position}`);
}

/** The parts of some ranges that lie between two positions. */
export function within(ranges: readonly CardRange[], first: number, end: number): CardRange[] {
  return ranges.flatMap(({ position, serial, count }) => {
    const from = Math.max(position, first);
    const to = Math.min(position + count, end);
    return from < to ? [{ position: from, serial: serial + from - position, count: to - from }] : [];
  });
}
