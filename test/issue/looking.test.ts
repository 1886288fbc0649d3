// Looking up and deleting single cards: calls that may be repeated, until there is a sure answer.
import { expect, test } from 'vitest';
import { ACCOUNT, openShop, orderOf } from './shop.ts';

test.each(['A-1', 'A/1', 'A (7) \\ {} "x",;=+?#%41'])(
  'a card is found by its id, and gone when it is deleted: %s',
  async (id) => {
    const { sandbox, platform } = await openShop();
    expect(await platform.look(id)).toBeUndefined();
    await platform.askBatch(orderOf(id, 'another'));
    expect(await platform.look(id)).toMatchObject({ card_id: id, status: 'inactive' });
    expect(await platform.remove(id)).toBeUndefined();
    expect(await platform.look(id)).toBeUndefined();
    const deleted = sandbox.books().accounts[ACCOUNT]!.cards.filter((card) => card.deleted_at !== undefined);
    expect(deleted.map((card) => card.card_id)).toEqual([id]);
  },
);

test('deleting what is not there is done', async () => {
  const { platform } = await openShop();
  expect(await platform.remove('A-1')).toBeUndefined();
});

test('what the platform refuses to delete is told, not thrown', async () => {
  const { platform } = await openShop({ behaviour: { delete: 'never' } });
  await platform.askBatch(orderOf('A-1'));
  expect(await platform.remove('A-1')).toContain('status 409');
});

test('a bad moment of the platform is waited out, an ended bearer token renewed once', async () => {
  const { platform, waits, calls } = await openShop({
    faults: {
      rules: [
        { operation: 'get', nth: 1, fault: 'status', status: 429, retryAfter: 3 },
        { operation: 'get', nth: 2, fault: 'drop-before-commit' },
        { operation: 'get', nth: 3, fault: 'end-bearers' },
      ],
    },
  });
  await platform.askBatch(orderOf('A-1'));
  expect(await platform.look('A-1')).toMatchObject({ card_id: 'A-1' });
  expect(calls('get')).toBe(4);
  expect(calls('auth')).toBe(2);
  expect(waits).toHaveLength(2);
  expect(waits[0]).toBe(3);
});

test('a platform that never gives a sure answer is unavailable; a refusal to look is no absence', async () => {
  const broken = await openShop({ faults: { rules: [{ operation: 'get', fault: 'status', status: 502 }] } });
  await expect(broken.platform.look('A-1')).rejects.toMatchObject({ kind: 'unavailable' });
  expect(broken.calls('get')).toBe(6);
  const shut = await openShop({ faults: { rules: [{ operation: 'get', fault: 'status', status: 403 }] } });
  await expect(shut.platform.look('A-1')).rejects.toMatchObject({ kind: 'refused' });
});

/** What a gateway may say in the platform's place. */
const GATEWAY = [
  ['a page that says 404', { fault: 'status', status: 404, body: 'html' }],
  ['a 404 without a word', { fault: 'status', status: 404, body: 'empty' }],
  ['a page that says 200', { fault: 'html' }],
  ['a page that says 403', { fault: 'status', status: 403, body: 'html' }],
] as const;

test.each(GATEWAY)('%s is no word of the platform on a card: it is asked again', async (_, fault) => {
  const { platform, calls } = await openShop({
    faults: { rules: [{ operation: 'get', nth: [1, 2], ...fault }] },
  });
  await platform.askBatch(orderOf('A-1'));
  expect(await platform.look('A-1')).toMatchObject({ card_id: 'A-1' });
  expect(calls('get')).toBe(3);
  const always = await openShop({ faults: { rules: [{ operation: 'get', ...fault }] } });
  await expect(always.platform.look('A-1')).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('not in the platform’s words') as string,
  });
});

test.each(GATEWAY.slice(0, 2))('%s is no deletion: it is asked for again', async (_, fault) => {
  const { sandbox, platform } = await openShop({
    faults: { rules: [{ operation: 'delete', nth: 1, ...fault }] },
  });
  await platform.askBatch(orderOf('A-1'));
  expect(await platform.remove('A-1')).toBeUndefined();
  expect(sandbox.books().accounts[ACCOUNT]!.cards[0]!.deleted_at).toBeDefined();
});

test('a card with an empty deleted_at lives; one that is shown as deleted does not', async () => {
  const { platform } = await openShop({ behaviour: { nullDeletedAt: true, lookUpShowsDeleted: true } });
  await platform.askBatch(orderOf('A-1'));
  expect(await platform.look('A-1')).toMatchObject({ deleted_at: null });
  await platform.remove('A-1');
  expect(await platform.look('A-1')).toBeUndefined();
  expect(await platform.shown('A-1')).toMatchObject({ deleted_at: expect.any(String) as string });
});

test('the platform’s time comes from its own clock, and from nothing where it has none', async () => {
  const { platform } = await openShop({ clock: () => Date.parse('2031-01-01T00:00:00Z') });
  expect(platform.time()).toBeUndefined();
  await platform.signIn();
  expect(platform.time()?.toISOString()).toMatch(/^2031-01-01T00:00:0/);
  const silent = await openShop({ behaviour: { dateHeader: false } });
  await silent.platform.signIn();
  expect(silent.platform.time()).toBeUndefined();
});
