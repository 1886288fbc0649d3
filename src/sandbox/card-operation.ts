// What every operation on cards works with.
import type { Account } from './account.ts';
import type { Answer } from './answer.ts';
import { notFound } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import type { BookedCard } from './books.ts';
import type { Chance } from './chance.ts';
import type { Call } from './operation.ts';

export interface Context {
  readonly account: Account;
  readonly behaviour: Behaviour;
  readonly chance: Chance;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The client the answers name as the maker. */
  readonly clientId: string;
}

/**
 * Answers a call, or throws a Refusal. Everything it commits, it commits before its first `await`, so that no
 * two calls ever interleave.
 */
export type CardOperation = (context: Context, call: Call) => Answer | Promise<Answer>;

/** The card of the path. Throws a 404 where there is none or it was deleted. */
export function livingCard({ account }: Context, { cardId }: Call): BookedCard {
  const card = account.byId.get(cardId);
  if (card === undefined || card.deleted_at !== undefined) throw notFound('Card not found');
  return card;
}

export function timestamp(now: number): string {
  return new Date(now).toISOString();
}
