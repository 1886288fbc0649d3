// The reading operations: get, list, transactions and info.
import type { Account } from './account.ts';
import { badRequest, forbidden, notFound, ok } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import type { BookedCard } from './books.ts';
import type { CardOperation } from './card-operation.ts';
import { livingCard } from './card-operation.ts';
import { viewCard, viewDetails } from './card-view.ts';
import { infoOrder, readListQuery, readOrder } from './order.ts';

export const get: CardOperation = (context, call) => {
  const { account, behaviour } = context;
  const card = behaviour.lookUpShowsDeleted ? account.byId.get(call.cardId) : livingCard(context, call);
  if (card === undefined) throw notFound('Card not found');
  return ok(viewDetails(card, behaviour));
};

/** Oldest first. `starting_after` is the id of a page's last card, and absent on the last page. */
export const list: CardOperation = ({ account, behaviour }, call) => {
  const { limit, starting_after, include_deleted } = readListQuery(call.query);
  const first = starting_after === undefined ? 0 : placeAfter(account, starting_after);
  const page: BookedCard[] = [];
  for (const card of account.cards.slice(first)) {
    if (card.deleted_at !== undefined && include_deleted === 'false') continue;
    if (page.length === limit) return ok({ ...viewPage(page, behaviour), starting_after: page.at(-1)?.uuid });
    page.push(card);
  }
  return ok(viewPage(page, behaviour));
};

function viewPage(page: readonly BookedCard[], behaviour: Behaviour) {
  return { cards: page.map((card) => viewCard(card, behaviour)) };
}

function placeAfter({ places }: Account, uuid: string): number {
  const place = places.get(uuid);
  if (place === undefined) throw badRequest([{ field: 'starting_after', message: 'is no id of a card' }]);
  return place + 1;
}

/** Nothing is ever bought with these cards. */
export const transactions: CardOperation = (context, call) => {
  livingCard(context, call);
  return ok([]);
};

/** Finds a card by a token that has not expired; whether a PIN is needed at all is not documented. */
export const info: CardOperation = ({ account, behaviour, now }, call) => {
  const { token, pin } = readOrder(infoOrder, call.body);
  const card = account.byToken.get(token);
  const expiry = card?.tokens.find(({ value }) => value === token)?.expires_at;
  const isAlive = expiry !== undefined && Date.parse(expiry) > now;
  if (!isAlive || card === undefined || card.deleted_at !== undefined) throw notFound('Card not found');
  if (pin !== undefined && pin !== card.pins.at(-1)?.value) throw forbidden();
  return ok(viewCard(card, behaviour));
};
