// How cards, tokens and PINs of the books look in an answer.
import { barcodePicture } from './barcode.ts';
import type { Behaviour } from './behaviour.ts';
import type { BookedCard, BookedPin, BookedToken } from './books.ts';
import { isInactive } from './books.ts';
import type { CodeFormat } from './code-format.ts';

/** How much of a token's end a masked code shows: at most five characters and a quarter of it. */
const MOST_SHOWN = 5;

/** The document's `Card`; no secrets. */
export function viewCard(card: BookedCard, { omitAmounts, nullDeletedAt }: Behaviour) {
  const { card_id, uuid, type, status, created_at, created_by, deleted_at, amount, currency, details } = card;
  const money = { amount, currency, amount_balance: amount, amount_available: amount };
  return {
    id: uuid,
    card_id,
    type,
    status,
    ...(omitAmounts && isInactive(card) ? {} : money),
    ...details,
    created_at,
    created_by,
    // Not in the document, which does not say how a list marks a deleted card.
    ...(deleted_at === undefined && !nullDeletedAt ? {} : { deleted_at: deleted_at ?? null }),
  };
}

/** The document's `CardDetails`: formats and masked tokens, no secrets. */
export function viewDetails(card: BookedCard, behaviour: Behaviour) {
  const pin = card.pins.at(-1);
  return {
    ...viewCard(card, behaviour),
    ...(pin === undefined ? {} : { pin: { format: pin.format } }),
    tokens: card.tokens.map(({ value, format, expires_at }) => ({
      expires_at,
      masked_code: maskCode(value, format.prefix ?? ''),
      format,
    })),
  };
}

/** A card with the secrets it was just made with. */
export async function viewWithSecrets(card: BookedCard, behaviour: Behaviour) {
  const pin = card.pins.at(-1);
  const token = card.tokens.at(-1);
  return {
    ...viewCard(card, behaviour),
    ...(pin === undefined ? {} : { pin: await viewPin(pin) }),
    ...(token === undefined ? {} : { card_token: await viewToken(token) }),
  };
}

/** The document's `PinGenerator`, value included. */
export async function viewPin({ value, format }: BookedPin) {
  return { format, pin: await viewCode(value, format) };
}

/** The document's `TokenGenerator`, value included. */
export async function viewToken({ value, format, expires_in, expires_after_transaction }: BookedToken) {
  return { expires_in, expires_after_transaction, format, token: await viewCode(value, format) };
}

async function viewCode(value: string, format: CodeFormat) {
  return format.barcode ? { value, barcode_128: await barcodePicture(value) } : { value };
}

/** Prefix, hyphens and the end stay, as in the document's `DINCARD:********-****-****-91**-*******22e5f`. */
function maskCode(value: string, prefix: string): string {
  const code = value.slice(prefix.length);
  const shown = Math.min(MOST_SHOWN, Math.floor(code.length / 4));
  const hidden = code.length - shown;
  return prefix + code.slice(0, hidden).replace(/[^-]/g, '*') + code.slice(hidden);
}
