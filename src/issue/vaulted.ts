// Cards out of the vault in the order in which they are printed, one batch in memory at a time.
import { Failure } from '../base/failure.ts';
import type { Card } from './card.ts';
import { type VaultTools, answeredCards } from './issue.ts';
import { reissuedCard } from './reissue.ts';
import { type AskedRecord, type CardRange, countOf, eachCard } from './records.ts';

/** Good cards of one attempt. */
export interface GoodCards {
  readonly asked: AskedRecord;
  readonly good: readonly CardRange[];
  /** Whether their secrets are not those of the answer, but new ones that were got after it was lost. */
  readonly reissued: boolean;
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
  tools: VaultTools,
): AsyncGenerator<PlacedCard> {
  const end = first + count;
  const inside = all
    .map((part) => ({ ...part, good: within(part.good, first, end) }))
    .filter(({ good }) => good.length > 0);
  const batches = [...new Set(inside.map(({ asked }) => asked.batch))].sort((a, b) => a - b);
  let position = first;
  for (const batch of batches) {
    const cards: PlacedCard[] = [];
    for (const part of inside.filter(({ asked }) => asked.batch === batch))
      cards.push(...(await cardsOf(part, tools)));
    for (const card of cards.sort((a, b) => a.position - b.position)) {
      if (card.position !== position) break;
      yield card;
      position += 1;
    }
  }
  if (position !== end) throw new Failure('mismatch', `the vault holds no card for position ${position}`);
}

/** The cards of one part, wherever their secrets lie. */
async function cardsOf(
  { asked, good, reissued }: GoodCards,
  tools: VaultTools,
): Promise<readonly PlacedCard[]> {
  const cards: PlacedCard[] = [];
  if (reissued) {
    for (const card of eachCard(good)) {
      const found = await reissuedCard(asked, card, tools);
      if (typeof found !== 'string') cards.push(found);
    }
  } else cards.push(...(await answeredCards(asked, good, tools)));
  if (cards.length !== countOf(good)) {
    throw new Failure(
      'mismatch',
      `batch ${asked.batch}, attempt ${asked.attempt}: the vault no longer holds the cards that were read from it`,
    );
  }
  return cards;
}

/** The parts of some ranges that lie between two positions. */
export function within(ranges: readonly CardRange[], first: number, end: number): CardRange[] {
  return ranges.flatMap(({ position, serial, count }) => {
    const from = Math.max(position, first);
    const to = Math.min(position + count, end);
    return from < to ? [{ position: from, serial: serial + from - position, count: to - from }] : [];
  });
}
