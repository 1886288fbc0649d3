// Making cards: a batch of inactive ones, or a single live one.
import { addCard } from './account.ts';
import type { FieldError, Refusal } from './answer.ts';
import { badRequest, conflict, ok } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import type { BookedCard } from './books.ts';
import type { CardOperation, Context } from './card-operation.ts';
import { timestamp } from './card-operation.ts';
import { viewWithSecrets } from './card-view.ts';
import { makePin, makeToken } from './issue-code.ts';
import { batchOrder, createOrder, readOrder } from './order.ts';

export const batch: CardOperation = async (context, call) => {
  const { account, behaviour } = context;
  const { cards, options } = readOrder(batchOrder, call.body);
  const existing = cards.flatMap(({ card_id }, index) =>
    isTaken(context, card_id) ? [alreadyExists(`cards[${index}].card_id`, card_id)] : [],
  );
  if (existing.length > 0 && behaviour.existingId !== 'skip') throw refuseExisting(behaviour, existing);
  const wanted = cards.filter(({ card_id }) => !isTaken(context, card_id));

  const terms = {
    format: options.card_token?.format,
    expires_in: behaviour.expiresIn,
    expires_after_transaction: behaviour.expiresAfterTransaction,
  };
  const reserved = new Set<string>();
  const made = wanted.map(({ card_id, type }) => ({
    ...blankCard(context, card_id, type),
    tokens: [makeToken(context, terms, 'options.card_token.format', reserved)],
    pins: options.pin === undefined ? [] : [makePin(context, options.pin.format)],
  }));
  // Only now: a batch that cannot have all its tokens makes no card.
  for (const card of made) addCard(account, card);
  return ok({ cards: await Promise.all(made.map((card) => viewWithSecrets(card, behaviour))) });
};

export const create: CardOperation = async (context, call) => {
  const { account, behaviour } = context;
  const order = readOrder(createOrder, call.body);
  const { card_id, type, amount, currency, pin, card_token, ...details } = order;
  if (isTaken(context, card_id)) throw refuseExisting(behaviour, [alreadyExists('card_id', card_id)]);
  const card: BookedCard = {
    ...blankCard(context, card_id, type),
    status: 'unused',
    amount,
    currency,
    tokens: card_token === undefined ? [] : [makeToken(context, card_token, 'card_token.format')],
    pins: pin === undefined ? [] : [makePin(context, pin.format)],
    details,
  };
  addCard(account, card);
  return ok(await viewWithSecrets(card, behaviour));
};

function blankCard(
  { behaviour, chance, now, clientId }: Context,
  card_id: string,
  type: BookedCard['type'],
): BookedCard {
  return {
    card_id,
    uuid: chance.uuid(),
    type,
    status: behaviour.newStatus,
    created_at: timestamp(now),
    created_by: clientId,
    amount: 0,
    currency: 'NOK',
    tokens: [],
    pins: [],
    details: {},
  };
}

function isTaken({ account, behaviour }: Context, cardId: string): boolean {
  const card = account.byId.get(cardId);
  return card !== undefined && !(behaviour.reuseDeletedId && card.deleted_at !== undefined);
}

function alreadyExists(field: string, cardId: string): FieldError {
  return { field, message: `${cardId} already exists` };
}

function refuseExisting({ existingId }: Behaviour, existing: readonly FieldError[]): Refusal {
  if (existingId === 'refuse-400') return badRequest(existing);
  return conflict(existing.map(({ message }) => message).join(', '));
}
