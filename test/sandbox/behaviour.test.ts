import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../../src/sandbox/behaviour.ts';
import { cardDetails, cardList, tokenAnswer } from './answer-schema.ts';
import type { Shop } from './rehearsal.ts';
import { ACCOUNT, ids, open, openShop } from './rehearsal.ts';

const SALE = { amount: 100, currency: 'NOK' };

async function shopWith(behaviour: Partial<Behaviour>): Promise<Shop> {
  return openShop(await open({ behaviour }));
}

const idsIn = (body: unknown) =>
  (body as { cards: { card_id: string }[] }).cards.map(({ card_id }) => card_id);

describe('existingId', () => {
  test('refuse-400 names the fields', async () => {
    const sandbox = await open({ behaviour: { existingId: 'refuse-400' } });
    const shop = await openShop(sandbox);
    await shop.batch(['two']);
    const { status, body } = await shop.batch(['one', 'two']);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { errors: [{ field: 'cards[1].card_id' }] } });
    expect((await shop.call('POST', '/cards', { card_id: 'two', ...SALE })).status).toBe(400);
    expect(sandbox.books().accounts[ACCOUNT]!.cards).toHaveLength(1);
  });

  test('skip makes the others and answers only those', async () => {
    const shop = await shopWith({ existingId: 'skip' });
    const first = (await shop.batch(['two'])).body as { cards: unknown[] };
    const { status, body } = await shop.batch(['one', 'two', 'three']);
    expect(status).toBe(200);
    expect(idsIn(body)).toEqual(['one', 'three']);
    expect((await shop.batch(['two'])).body).toEqual({ cards: [] });
    const { id } = cardDetails.parse((await shop.call('GET', '/cards/two')).body);
    expect(first.cards[0]).toMatchObject({ id });
  });
});

test('reuseDeletedId makes a new card under the old id', async () => {
  const shop = await shopWith({ reuseDeletedId: true });
  await shop.batch(['one']);
  const before = cardDetails.parse((await shop.call('GET', '/cards/one')).body);
  await shop.call('DELETE', '/cards/one');
  expect((await shop.batch(['one'])).status).toBe(200);
  const after = cardDetails.parse((await shop.call('GET', '/cards/one')).body);
  expect(after.id).not.toBe(before.id);
  const all = cardList.parse((await shop.call('GET', '/cards?include_deleted=true')).body);
  expect(all.cards.map(({ id }) => id)).toEqual([before.id, after.id]);
  expect((await shop.batch(['one'])).status).toBe(409);
});

test('reissueInactive: false refuses until the card is activated', async () => {
  const shop = await shopWith({ reissueInactive: false });
  await shop.batch(['one']);
  const calls = () =>
    Promise.all([
      shop.call('POST', '/cards/one/rotate-pin', { pin: {} }),
      shop.call('POST', '/cards/one/tokens', { ref_id: 'a', expires_in: 60 }),
    ]);
  expect((await calls()).map(({ status }) => status)).toEqual([409, 409]);
  await shop.call('POST', '/cards/one/activate', SALE);
  expect((await calls()).map(({ status }) => status)).toEqual([200, 200]);
});

describe('delete', () => {
  test.each([
    ['always', 204, 204],
    ['inactive-only', 204, 409],
    ['never', 409, 409],
  ] as const)('%s', async (rule, inactive, active) => {
    const shop = await shopWith({ delete: rule });
    await shop.batch(['inactive', 'active']);
    await shop.call('POST', '/cards/active/activate', SALE);
    expect((await shop.call('DELETE', '/cards/inactive')).status).toBe(inactive);
    expect((await shop.call('DELETE', '/cards/active')).status).toBe(active);
    expect((await shop.call('GET', '/cards/active')).status).toBe(active === 204 ? 404 : 200);
  });
});

describe('repeatedRef', () => {
  const issueTwice = async (behaviour: Partial<Behaviour>) => {
    const shop = await shopWith(behaviour);
    await shop.batch(['one']);
    const issue = () => shop.call('POST', '/cards/one/tokens', { ref_id: 'a', expires_in: 60 });
    return [await issue(), await issue()] as const;
  };

  test('same', async () => {
    const [first, second] = await issueTwice({});
    expect(second.body).toEqual(first.body);
  });

  test('refuse', async () => {
    const [, second] = await issueTwice({ repeatedRef: 'refuse' });
    expect(second.status).toBe(409);
  });

  test('new', async () => {
    const [first, second] = await issueTwice({ repeatedRef: 'new' });
    expect(tokenAnswer.parse(second.body).token).not.toEqual(tokenAnswer.parse(first.body).token);
  });
});

test('newStatus: created is activated like inactive', async () => {
  const shop = await shopWith({ newStatus: 'created' });
  expect((await shop.batch(['one'])).body).toMatchObject({ cards: [{ status: 'created' }] });
  expect((await shop.call('GET', '/cards/one')).body).toMatchObject({ status: 'created' });
  expect((await shop.call('POST', '/cards/one/activate', SALE)).body).toMatchObject({ status: 'unused' });
});

test('omitAmounts leaves money out until there is some', async () => {
  const shop = await shopWith({ omitAmounts: true });
  const { body } = await shop.batch(['one']);
  const made = (body as { cards: object[] }).cards[0]!;
  for (const name of ['amount', 'currency', 'amount_balance', 'amount_available']) {
    expect(made).not.toHaveProperty(name);
  }
  expect((await shop.call('POST', '/cards/one/activate', SALE)).body).toMatchObject(SALE);
});

test('expiresIn and expiresAfterTransaction are those of a batch', async () => {
  const shop = await shopWith({ expiresIn: 31_536_000, expiresAfterTransaction: true });
  const card_token = { expires_in: 31_536_000, expires_after_transaction: true };
  expect((await shop.batch(['one'])).body).toMatchObject({ cards: [{ card_token }] });
});

test('dateHeader: false leaves it out', async () => {
  const shop = await shopWith({ dateHeader: false });
  expect((await shop.call('GET', '/cards')).headers.has('date')).toBe(false);
});

test('symbolSet is what symbols stands for', async () => {
  const shop = await shopWith({ symbolSet: '*' });
  const pin = { format: { length: 4, numbers: false } };
  expect((await shop.batch(['one'], { pin })).body).toMatchObject({
    cards: [{ pin: { pin: { value: '****' } } }],
  });
});

test('lookUpShowsDeleted shows a deleted card, and still no card that was never made', async () => {
  const shop = await shopWith({ lookUpShowsDeleted: true });
  await shop.batch(ids(1));
  await shop.call('DELETE', '/cards/card-1');
  const { status, body } = await shop.call('GET', '/cards/card-1');
  expect(status).toBe(200);
  expect(body).toMatchObject({ card_id: 'card-1', deleted_at: expect.any(String) as string });
  expect((await shop.call('GET', '/cards/card-2')).status).toBe(404);
  expect((await shop.call('DELETE', '/cards/card-1')).status).toBe(404);
});

test('nullDeletedAt shows a living card with an empty deleted_at', async () => {
  const shop = await shopWith({ nullDeletedAt: true });
  await shop.batch(ids(1));
  expect((await shop.call('GET', '/cards/card-1')).body).toMatchObject({ deleted_at: null });
  await shop.call('DELETE', '/cards/card-1');
  expect((await shop.call('GET', '/cards/card-1')).status).toBe(404);
});

test('a switch that does not exist is refused', async () => {
  const wrong = { existingID: 'skip' } as Partial<Behaviour>;
  await expect(open({ behaviour: wrong })).rejects.toThrow(/existingID/);
});
