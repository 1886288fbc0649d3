import { describe, expect, test, vi } from 'vitest';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { accessToken, batchAnswer, cardList, cardWithSecrets } from './answer-schema.ts';
import type { Reply, Shop } from './rehearsal.ts';
import { ACCOUNT, askForBearer, ids, open, openShop, send } from './rehearsal.ts';

type Rule = FaultPlan['rules'][number];

interface Rehearsal {
  readonly sandbox: Sandbox;
  readonly shop: Shop;
  readonly made: () => string[];
}

async function rehearse(...rules: Rule[]): Promise<Rehearsal> {
  const sandbox = await open({ faults: { rules }, seed: 1 });
  const shop = await openShop(sandbox);
  const made = () => (sandbox.books().accounts[ACCOUNT]?.cards ?? []).map(({ card_id }) => card_id);
  return { sandbox, shop, made };
}

async function expectCut(call: Promise<Reply>): Promise<void> {
  await expect(call).rejects.toThrow(TypeError);
}

async function expectSilence(call: Promise<Reply>): Promise<void> {
  const silence = new Promise((resolve) => setTimeout(() => resolve('silence'), 150));
  expect(await Promise.race([call, silence])).toBe('silence');
}

const first = { operation: 'batch', nth: 1 } as const;
const pin = { format: { length: 4, symbols: false } };

describe('status', () => {
  test('answers without doing anything', async () => {
    const { shop, made } = await rehearse({ ...first, fault: 'status', status: 503, retryAfter: 2 });
    const { status, headers, body } = await shop.batch(['one']);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('2');
    expect(headers.get('date')).toEqual(expect.any(String));
    expect(body).toMatchObject({ error: { message: expect.any(String) as string } });
    expect(made()).toEqual([]);
    expect((await shop.batch(['one'])).status).toBe(200);
  });

  test.each([
    ['html', /^text\/html/, /^<html>/],
    ['empty', /^null$/, /^$/],
  ] as const)('answers %s as a proxy would', async (body, type, text) => {
    const { shop } = await rehearse({ ...first, fault: 'status', status: 502, body });
    const reply = await shop.batch(['one']);
    expect(reply.status).toBe(502);
    expect(String(reply.headers.get('content-type'))).toMatch(type);
    expect(reply.headers.has('retry-after')).toBe(false);
    expect(reply.body).toMatch(text);
  });
});

test('drop-before-commit cuts the connection and makes nothing', async () => {
  const { sandbox, shop, made } = await rehearse({ ...first, fault: 'drop-before-commit' });
  await expectCut(shop.batch(['one']));
  await sandbox.settle();
  expect(made()).toEqual([]);
});

test('drop-after-commit cuts the connection when the cards are made', async () => {
  const { shop, made } = await rehearse({ ...first, fault: 'drop-after-commit' });
  await expectCut(shop.batch(ids(3)));
  expect(made()).toEqual(ids(3));
});

describe('late-commit', () => {
  test('cuts the connection at once and makes the cards later', async () => {
    const { sandbox, shop, made } = await rehearse({ ...first, fault: 'late-commit', delay: 1000 });
    await expectCut(shop.batch(['one']));
    expect(made()).toEqual([]);
    expect((await shop.call('GET', '/cards/one')).status).toBe(404);
    await sandbox.settle();
    expect(made()).toEqual(['one']);
  });

  test('comes too late for ids that were made in the meantime', async () => {
    const { sandbox, shop, made } = await rehearse({ ...first, fault: 'late-commit', delay: 1000 });
    await expectCut(shop.batch(['one', 'two']));
    expect((await shop.batch(['two'])).status).toBe(200);
    await sandbox.settle();
    expect(made()).toEqual(['two']);
  });

  test('is awaited by POST /sandbox/settle, however many there are', async () => {
    const { sandbox, shop, made } = await rehearse({ operation: 'batch', fault: 'late-commit', delay: 300 });
    await Promise.all(ids(30).map((id) => expectCut(shop.batch([id]))));
    const { status } = await send(new URL('/sandbox/settle', sandbox.origin).href, { method: 'POST' });
    expect(status).toBe(204);
    expect(made()).toHaveLength(30);
  });

  test('is called off when the sandbox closes', async () => {
    const { sandbox, shop, made } = await rehearse({ ...first, fault: 'late-commit', delay: 50 });
    await expectCut(shop.batch(['one']));
    await sandbox.close();
    await sandbox.settle();
    expect(made()).toEqual([]);
  });
});

describe('status-after-commit', () => {
  test('is a 502 page unless told otherwise', async () => {
    const { shop, made } = await rehearse({ ...first, fault: 'status-after-commit' });
    const reply = await shop.batch(['one']);
    expect(reply.status).toBe(502);
    expect(reply.body).toMatch(/^<html>/);
    expect(made()).toEqual(['one']);
  });

  test('may be any error', async () => {
    const { shop, made } = await rehearse({
      ...first,
      fault: 'status-after-commit',
      status: 500,
      body: 'json',
    });
    expect(await shop.batch(['one'])).toMatchObject({ status: 500, body: { error: {} } });
    expect(made()).toEqual(['one']);
  });
});

test('delay commits at once and answers later', async () => {
  const { shop, made } = await rehearse({ ...first, fault: 'delay', delay: 400 });
  const call = shop.batch(['one']);
  await expectSilence(call);
  await vi.waitFor(() => expect(made()).toEqual(['one']));
  expect((await call).status).toBe(200);
});

describe('hang', () => {
  test.each([
    [false, []],
    [true, ['one']],
  ])('with commit: %s never answers', async (commit, cards) => {
    const { sandbox, shop, made } = await rehearse({ ...first, fault: 'hang', commit });
    const call = shop.batch(['one']);
    const cut = expectCut(call);
    await expectSilence(call);
    await vi.waitFor(() => expect(made()).toEqual(cards));
    await sandbox.close();
    await cut;
  });
});

describe('truncate', () => {
  test('promises the whole and sends a part', async () => {
    const { sandbox, shop, made } = await rehearse({ ...first, fault: 'truncate' });
    const { access_token } = accessToken.parse((await askForBearer(sandbox)).body);
    const response = await fetch(`${sandbox.origin}/accounts/${ACCOUNT}/wallets/cards/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}` },
      body: JSON.stringify({ cards: ids(5).map((card_id) => ({ card_id, type: 'gift_card' })) }),
    });
    expect(response.status).toBe(200);
    const promised = Number(response.headers.get('content-length'));
    let arrived = 0;
    const reading = (async () => {
      for await (const chunk of response.body!) arrived += (chunk as Uint8Array).length;
    })();
    await expect(reading).rejects.toThrow();
    expect(arrived).toBeGreaterThan(0);
    expect(arrived).toBeLessThan(promised);
    expect(made()).toEqual(ids(5));
    expect((await shop.batch(['six'])).status).toBe(200);
  });

  test('cuts the connection where there is no body', async () => {
    const { shop } = await rehearse({ operation: 'delete', fault: 'truncate' });
    await shop.batch(['one']);
    await expectCut(shop.call('DELETE', '/cards/one'));
    expect((await shop.call('GET', '/cards/one')).status).toBe(404);
  });
});

test('html answers 200 with a page when the cards are made', async () => {
  const { shop, made } = await rehearse({ ...first, fault: 'html' });
  const reply = await shop.batch(['one']);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toMatch(/^text\/html/);
  expect(reply.body).toMatch(/^<html>/);
  expect(made()).toEqual(['one']);
});

describe('a spoiled answer', () => {
  test('shuffle puts every card elsewhere', async () => {
    const { shop, made } = await rehearse({ operation: 'batch', fault: 'shuffle' });
    for (const count of [2, 3, 50]) {
      const asked = ids(count, `of-${count}`);
      const { cards } = batchAnswer.parse((await shop.batch(asked)).body);
      const answered = cards.map(({ card_id }) => card_id);
      expect([...answered].sort()).toEqual([...asked].sort());
      expect(answered.filter((id, place) => id === asked[place])).toEqual([]);
    }
    expect(made()).toHaveLength(55);
    expect(batchAnswer.parse((await shop.batch(['single'])).body).cards).toHaveLength(1);
  });

  test('shuffle and missing-card spoil lists, too', async () => {
    const { shop } = await rehearse(
      { operation: 'list', nth: 1, fault: 'shuffle' },
      { operation: 'list', nth: 2, fault: 'missing-card' },
    );
    await shop.batch(ids(2));
    const list = async () =>
      cardList.parse((await shop.call('GET', '/cards')).body).cards.map(({ card_id }) => card_id);
    expect(await list()).toEqual(['card-2', 'card-1']);
    expect(await list()).toEqual(['card-1']);
  });

  test('missing-card leaves one out that was made', async () => {
    const { shop, made } = await rehearse({ ...first, fault: 'missing-card' });
    const { cards } = batchAnswer.parse((await shop.batch(ids(5))).body);
    expect(cards.map(({ card_id }) => card_id)).toEqual(['card-1', 'card-2', 'card-4', 'card-5']);
    expect(made()).toEqual(ids(5));
  });

  test('repeat-token gives two cards the same token', async () => {
    const { shop } = await rehearse({ ...first, fault: 'repeat-token' });
    const { cards } = batchAnswer.parse((await shop.batch(ids(5))).body);
    const values = cards.map(({ card_token }) => card_token.token.value);
    expect(new Set(values).size).toBe(4);
    expect(new Set(cards.map(({ card_id }) => card_id)).size).toBe(5);
  });

  test('missing-pin leaves out the PIN of one card', async () => {
    const { shop } = await rehearse(
      { ...first, fault: 'missing-pin' },
      { operation: 'create', fault: 'missing-pin' },
      { operation: 'rotate-pin', fault: 'missing-pin' },
    );
    const { cards } = batchAnswer.parse((await shop.batch(ids(5), { pin })).body);
    expect(cards.map((card) => card.pin !== undefined)).toEqual([true, true, false, true, true]);
    const order = { card_id: 'live', amount: 1, currency: 'NOK', pin };
    expect(cardWithSecrets.parse((await shop.call('POST', '/cards', order)).body)).not.toHaveProperty('pin');
    expect(await shop.call('POST', '/cards/live/rotate-pin', { pin })).toMatchObject({
      status: 200,
      body: {},
    });
  });

  test('leaves a refusal as it is', async () => {
    const { shop } = await rehearse({ operation: 'batch', fault: 'missing-card' });
    expect(await shop.batch([])).toMatchObject({ status: 400, body: { error: { message: 'BAD_REQUEST' } } });
  });
});

describe('bearer tokens', () => {
  test('short-bearer ends early, and says so', async () => {
    let now = 0;
    const rules = [{ operation: 'auth', nth: 1, fault: 'short-bearer', seconds: 5 }] as const;
    const sandbox = await open({ clock: () => now, faults: { rules } });
    const { access_token, expires_in } = accessToken.parse((await askForBearer(sandbox)).body);
    expect(expires_in).toBe(5);
    const list = () =>
      send(`${sandbox.origin}/accounts/${ACCOUNT}/wallets/cards`, {
        headers: { authorization: `Bearer ${access_token}` },
      });
    now = 4999;
    expect((await list()).status).toBe(200);
    now = 5000;
    expect((await list()).status).toBe(401);
    expect(accessToken.parse((await askForBearer(sandbox)).body).expires_in).toBe(14_400);
  });

  test('end-bearers ends them all, the one of the call included', async () => {
    const { sandbox, shop, made } = await rehearse({ operation: 'batch', nth: 2, fault: 'end-bearers' });
    expect((await shop.batch(['one'])).status).toBe(200);
    expect((await shop.batch(['two'])).status).toBe(401);
    expect((await shop.call('GET', '/cards')).status).toBe(401);
    const renewed = await openShop(sandbox);
    expect((await renewed.batch(['two'])).status).toBe(200);
    expect(made()).toEqual(['one', 'two']);
  });

  test('end-bearers at auth spares the new one', async () => {
    const { sandbox, shop } = await rehearse({ operation: 'auth', nth: 2, fault: 'end-bearers' });
    const renewed = await openShop(sandbox);
    expect((await shop.call('GET', '/cards')).status).toBe(401);
    expect((await renewed.call('GET', '/cards')).status).toBe(200);
  });
});

test('delete-refused answers 409 and the card lives on', async () => {
  const { shop } = await rehearse({ operation: 'delete', nth: 1, fault: 'delete-refused' });
  await shop.batch(['one']);
  expect(await shop.call('DELETE', '/cards/one')).toMatchObject({
    status: 409,
    body: { error: { code: 'CONFLICT' } },
  });
  expect((await shop.call('GET', '/cards/one')).status).toBe(200);
  expect((await shop.call('DELETE', '/cards/one')).status).toBe(204);
});

test('the books count calls and faults of each operation', async () => {
  const { sandbox, shop } = await rehearse({ operation: 'batch', every: 2, fault: 'status', status: 503 });
  for (const id of ids(5)) await shop.batch([id]);
  await shop.batch(['card-1']);
  const { operations } = sandbox.books();
  expect(operations.batch).toEqual({ calls: 6, faults: 3 });
  expect(operations.auth).toEqual({ calls: 1, faults: 0 });
  expect(operations.list).toEqual({ calls: 0, faults: 0 });
});

test('a wrong plan is refused before anything starts', async () => {
  const wrong = { rules: [{ operation: 'batch', fault: 'explode' }] } as unknown as FaultPlan;
  await expect(open({ faults: wrong })).rejects.toThrow(/fault/);
});
