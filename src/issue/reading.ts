// What an answer to a batch says, card by card. Pure: an answer's bytes in, cards and complaints out.
// Nothing in it names a token or a PIN; the secrets are in the cards alone.
import { secret } from '../base/secret.ts';
import { type CodeFormat, alphabetOf, codeLength } from '../plan/format.ts';
import type { Card } from './card.ts';
import { type Answer, isMap, jsonBody, refusalText, retryAfter } from './answer.ts';

/** A card that was asked for: its id, and where it will be printed. */
export interface AskedCard {
  readonly position: number;
  readonly serial: number;
  readonly cardId: string;
}

export interface BadCard {
  readonly position: number;
  readonly serial: number;
  readonly why: string;
}

/** How long the tokens of an answer live. */
export interface Terms {
  /** Tokens that are good for one purchase only. */
  readonly onePurchase: number;
  /** The first moment at which a token or card ends, ISO 8601; null where none does. */
  readonly ends: string | null;
  /** The last moment at which a card begins to be good; null where all are at once. */
  readonly begins: string | null;
}

export type Reading =
  /** Cards were made; the bad ones must not be printed. */
  | {
      readonly outcome: 'made';
      readonly good: readonly GoodCard[];
      readonly bad: readonly BadCard[];
      readonly terms: Terms;
    }
  | NoCards;

/** An answer that gives no cards. */
export type NoCards =
  /** The request is wrong or not allowed; nothing was made. */
  | { readonly outcome: 'refused'; readonly message: string }
  /** An id was there already; nothing was made. */
  | { readonly outcome: 'exists'; readonly message: string }
  /** The bearer token had ended; nothing was made. */
  | { readonly outcome: 'signed-out'; readonly message: string }
  /** Too many requests; nothing was made. Seconds to wait, if the platform said. */
  | { readonly outcome: 'limited'; readonly wait: number | null }
  /** Whether cards were made is not known. */
  | { readonly outcome: 'doubt'; readonly why: string };

export type GoodCard = Card & { readonly position: number };

export interface Expected {
  readonly cards: readonly AskedCard[];
  readonly token: CodeFormat;
  readonly pin: CodeFormat | null;
}

const NEW_STATES = ['inactive', 'created', 'unused'];

export function readAnswer(answer: Answer, expected: Expected): Reading {
  const { status } = answer;
  if (status === 429)
    return { outcome: 'limited', wait: retryAfter(answer, new Date(answer.received)) ?? null };
  if (status === 401) return { outcome: 'signed-out', message: refusalText(answer) };
  if (status === 409) return { outcome: 'exists', message: refusalText(answer) };
  if (status >= 400 && status < 500 && status !== 408)
    return { outcome: 'refused', message: refusalText(answer) };
  if (!answer.complete) return { outcome: 'doubt', why: answer.broke ?? 'the answer was cut off' };
  if (status < 200 || status > 299) return { outcome: 'doubt', why: refusalText(answer) };
  const json = jsonBody(answer);
  if (!isMap(json) || !Array.isArray(json.cards)) {
    return { outcome: 'doubt', why: `status ${status}, but the answer is not what the platform documents` };
  }
  return readCards(json.cards, answer, expected);
}

function readCards(cards: readonly unknown[], answer: Answer, expected: Expected): Reading {
  const answered = new Map<string, Record<string, unknown>[]>();
  for (const card of cards) {
    if (!isMap(card) || typeof card.card_id !== 'string') continue;
    answered.set(card.card_id, [...(answered.get(card.card_id) ?? []), card]);
  }
  const good: GoodCard[] = [];
  const bad: BadCard[] = [];
  const life = new Lifetimes();
  const byToken = new Map<string, GoodCard[]>();
  for (const asked of expected.cards) {
    const found = answered.get(asked.cardId) ?? [];
    const [card] = found;
    const why = card === undefined || found.length > 1 ? missing(found.length) : cardFault(card, expected);
    if (card === undefined || why !== undefined) {
      bad.push({ position: asked.position, serial: asked.serial, why: why ?? missing(0) });
      continue;
    }
    const token = codeIn(card.card_token, 'token') ?? '';
    const pin = codeIn(card.pin, 'pin');
    const result: GoodCard = {
      ...asked,
      token: secret(token),
      ...(expected.pin !== null && pin !== undefined && { pin: secret(pin) }),
      ...picturesIn(card, expected),
    };
    good.push(result);
    life.add(card.card_token, card, answer.received);
    byToken.set(token, [...(byToken.get(token) ?? []), result]);
  }
  const repeated = new Set([...byToken.values()].filter((same) => same.length > 1).flat());
  for (const { position, serial } of repeated)
    bad.push({ position, serial, why: 'its token is on another card too' });
  return {
    outcome: 'made',
    good: good.filter((card) => !repeated.has(card)),
    bad: bad.sort((a, b) => a.position - b.position),
    terms: life.terms(),
  };
}

const missing = (times: number) =>
  times === 0 ? 'it is not in the answer' : `it is ${times} times in the answer`;

/** Why a card must not be printed, in words that give no code away. */
function cardFault(card: Record<string, unknown>, expected: Expected): string | undefined {
  if (card.status !== undefined && !NEW_STATES.includes(card.status as string))
    return 'its status is not that of a new card';
  if (hasMoney(card)) return 'its balance is not zero';
  const token = codeFault(codeIn(card.card_token, 'token'), expected.token);
  if (token !== undefined) return `its token ${token}`;
  if (expected.pin === null) return undefined;
  const pin = codeFault(codeIn(card.pin, 'pin'), expected.pin);
  return pin === undefined ? undefined : `its PIN ${pin}`;
}

/** Whether a card is shown with an amount; a platform may leave amounts out. */
export function hasMoney(card: Record<string, unknown>): boolean {
  return [card.amount, card.amount_balance, card.amount_available].some((amount) => (amount ?? 0) !== 0);
}

function codeIn(generator: unknown, key: 'token' | 'pin'): string | undefined {
  const inner = isMap(generator) ? generator[key] : undefined;
  return isMap(inner) && typeof inner.value === 'string' ? inner.value : undefined;
}

/** The platform's own pictures, of the codes whose format asks for them. */
function picturesIn(card: Record<string, unknown>, { token, pin }: Expected): Pick<Card, 'pictures'> {
  const picture = (generator: unknown, key: 'token' | 'pin') => {
    const inner = isMap(generator) ? generator[key] : undefined;
    const url = isMap(inner) ? inner.barcode_128 : undefined;
    return { [key]: secret(typeof url === 'string' ? url : '') };
  };
  if (!token.barcode && pin?.barcode !== true) return {};
  return {
    pictures: {
      ...(token.barcode && picture(card.card_token, 'token')),
      ...(pin?.barcode === true && picture(card.pin, 'pin')),
    },
  };
}

/** What is wrong with a code, in words that do not give it away. */
export function codeFault(code: string | undefined, format: CodeFormat): string | undefined {
  if (code === undefined) return 'is missing';
  if (code.length !== codeLength(format)) return `has ${code.length} characters, not ${codeLength(format)}`;
  if (!code.startsWith(format.prefix)) return 'does not begin with the prefix';
  if (!/^[\x20-\x7e]*$/.test(code)) return 'holds a character outside printable ASCII';
  // The platform does not document its symbols, so where they are allowed any may come.
  const alphabet = alphabetOf(format);
  const strange = [...code.slice(format.prefix.length)].some((character) => !alphabet.includes(character));
  if (strange && !format.symbols) return 'holds a character that was not asked for';
  return undefined;
}

/** The terms of cards, gathered one by one from what the platform says of them. */
export class Lifetimes {
  #onePurchase = 0;
  #ends = Infinity;
  #begins = -Infinity;

  /**
   * @param token as an answer describes it
   * @param card the card, with moments of its own
   * @param received when the answer came: a token's life is counted from there
   * @param most seconds that were asked for; a token that does not say how long it lives, lives no longer
   */
  add(token: unknown, card: Record<string, unknown>, received: string, most = Infinity): void {
    const { expires_after_transaction: isForOne, expires_in: life } = isMap(token) ? token : {};
    // The document's default is true: a token that says nothing is good for one purchase.
    if (isForOne !== false) this.#onePurchase += 1;
    const seconds = typeof life === 'number' && life > 0 ? life : most;
    this.#ends = Math.min(this.#ends, Date.parse(received) + seconds * 1000);
    for (const key of ['expires_at', 'active_from'] as const) {
      const moment = typeof card[key] === 'string' ? Date.parse(card[key]) : NaN;
      if (Number.isNaN(moment)) continue;
      if (key === 'expires_at') this.#ends = Math.min(this.#ends, moment);
      else this.#begins = Math.max(this.#begins, moment);
    }
  }
  terms(): Terms {
    const iso = (moment: number) =>
      Number.isFinite(moment) ? new Date(Math.min(moment, 8.64e15)).toISOString() : null;
    return { onePurchase: this.#onePurchase, ends: iso(this.#ends), begins: iso(this.#begins) };
  }
}
