// New secrets for a card that exists: rotate-pin and tokens.
import { addToken } from './account.ts';
import { conflict, ok } from './answer.ts';
import type { BookedCard, BookedToken } from './books.ts';
import { isInactive } from './books.ts';
import type { CardOperation, Context } from './card-operation.ts';
import { livingCard } from './card-operation.ts';
import { viewPin, viewToken } from './card-view.ts';
import { makePin, makeToken } from './issue-code.ts';
import { pinOrder, readOrder, tokenOrder } from './order.ts';

/** The PIN before stops being valid; there is no ref_id, so every call makes another one. */
export const rotatePin: CardOperation = async (context, call) => {
  const card = reissuableCard(context, livingCard(context, call));
  const order = readOrder(pinOrder, call.body);
  const pin = makePin(context, order.pin.format);
  card.pins.push(pin);
  return ok({ pin: await viewPin(pin) });
};

/** The tokens before stay alive; no way to revoke one is documented. */
export const tokens: CardOperation = async (context, call) => {
  const { account, behaviour } = context;
  const card = reissuableCard(context, livingCard(context, call));
  const { ref_id, metadata, ...terms } = readOrder(tokenOrder, call.body);
  const earlier = card.tokens.find((token) => token.ref_id === ref_id);
  if (earlier !== undefined && behaviour.repeatedRef === 'same') return ok(await viewIssued(earlier));
  if (earlier !== undefined && behaviour.repeatedRef === 'refuse') {
    throw conflict(`ref_id ${ref_id} was used before`);
  }
  const token: BookedToken = { ...makeToken(context, terms, 'format'), ref_id, metadata };
  addToken(account, card, token);
  return ok(await viewIssued(token));
};

function reissuableCard({ behaviour }: Context, card: BookedCard): BookedCard {
  if (!behaviour.reissueInactive && isInactive(card)) throw conflict('Card is not active');
  return card;
}

/** The document's `Token`. */
async function viewIssued(token: BookedToken) {
  const { id, ref_id, created_at, created_by, metadata } = token;
  return { id, ref_id, created_at, created_by, metadata, ...(await viewToken(token)) };
}
