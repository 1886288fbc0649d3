// The operations that change what a card is: activate and delete.
import { conflict, empty, ok } from './answer.ts';
import { isInactive } from './books.ts';
import type { CardOperation } from './card-operation.ts';
import { livingCard, timestamp } from './card-operation.ts';
import { viewDetails } from './card-view.ts';
import { expiry } from './issue-code.ts';
import { activateOrder, readOrder } from './order.ts';

export const activate: CardOperation = (context, call) => {
  const card = livingCard(context, call);
  const { amount, currency, card_token, ...details } = readOrder(activateOrder, call.body);
  if (!isInactive(card)) throw conflict('Card is active already');
  card.status = 'unused';
  card.amount = amount;
  card.currency = currency;
  card.details = { ...card.details, ...details };
  if (card_token !== undefined) {
    for (const token of card.tokens) {
      token.expires_after_transaction = card_token.expires_after_transaction;
      if (card_token.expires_in !== undefined) {
        token.expires_in = card_token.expires_in;
        token.expires_at = expiry(context.now, card_token.expires_in);
      }
    }
  }
  return ok(viewDetails(card, context.behaviour));
};

/** The card stays in the books and in lists that ask for deleted cards. */
export const remove: CardOperation = (context, call) => {
  const card = livingCard(context, call);
  const rule = context.behaviour.delete;
  if (rule === 'never' || (rule === 'inactive-only' && !isInactive(card)))
    throw conflict('Card cannot be deleted');
  card.deleted_at = timestamp(context.now);
  return empty(204);
};
