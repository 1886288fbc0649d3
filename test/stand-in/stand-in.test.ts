import { afterAll, expect, test } from 'vitest';
import { startStandIn, TROUBLES } from './stand-in.ts';
import type { StandIn, StandInOptions } from './stand-in.ts';

const ACCOUNT = 'T12345678';
const AUDIENCE = `https://api.dintero.com/v1/accounts/${ACCOUNT}`;
const CODE = { length: 16, prefix: 'GC', symbols: false, numbers: true, characters: false, barcode: true };
const OPTIONS = { pin: { format: { ...CODE, length: 6, prefix: '' } }, card_token: { format: CODE } };
const PRIVATE = /"value"|barcode_128/;
const started: StandIn[] = [];
afterAll(() => Promise.all(started.map((one) => one.close())));

interface Got {
  status: number;
  text: string;
  headers: Headers;
}
interface MadeCard {
  card_id: string;
  status: string;
  amount?: number;
  pin: { pin?: { value: string } };
  card_token: { expires_in: number; expires_after_transaction: boolean; token: { value: string } };
}
const cardsOf = ({ text }: Got): MadeCard[] => (JSON.parse(text) as { cards: MadeCard[] }).cards;
const batchOf = (ids: string[], options: object = OPTIONS): object => {
  return { cards: ids.map((card_id) => ({ card_id, type: 'gift_card' })), options };
};

/** `call` gives undefined where the connection broke; it renews the bearer token after a 401. */
async function client(options: StandInOptions) {
  const standIn = await startStandIn({ hang: 900, ...options });
  started.push(standIn);
  let bearer = 'none';
  const fetched = async (
    method: string,
    path: string,
    authorization: string,
    body?: object,
  ): Promise<Got> => {
    const response = await fetch(`${standIn.origin}/accounts/${ACCOUNT}${path}`, {
      method,
      headers: { Authorization: authorization, 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const login = (authorization = `Basic ${btoa('client:secret')}`, audience = AUDIENCE): Promise<Got> =>
    fetched('POST', '/auth/token', authorization, { grant_type: 'client_credentials', audience });
  const renew = async (): Promise<void> => {
    for (let tries = 0; tries < 4; tries += 1) {
      const got = await login();
      if (got.status !== 200) continue;
      bearer = (JSON.parse(got.text) as { access_token: string }).access_token;
      return;
    }
  };
  const call = async (method: string, path: string, body?: object): Promise<Got | undefined> => {
    const got = await fetched(method, `/wallets/cards${path}`, `Bearer ${bearer}`, body).catch(
      () => undefined,
    );
    if (got?.status === 401) await renew();
    return got;
  };
  const sure = async (method: string, path: string, body?: object): Promise<Got> => {
    const got = await call(method, path, body);
    if (got === undefined) throw new Error('the connection broke');
    return got;
  };
  await renew();
  return { standIn, login, call, sure };
}

test('without trouble a batch follows the document', async () => {
  const { standIn, sure } = await client({ seed: 1, trouble: 0 });
  const ids = Array.from({ length: 1000 }, (_, at) => `card ${at}/ø`);
  const made = await sure('POST', '/batch', batchOf(ids));
  expect([made.status, made.headers.has('date')]).toEqual([200, true]);
  const cards = cardsOf(made);
  expect(cards.map(({ card_id }) => card_id)).not.toEqual(ids);
  expect(cards.map(({ card_id }) => card_id).sort()).toEqual([...ids].sort());
  expect(new Set(cards.map(({ status }) => status))).toEqual(new Set(['inactive', 'created']));
  expect(new Set(cards.map(({ amount }) => amount))).toEqual(new Set([0, undefined]));
  const books = standIn.books()[ACCOUNT]!;
  expect(new Set(books.map(({ token }) => token)).size).toBe(1000);
  const byId = new Map(books.map((entry) => [entry.card_id, entry]));
  for (const { card_id, pin, card_token } of cards) {
    expect(card_token).toMatchObject({ expires_in: 315_360_000, expires_after_transaction: false });
    expect(card_token.token.value).toMatch(/^GC\d{16}$/);
    expect(pin.pin?.value).toMatch(/^\d{6}$/);
    const own = { token: card_token.token.value, pin: pin.pin?.value, status: 'inactive' };
    expect(byId.get(card_id)).toMatchObject(own);
  }
  expect((await sure('POST', '/batch', batchOf(['fresh', ids[7]!]))).status).toBe(409);
  expect(standIn.books()[ACCOUNT]).toHaveLength(1000);
  expect(standIn.calls().troubles).toEqual({});
});

test('without trouble bad requests are refused with the envelope, and create nothing', async () => {
  const { standIn, sure, login } = await client({ seed: 1, trouble: 0 });
  const many = Array.from({ length: 1001 }, (_, at) => `c${at}`);
  const format = (card_token: object): object => batchOf(['a'], { card_token: { format: card_token } });
  const bad = [
    ...[{}, batchOf([]), batchOf(many), batchOf(['a', 'a']), batchOf([' a']), batchOf(['a ']), batchOf([''])],
    ...[
      batchOf(['x'.repeat(256)]),
      { cards: [{ card_id: 'a' }] },
      { cards: [{ card_id: 'a', type: 'voucher' }] },
    ],
    ...[
      format({ length: 5 }),
      format({ length: 41, prefix: 'x'.repeat(8) }),
      format({ prefix: 'x'.repeat(13) }),
    ],
    ...[format({ numbers: 1 }), format({ symbols: false, numbers: false }), batchOf(['a'], { pin: {} })],
    batchOf(['a'], { pin: { format: { length: 3 } } }),
  ];
  for (const body of bad) {
    const got = await sure('POST', '/batch', body);
    expect([JSON.stringify(body).slice(0, 200), got.status]).toEqual([
      JSON.stringify(body).slice(0, 200),
      400,
    ]);
    expect(JSON.parse(got.text)).toMatchObject({ error: { message: expect.any(String) as string } });
  }
  expect((await sure('POST', '/batch', batchOf(['x'.repeat(255)], {}))).status).toBe(200);
  expect(standIn.books()[ACCOUNT]).toMatchObject([
    { token: expect.stringMatching(/^DINCARD:.{36}$/) as string },
  ]);
  expect((await login('Basic Og==')).status).toBe(401);
  expect((await login(undefined, 'https://api.dintero.com/v1/accounts/P12345678')).status).toBe(403);
  expect((await sure('GET', '?limit=101')).status).toBe(400);
  expect((await sure('PUT', '/a')).status).toBe(404);
});

test('without trouble one card is seen, re-issued, activated, listed and deleted', async () => {
  for (const [seed, again] of [
    [1, 409],
    [2, 200],
  ] as const) {
    const { standIn, sure } = await client({ seed, trouble: 0 });
    const book = () => standIn.books()[ACCOUNT]!;
    await sure('POST', '/batch', batchOf(['a/b', ...Array.from({ length: 24 }, (_, at) => `c${at}`)]));
    const seen = await sure('GET', '/a%2Fb');
    expect(seen.text).toContain('masked_code');
    expect(seen.text).not.toMatch(PRIVATE);
    expect((await sure('GET', '/none')).status).toBe(404);
    const first = book()[0]!.token;
    const order = { ref_id: 'r1', expires_in: 60, expires_after_transaction: false, format: CODE };
    const tokens = await sure('POST', '/a%2Fb/tokens', order);
    expect((await sure('POST', '/a%2Fb/tokens', order)).text).toBe(tokens.text);
    expect((await sure('POST', '/a%2Fb/tokens', { ...order, ref_id: '' })).status).toBe(400);
    const pin = await sure('POST', '/a%2Fb/rotate-pin', { pin: OPTIONS.pin });
    expect(pin.text).toContain(book()[0]!.pin);
    expect(tokens.text).toContain(book()[0]!.token);
    expect(book()[0]!.tokens).toEqual([first, book()[0]!.token]);
    const listed: string[] = [];
    for (let path = '?limit=7'; path !== '';) {
      const page = await sure('GET', path);
      expect(page.text).not.toMatch(PRIVATE);
      listed.push(...cardsOf(page).map(({ card_id }) => card_id));
      const { starting_after } = JSON.parse(page.text) as { starting_after?: string };
      path = starting_after === undefined ? '' : `?limit=7&starting_after=${starting_after}`;
    }
    expect(listed).toEqual(book().map(({ card_id }) => card_id));
    const sold = await sure('POST', '/c1/activate', { amount: 500, currency: 'NOK' });
    expect(JSON.parse(sold.text)).toMatchObject({ status: 'unused', amount_balance: 500 });
    expect((await sure('POST', '/c1/activate', { amount: 500, currency: 'NOK' })).status).toBe(409);
    expect((await sure('DELETE', '/a%2Fb')).status).toBe(204);
    expect((await sure('GET', '/a%2Fb')).status).toBe(404);
    expect(cardsOf(await sure('GET', '?limit=100'))).toHaveLength(24);
    expect(cardsOf(await sure('GET', '?limit=100&include_deleted=true'))).toHaveLength(25);
    expect((await sure('POST', '/batch', batchOf(['a/b']))).status).toBe(again);
    expect(book().filter(({ card_id }) => card_id === 'a/b')).toHaveLength(again === 200 ? 2 : 1);
  }
});

test.concurrent('a bearer token ends when it said it would', async () => {
  const { sure } = await client({ seed: 1, trouble: 0, bearerLife: 5 });
  expect((await sure('GET', '')).status).toBe(200);
  await new Promise((done) => setTimeout(done, 5100));
  expect((await sure('GET', '')).status).toBe(401);
});

test.concurrent('the same batch is answered honestly at the fourth time at the latest', async () => {
  const { standIn, call } = await client({ seed: 3, trouble: 1 });
  const insist = async (body: object): Promise<void> => {
    for (let tries = 0; tries < 3; tries += 1) await call('POST', '/batch', body);
    await standIn.settle();
    expect([200, 409]).toContain((await call('POST', '/batch', body))?.status);
  };
  for (const id of ['a', 'b', 'c', 'd']) await insist(batchOf([id, `${id}2`]));
});

test.concurrent('the same seed gives the same troubles and the same secrets', async () => {
  const run = async (seed: number) => {
    const { standIn, call } = await client({ seed, trouble: 0.5 });
    for (let at = 0; at < 40; at += 1) await call('POST', '/batch', batchOf([`a${at}`, `b${at}`]));
    await standIn.settle();
    const secrets = standIn.books()[ACCOUNT]!.map(({ card_id, token, pin }) => [card_id, token, pin].join());
    return { ...standIn.calls(), secrets: secrets.sort() };
  };
  const [first, second, other] = await Promise.all([run(5), run(5), run(6)]);
  expect(second).toEqual(first);
  expect(other.troubles).not.toEqual(first.troubles);
});

test.concurrent('each trouble occurs, and the lies are as many as were counted', async () => {
  const { standIn, call, login } = await client({ seed: 11, trouble: 0.6 });
  const made: MadeCard[] = [];
  const lane = async (name: number): Promise<void> => {
    for (let at = 0; at < 40; at += 1) {
      const got = await call(
        'POST',
        '/batch',
        batchOf([`${name}-${at}`, `${name}-${at}b`, `${name}-${at}c`]),
      );
      if (got?.status === 200 && got.text.startsWith('{')) made.push(...cardsOf(got));
    }
    for (let at = 0; at < 15; at += 1) {
      const id = `${name}-${at}`;
      for (const path of [`/${id}`, '?limit=3']) await call('GET', path);
      await call('POST', `/${id}/tokens`, { ref_id: id, expires_in: 60 });
      await call('POST', `/${id}/rotate-pin`, { pin: {} });
      await call('POST', `/${id}c/activate`, { amount: 1, currency: 'NOK' });
      await call('DELETE', `/${id}b`);
      await login();
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, name) => lane(name)));
  await standIn.settle();
  const { operations, troubles } = standIn.calls();
  expect(operations.fault).toBeUndefined();
  const all = Object.entries(TROUBLES).flatMap(([operation, kinds]) =>
    kinds.map((kind) => `${operation}:${kind}`),
  );
  expect(all.filter((name) => troubles[name] === undefined)).toEqual([]);
  const book = standIn.books()[ACCOUNT]!;
  const own = new Map(book.map(({ card_id, tokens }) => [card_id, tokens]));
  const wrong = made.filter(({ card_id, card_token }) => !own.get(card_id)?.includes(card_token.token.value));
  expect(wrong).toHaveLength(troubles['batch:token-repeated']!);
  expect(made.filter(({ pin }) => pin.pin === undefined)).toHaveLength(troubles['batch:pin-left-out']!);
  const tokens = book.flatMap((card) => card.tokens);
  expect(new Set(tokens).size).toBe(tokens.length);
});
