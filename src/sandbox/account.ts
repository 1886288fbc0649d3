// One account of the platform: its cards, and the ways to find them.
import type { BookedCard, BookedToken } from './books.ts';

export interface Account {
  /** Every card ever made, in that order, deleted ones included. */
  readonly cards: BookedCard[];
  /** The newest card of each card_id. */
  readonly byId: Map<string, BookedCard>;
  /** Every token value ever given out. */
  readonly byToken: Map<string, BookedCard>;
  /** Where in `cards` the card with this uuid stands. */
  readonly places: Map<string, number>;
}

export function openAccount(cards: readonly BookedCard[]): Account {
  const account: Account = { cards: [], byId: new Map(), byToken: new Map(), places: new Map() };
  for (const card of cards) addCard(account, card);
  return account;
}

export function addCard(account: Account, card: BookedCard): void {
  account.places.set(card.uuid, account.cards.length);
  account.cards.push(card);
  account.byId.set(card.card_id, card);
  for (const token of card.tokens) account.byToken.set(token.value, card);
}

export function addToken(account: Account, card: BookedCard, token: BookedToken): void {
  card.tokens.push(token);
  account.byToken.set(token.value, card);
}
