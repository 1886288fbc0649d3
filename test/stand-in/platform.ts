/** The honest part: the cards of the platform, and what the document demands of a request. */

export type Operation =
  'auth' | 'batch' | 'list' | 'get' | 'delete' | 'activate' | 'rotate-pin' | 'tokens' | 'unknown';
export type Random = () => number;
export type Json = Record<string, unknown>;
export interface Call {
  operation: Operation;
  account: string;
  cardId: string;
  query: URLSearchParams;
  authorization: string;
  contentType: string;
  body: Buffer;
  random: Random;
}
export interface Answer {
  status: number;
  body?: Json;
}
export interface BookCard {
  card_id: string;
  /** The newest token; the older ones stay alive and are all in `tokens`. */
  token: string;
  tokens: string[];
  /** The PIN that is valid now. */
  pin: string;
  /** `unused` only after activate. */
  status: 'inactive' | 'unused' | 'deleted';
  created_at: string;
}
interface Format extends Json {
  length: number;
  prefix?: string;
}
interface Card {
  id: string;
  card_id: string;
  type: string;
  status: BookCard['status'];
  newStatus: string;
  money: { amount: number; currency: string };
  pin: string;
  pinFormat: Format;
  issued: { value: string; format: Format; expires_at: string; ref_id?: string; answer?: Json }[];
  created_at: string;
}

export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const TEN_YEARS = 315_360_000;
const CURRENCIES: unknown[] = ['NOK', 'SEK', 'DKK', 'EUR', 'USD'];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const SIGNS = { symbols: '@#$%&*!?+=', numbers: '0123456789', characters: LETTERS + LETTERS.toUpperCase() };
const SWITCHES = { symbols: true, numbers: true, characters: false, barcode: false };
/** "default format is an UUID prefixed with `DINCARD`" */
const UUID_TOKEN: Format = { ...SWITCHES, characters: true, length: 36, prefix: 'DINCARD:' };

export const pick = <T>(random: Random, from: ArrayLike<T>): T => from[Math.floor(random() * from.length)]!;
export const uuid = (random: Random): string =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => pick(random, '0123456789abcdef'));
const maybe = <T extends object>(random: Random, extra: T): Partial<T> => (random() < 0.5 ? extra : {});

function demand(met: boolean, message: string, status = 400): asserts met {
  if (!met) throw new Refusal(status, message);
}
function record(value: unknown, where: string): Json {
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), `${where} must be an object`);
  return value as Json;
}
function integer(value: unknown, minimum: number, where: string): number {
  demand(Number.isSafeInteger(value) && (value as number) >= minimum, `${where} must be >= ${minimum}`);
  return value as number;
}
function goodId(value: unknown): string {
  demand(typeof value === 'string' && value !== '', 'card_id is required');
  demand(
    Array.from(value).length <= 255 && value === value.trim(),
    'card_id is too long or has outer spaces',
  );
  return value;
}
function readFormat(value: unknown, minimum: number): Format {
  const given = record(value, 'format');
  const { prefix = '', length = 36 } = given;
  demand(typeof prefix === 'string' && prefix.length <= 12, 'format.prefix must be a string of up to 12');
  const format: Format = { ...SWITCHES, length: integer(length, minimum, 'format.length') };
  for (const name of Object.keys(SWITCHES)) {
    const set = given[name] === undefined ? format[name] : given[name];
    demand(typeof set === 'boolean', `format.${name} must be a boolean`);
    format[name] = set;
  }
  demand(format.length + prefix.length <= 48, 'prefix and length make more than 48');
  demand(alphabet(format) !== '', 'format leaves nothing to draw from');
  return 'prefix' in given ? { ...format, prefix } : format;
}
const alphabet = (format: Format): string =>
  Object.entries(SIGNS).reduce((signs, [name, more]) => (format[name] === true ? signs + more : signs), '');
function makeValue(format: Format, random: Random): string {
  if (format === UUID_TOKEN) return `DINCARD:${uuid(random)}`;
  const signs = alphabet(format);
  return (format.prefix ?? '') + Array.from({ length: format.length }, () => pick(random, signs)).join('');
}
/** The picture of a barcode "can be empty", and here it always is. */
const secret = (value: string, format: Format): Json => ({
  value,
  ...(format.barcode === true ? { barcode_128: '' } : {}),
});
const shown = (format: Format, random: Random): Json => ({ ...format, ...maybe(random, { qr: false }) });
const masked = (value: string, prefix = ''): string =>
  prefix + value.slice(prefix.length, -3).replace(/[^-]/g, '*') + value.slice(-3);
/** 8.64e15 is the last moment a Date can hold. */
const inSeconds = (life: number): string =>
  new Date(Math.min(Date.now() + life * 1000, 8.64e15)).toISOString();

export class Platform {
  readonly bearers = new Map<string, { account: string; ends: number; served: number }>();
  private readonly accounts = new Map<string, Card[]>();
  private readonly byId = new Map<string, Card>();
  private readonly values = new Set<string>();
  private readonly bearerLife: number;
  private readonly reuse: boolean;

  /** `reuse`: whether the id of a deleted card may be created again, which the document leaves open. */
  constructor(bearerLife: number, reuse: boolean) {
    this.bearerLife = bearerLife;
    this.reuse = reuse;
  }

  books(): Record<string, BookCard[]> {
    const copy = ({ card_id, pin, status, created_at, issued }: Card): BookCard => {
      const tokens = issued.map(({ value }) => value);
      return { card_id, token: tokens.at(-1)!, tokens, pin, status, created_at };
    };
    return Object.fromEntries([...this.accounts].map(([account, cards]) => [account, cards.map(copy)]));
  }

  /** Throws a Refusal, or gives the step that commits the call and makes its answer. */
  prepare(call: Call): () => Answer {
    const { operation, account, random } = call;
    demand(operation !== 'unknown', 'No such operation', 404);
    if (operation === 'auth') return this.auth(call);
    demand(/^[PT]\d{8}$/.test(account), 'Bad account id');
    const bearer = this.bearers.get(/^Bearer (.+)$/i.exec(call.authorization)?.[1] ?? '');
    demand(bearer !== undefined && bearer.ends > Date.now(), 'Unauthorized', 401);
    demand(bearer.account === account, 'FORBIDDEN', 403);
    bearer.served += 1;
    if (operation === 'batch') return this.batch(call);
    if (operation === 'list') return this.list(call);
    const card = this.byId.get(`${account}/${goodId(call.cardId)}`);
    demand(card !== undefined && card.status !== 'deleted', 'Card not found', 404);
    if (operation === 'get') return () => ({ status: 200, body: this.details(card, random) });
    if (operation === 'tokens') return this.reissue(call, card);
    if (operation === 'activate') return this.activate(call, card);
    if (operation === 'rotate-pin') return this.rotate(call, card);
    return () => {
      card.status = 'deleted';
      return { status: 204 };
    };
  }

  private auth({ account, authorization, random, ...call }: Call): () => Answer {
    demand(/^[PT](\d{3}|\d{8})$/.test(account), 'Bad owner id');
    const client = Buffer.from(/^Basic (\S+)$/i.exec(authorization)?.[1] ?? '', 'base64').toString();
    demand(/^[^:]+:.+$/.test(client), 'Unauthorized', 401);
    const { grant_type, audience } = this.json(call);
    demand(grant_type === 'client_credentials', 'grant_type must be client_credentials');
    demand(typeof audience === 'string', 'audience is required');
    const target = /^https:\/\/api\.dintero\.com\/v1\/accounts\/([PT]\d{8})$/.exec(audience)?.[1];
    demand(target !== undefined && (account.length === 4 || account === target), 'FORBIDDEN', 403);
    return () => {
      const access_token = `stand-in.${uuid(random)}`;
      this.bearers.set(access_token, {
        account: target,
        ends: Date.now() + this.bearerLife * 1000,
        served: 0,
      });
      return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: this.bearerLife } };
    };
  }

  private batch({ account, random, ...call }: Call): () => Answer {
    const body = this.json(call);
    demand(Array.isArray(body.cards) && body.cards.length > 0, 'cards is required');
    demand(body.cards.length <= 1000, 'More than 1000 cards');
    const wanted = body.cards.map((item: unknown) => {
      const { card_id, type } = record(item, 'card');
      demand(type === 'gift_card' || type === 'credit_note', 'type is not known');
      return { card_id: goodId(card_id), type };
    });
    demand(new Set(wanted.map(({ card_id }) => card_id)).size === wanted.length, 'A card_id comes twice');
    const options = record(body.options === undefined ? {} : body.options, 'options');
    const format = (name: string, minimum: number, otherwise: Format): Format =>
      options[name] === undefined ? otherwise : readFormat(record(options[name], name).format, minimum);
    const pinFormat = format('pin', 4, readFormat({}, 4));
    const tokenFormat = format('card_token', 6, UUID_TOKEN);
    const refuseExisting = (): void => {
      for (const { card_id } of wanted) {
        const card = this.byId.get(`${account}/${card_id}`);
        demand(card === undefined || (this.reuse && card.status === 'deleted'), 'Conflict', 409);
      }
    };
    refuseExisting();
    return () => {
      refuseExisting(); // A late commit comes here some time after the check above.
      const created = wanted.map((item): Card => ({
        ...{ ...item, id: uuid(random), pin: makeValue(pinFormat, random), pinFormat },
        ...{ status: 'inactive', newStatus: pick(random, ['inactive', 'created']) },
        ...{ money: { amount: 0, currency: 'NOK' }, created_at: inSeconds(0) },
        issued: [
          {
            value: this.freshToken(tokenFormat, random),
            format: tokenFormat,
            expires_at: inSeconds(TEN_YEARS),
          },
        ],
      }));
      this.accounts.set(account, [...(this.accounts.get(account) ?? []), ...created]);
      for (const card of created) this.byId.set(`${account}/${card.card_id}`, card);
      const cards = created.map((card) => ({
        ...this.view(card, random),
        pin: { format: shown(pinFormat, random), pin: secret(card.pin, pinFormat) },
        card_token: {
          ...maybe(random, { id: uuid(random), ref_id: uuid(random) }),
          ...{ expires_in: TEN_YEARS, expires_after_transaction: false, format: shown(tokenFormat, random) },
          token: secret(card.issued[0]!.value, tokenFormat),
        },
      }));
      for (let at = cards.length - 1; at > 0; at -= 1) {
        const other = Math.floor(random() * (at + 1));
        [cards[at], cards[other]] = [cards[other]!, cards[at]!];
      }
      return { status: 200, body: { ...maybe(random, { id: uuid(random) }), cards } };
    };
  }

  private list({ account, query, random }: Call): () => Answer {
    const limit = integer(Number(query.get('limit') ?? 10), 1, 'limit');
    demand(limit <= 100, 'limit must be <= 100');
    const all = this.accounts.get(account) ?? [];
    const after = query.get('starting_after');
    const start = all.findIndex(({ id }) => id === after) + 1;
    demand(after === null || start > 0, 'starting_after is not known');
    const deletedToo = query.get('include_deleted') === 'true';
    const found = all.slice(start).filter(({ status }) => deletedToo || status !== 'deleted');
    const cards = found.slice(0, limit);
    // The last page may carry a cursor as well, which then leads to an empty page.
    const cursor = found.length > limit || random() < 0.5 ? cards.at(-1)?.id : undefined;
    const body = { cards: cards.map((card) => this.view(card, random)), starting_after: cursor };
    return () => ({ status: 200, body });
  }

  private activate({ random, ...call }: Call, card: Card): () => Answer {
    const { amount, currency } = this.json(call);
    const money = { amount: integer(amount, 0, 'amount'), currency: String(currency) };
    demand(CURRENCIES.includes(currency), 'currency is not known');
    demand(card.status === 'inactive', 'Conflict', 409);
    return () => {
      Object.assign(card, { status: 'unused', money });
      return { status: 200, body: this.details(card, random) };
    };
  }

  private rotate({ random, ...call }: Call, card: Card): () => Answer {
    const { format = {} } = record(this.json(call).pin, 'pin');
    const pinFormat = readFormat(format, 4);
    return () => {
      Object.assign(card, { pin: makeValue(pinFormat, random), pinFormat });
      const pin = { format: shown(pinFormat, random), pin: secret(card.pin, pinFormat) };
      return { status: 200, body: { ...maybe(random, { id: card.id }), pin } };
    };
  }

  /** A ref_id that this card has seen gives the same token again. */
  private reissue({ random, ...call }: Call, card: Card): () => Answer {
    const body = this.json(call);
    const { ref_id, expires_after_transaction = true, metadata = {} } = body;
    demand(typeof ref_id === 'string' && ref_id !== '', 'ref_id is required');
    demand(typeof expires_after_transaction === 'boolean', 'expires_after_transaction must be a boolean');
    const expires_in = integer(body.expires_in, 1, 'expires_in');
    const format = body.format === undefined ? UUID_TOKEN : readFormat(body.format, 6);
    return () => {
      const earlier = card.issued.find((token) => token.ref_id === ref_id)?.answer;
      if (earlier !== undefined) return { status: 200, body: earlier };
      const value = this.freshToken(format, random);
      const answer = {
        ...{ id: uuid(random), ref_id, created_at: inSeconds(0), expires_in, expires_after_transaction },
        ...{
          metadata: record(metadata, 'metadata'),
          format: shown(format, random),
          token: secret(value, format),
        },
      };
      card.issued.push({ value, format, expires_at: inSeconds(expires_in), ref_id, answer });
      return { status: 200, body: answer };
    };
  }

  private view(card: Card, random: Random): Json {
    const { id, card_id, type, created_at, status, money } = card;
    const part = (some: Json): Json => (status === 'unused' ? some : maybe(random, some));
    return {
      ...{ id, card_id, type, created_at, created_by: 'stand-in' },
      status: status === 'unused' ? status : card.newStatus,
      ...part({ amount: money.amount }),
      ...part({ currency: money.currency }),
      ...part({ amount_balance: money.amount, amount_available: money.amount }),
      ...maybe(random, { ref_id: uuid(random) }),
      ...(status === 'deleted' ? { deleted: true } : {}),
    };
  }

  private details(card: Card, random: Random): Json {
    const tokens = card.issued.map(({ expires_at, format, value }) => {
      return { expires_at, masked_code: masked(value, format.prefix), format: shown(format, random) };
    });
    return { ...this.view(card, random), pin: { format: shown(card.pinFormat, random) }, tokens };
  }

  private freshToken(format: Format, random: Random): string {
    for (let tries = 0; tries < 10_000; tries += 1) {
      const value = makeValue(format, random);
      if (this.values.has(value)) continue;
      this.values.add(value);
      return value;
    }
    throw new Refusal(500, 'Unexpected error');
  }

  private json({ body, contentType }: Pick<Call, 'body' | 'contentType'>): Json {
    demand(body.length <= 4_000_000, 'Payload too large', 413);
    demand(/^application\/json\b/i.test(contentType), 'Content-Type must be application/json');
    try {
      return record(JSON.parse(body.toString()), 'body');
    } catch {
      throw new Refusal(400, 'BAD_REQUEST');
    }
  }
}
