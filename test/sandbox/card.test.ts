import { describe, expect, test } from 'vitest';
import { card, cardDetails, cardList, cardWithSecrets, errorAnswer } from './answer-schema.ts';
import { ACCOUNT, DIGITS, ids, open, openShop } from './rehearsal.ts';

const CARD_NOT_FOUND = { error: { code: 'NOT FOUND', message: 'Card not found' } };

describe('get', () => {
  test('shows formats and masked tokens, never a secret', async () => {
    const sandbox = await open();
    const shop = await openShop(sandbox);
    const format = { ...DIGITS, length: 16, prefix: 'GC' };
    await shop.batch(['one'], { pin: { format: { ...DIGITS, length: 6 } }, card_token: { format } });
    const { status, body } = await shop.call('GET', '/cards/one?includes=pin,token');
    expect(status).toBe(200);
    const details = cardDetails.parse(body);
    const booked = sandbox.books().accounts[ACCOUNT]!.cards[0]!;
    const value = booked.tokens[0]!.value;
    expect(details).toMatchObject({ id: booked.uuid, card_id: 'one', status: 'inactive', amount: 0 });
    expect(details.pin?.format).toMatchObject({ length: 6 });
    expect(details.tokens).toEqual([
      { expires_at: booked.tokens[0]!.expires_at, masked_code: `GC************${value.slice(-4)}`, format },
    ]);
    expect(JSON.stringify(body)).not.toContain(value);
  });

  test('masks the default token as the document does', async () => {
    const shop = await openShop(await open());
    await shop.batch(['one']);
    const { tokens } = cardDetails.parse((await shop.call('GET', '/cards/one')).body);
    expect(tokens[0]!.masked_code).toMatch(/^DINCARD:\*{8}-\*{4}-\*{4}-\*{4}-\*{7}[\da-f]{5}$/);
  });

  test('takes ids that need escaping in a path', async () => {
    const shop = await openShop(await open());
    const awkward = ['a/b', 'a b', 'ø?#%', 'batch', '..'];
    await shop.batch(awkward);
    for (const id of ['a/b', 'a b', 'ø?#%', 'batch']) {
      const { body } = await shop.call('GET', `/cards/${encodeURIComponent(id)}`);
      expect(cardDetails.parse(body).card_id).toBe(id);
    }
  });

  test('knows no card that was never made', async () => {
    const shop = await openShop(await open());
    const { status, body } = await shop.call('GET', '/cards/one');
    expect(status).toBe(404);
    expect(body).toEqual(CARD_NOT_FOUND);
  });
});

describe('list', () => {
  test('gives ten cards unless told otherwise, then page by page to the end', async () => {
    const shop = await openShop(await open());
    await shop.batch(ids(25));
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const after = cursor === undefined ? '' : `?starting_after=${cursor}`;
      const page = cardList.parse((await shop.call('GET', `/cards${after}`)).body);
      seen.push(...page.cards.map(({ card_id }) => card_id));
      sizes.push(page.cards.length);
      cursor = page.starting_after;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids(25));
    expect(sizes).toEqual([10, 10, 5]);
  });

  test('has no cursor where the last page is full', async () => {
    const shop = await openShop(await open());
    await shop.batch(ids(4));
    const first = cardList.parse((await shop.call('GET', '/cards?limit=2')).body);
    const second = cardList.parse(
      (await shop.call('GET', `/cards?limit=2&starting_after=${first.starting_after!}`)).body,
    );
    expect(second.cards).toHaveLength(2);
    expect(second).not.toHaveProperty('starting_after');
  });

  test('leaves deleted cards out unless they are asked for, and takes one as cursor', async () => {
    const shop = await openShop(await open());
    await shop.batch(ids(3));
    const { cards } = cardList.parse((await shop.call('GET', '/cards')).body);
    await shop.call('DELETE', '/cards/card-2');
    const idsOf = async (query: string) =>
      cardList.parse((await shop.call('GET', `/cards?${query}`)).body).cards.map(({ card_id }) => card_id);
    expect(await idsOf('')).toEqual(['card-1', 'card-3']);
    expect(await idsOf('include_deleted=false')).toEqual(['card-1', 'card-3']);
    expect(await idsOf('include_deleted=true')).toEqual(['card-1', 'card-2', 'card-3']);
    expect(await idsOf(`starting_after=${cards[1]!.id}`)).toEqual(['card-3']);
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=1.5',
    'limit=many',
    'limit=',
    'include_deleted=yes',
    'starting_after=x',
  ])('refuses %s', async (query) => {
    const shop = await openShop(await open());
    const { status, body } = await shop.call('GET', `/cards?${query}`);
    expect(status).toBe(400);
    expect(errorAnswer.parse(body).error.errors).toMatchObject([{ field: query.replace(/=.*/, '') }]);
  });

  test.each(['limit=1', 'limit=100', 'amount_available=0'])('takes %s', async (query) => {
    const shop = await openShop(await open());
    expect((await shop.call('GET', `/cards?${query}`)).status).toBe(200);
  });
});

describe('create', () => {
  const order = { card_id: 'one', amount: 50_000, currency: 'SEK' };

  test('makes a live card with money', async () => {
    const shop = await openShop(await open());
    const { status, body } = await shop.call('POST', '/cards', {
      ...order,
      name: 'Ann',
      metadata: { order_id: 7 },
      expires_at: '2030-01-01T00:00:00+01:00',
      pin: { format: { ...DIGITS, length: 4 } },
      card_token: { expires_in: 60, format: { ...DIGITS, length: 16, prefix: 'VOUCH:' } },
    });
    expect(status).toBe(200);
    const made = cardWithSecrets.parse(body);
    expect(made).toMatchObject({
      ...order,
      type: 'gift_card',
      status: 'unused',
      name: 'Ann',
      metadata: { order_id: 7 },
      amount_balance: 50_000,
      card_token: { expires_in: 60, expires_after_transaction: true },
    });
    expect(made.card_token?.token?.value).toMatch(/^VOUCH:\d{16}$/);
  });

  test('makes no secrets where none are asked for', async () => {
    const shop = await openShop(await open());
    const made = cardWithSecrets.parse((await shop.call('POST', '/cards', order)).body);
    expect(made).not.toHaveProperty('pin');
    expect(made).not.toHaveProperty('card_token');
  });

  test('refuses an id that exists', async () => {
    const shop = await openShop(await open());
    await shop.batch(['one']);
    expect((await shop.call('POST', '/cards', order)).status).toBe(409);
  });

  test.each([
    ['amount', { ...order, amount: -1 }],
    ['amount', { card_id: 'one', currency: 'NOK' }],
    ['currency', { ...order, currency: 'GBP' }],
    ['card_id', { ...order, card_id: ' one' }],
    ['card_token.expires_in', { ...order, card_token: {} }],
    ['customer_id', { ...order, customer_id: 'x'.repeat(256) }],
  ])('refuses a wrong %s', async (field, wrong) => {
    const shop = await openShop(await open());
    const { status, body } = await shop.call('POST', '/cards', wrong);
    expect(status).toBe(400);
    expect(errorAnswer.parse(body).error.errors).toMatchObject([{ field }]);
  });
});

describe('activate', () => {
  test('puts money on an inactive card, once', async () => {
    const shop = await openShop(await open());
    await shop.batch(['one']);
    const order = { amount: 50_000, currency: 'DKK', customer_id: 'ann', originated_by: 'till 3' };
    const { status, body } = await shop.call('POST', '/cards/one/activate', order);
    expect(status).toBe(200);
    const expected = { ...order, status: 'unused', amount_balance: 50_000, amount_available: 50_000 };
    expect(cardDetails.parse(body)).toMatchObject(expected);
    expect((await shop.call('GET', '/cards/one')).body).toMatchObject(expected);
    const again = await shop.call('POST', '/cards/one/activate', order);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ error: { code: 'CONFLICT' } });
  });

  test('may change how the token behaves', async () => {
    let now = 0;
    const sandbox = await open({ clock: () => now });
    const shop = await openShop(sandbox);
    await shop.batch(['one']);
    now = 1000;
    const card_token = { expires_after_transaction: true, expires_in: 60 };
    await shop.call('POST', '/cards/one/activate', { amount: 0, currency: 'NOK', card_token });
    expect(sandbox.books().accounts[ACCOUNT]!.cards[0]!.tokens[0]).toMatchObject({
      ...card_token,
      expires_at: '1970-01-01T00:01:01.000Z',
    });
  });

  test('refuses wrong money and unknown cards', async () => {
    const shop = await openShop(await open());
    await shop.batch(['one']);
    expect((await shop.call('POST', '/cards/one/activate', { amount: 1.5, currency: 'NOK' })).status).toBe(
      400,
    );
    expect((await shop.call('POST', '/cards/one/activate', { amount: 1, currency: 'nok' })).status).toBe(400);
    expect((await shop.call('POST', '/cards/two/activate', { amount: 1, currency: 'NOK' })).status).toBe(404);
  });
});

describe('delete', () => {
  test('answers 204 with no body, and the card is gone', async () => {
    const shop = await openShop(await open());
    await shop.batch(['one']);
    const { status, body } = await shop.call('DELETE', '/cards/one');
    expect([status, body]).toEqual([204, '']);
    for (const [method, path, order] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/transactions'],
      ['POST', '/activate', { amount: 1, currency: 'NOK' }],
      ['POST', '/rotate-pin', { pin: {} }],
      ['POST', '/tokens', { ref_id: 'a', expires_in: 1 }],
    ] as const) {
      const reply = await shop.call(method, `/cards/one${path}`, order);
      expect([path, reply.status]).toEqual([path, 404]);
      expect(reply.body).toEqual(CARD_NOT_FOUND);
    }
  });
});

describe('transactions', () => {
  test('are none', async () => {
    const shop = await openShop(await open());
    await shop.batch(['one']);
    expect(await shop.call('GET', '/cards/one/transactions')).toMatchObject({ status: 200, body: [] });
    expect((await shop.call('GET', '/cards/two/transactions')).status).toBe(404);
  });
});

describe('info', () => {
  test('finds a card by its token and checks the PIN', async () => {
    const sandbox = await open();
    const shop = await openShop(sandbox);
    await shop.batch(['one'], { pin: { format: { ...DIGITS, length: 6 } } });
    const { tokens, pins } = sandbox.books().accounts[ACCOUNT]!.cards[0]!;
    const [token, pin] = [tokens[0]!.value, pins[0]!.value];
    const { status, body } = await shop.call('POST', '/info', { token, pin });
    expect(status).toBe(200);
    expect(card.parse(body)).toMatchObject({ card_id: 'one', status: 'inactive' });
    expect((await shop.call('POST', '/info', { token })).status).toBe(200);
    expect((await shop.call('POST', '/info', { token, pin: `${pin}0` })).status).toBe(403);
    expect((await shop.call('POST', '/info', { token: `${token}0`, pin })).status).toBe(404);
    expect((await shop.call('POST', '/info', {})).status).toBe(400);
  });

  test('knows no expired token and no token of a deleted card', async () => {
    let now = Date.now();
    const sandbox = await open({ clock: () => now, behaviour: { expiresIn: 10 } });
    const shop = await openShop(sandbox);
    await shop.batch(['one', 'two']);
    const [first, second] = sandbox.books().accounts[ACCOUNT]!.cards.map(({ tokens }) => tokens[0]!.value);
    await shop.call('DELETE', '/cards/one');
    expect((await shop.call('POST', '/info', { token: first })).status).toBe(404);
    expect((await shop.call('POST', '/info', { token: second })).status).toBe(200);
    now += 10_000;
    expect((await shop.call('POST', '/info', { token: second })).status).toBe(404);
  });
});
