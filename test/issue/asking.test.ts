// Asking for a batch: exactly one request, whatever comes of it, and the answer byte for byte.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { jsonBody } from '../../src/issue/answer.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { ACCOUNT, openShop, orderOf } from './shop.ts';

type Rule = FaultPlan['rules'][number];

test('an answer holds what the platform made', async () => {
  const { sandbox, platform } = await openShop();
  const answer = await platform.askBatch(orderOf('A-1', 'A-2'));
  expect(answer).toMatchObject({ status: 200, complete: true, broke: null });
  const { cards } = jsonBody(answer) as {
    cards: { card_id: string; card_token: { token: { value: string } } }[];
  };
  const booked = sandbox.books().accounts[ACCOUNT]!.cards;
  expect(cards.map((card) => [card.card_id, card.card_token.token.value])).toEqual(
    booked.map((card) => [card.card_id, card.tokens[0]!.value]),
  );
  expect(Date.parse(answer.received)).not.toBeNaN();
});

test.each<[string, Rule, { status: number; complete: boolean }, number]>([
  ['500', { operation: 'batch', fault: 'status', status: 500 }, { status: 500, complete: true }, 0],
  [
    '429',
    { operation: 'batch', fault: 'status', status: 429, retryAfter: 1 },
    { status: 429, complete: true },
    0,
  ],
  [
    '503 of a proxy',
    { operation: 'batch', fault: 'status', status: 503, body: 'html' },
    { status: 503, complete: true },
    0,
  ],
  ['401', { operation: 'batch', fault: 'end-bearers' }, { status: 401, complete: true }, 0],
  [
    'a connection that breaks before',
    { operation: 'batch', fault: 'drop-before-commit' },
    { status: 0, complete: false },
    0,
  ],
  [
    'a connection that breaks after',
    { operation: 'batch', fault: 'drop-after-commit' },
    { status: 0, complete: false },
    1,
  ],
  [
    '502 though it was made',
    { operation: 'batch', fault: 'status-after-commit' },
    { status: 502, complete: true },
    1,
  ],
  [
    'an answer that is cut off',
    { operation: 'batch', fault: 'truncate' },
    { status: 200, complete: false },
    1,
  ],
  ['a page for an answer', { operation: 'batch', fault: 'html' }, { status: 200, complete: true }, 1],
  [
    'no answer in time',
    { operation: 'batch', fault: 'hang', commit: true },
    { status: 0, complete: false },
    1,
  ],
])('%s: the batch is asked for once and no more', async (_, rule, expected, made) => {
  const { sandbox, platform, calls, waits } = await openShop(
    { faults: { rules: [rule] } },
    rule.fault === 'hang' ? { timeout: 1000 } : {},
  );
  let noted = 0;
  const answer = await platform.askBatch(() => {
    noted += 1;
    return orderOf('A-1')();
  });
  expect(answer).toMatchObject(expected);
  expect(answer.broke === null).toBe(expected.complete);
  expect([noted, calls('batch'), waits]).toEqual([1, 1, []]);
  expect(sandbox.books().accounts[ACCOUNT]?.cards ?? []).toHaveLength(made);
});

test('what the platform asks to wait is in the answer', async () => {
  const { platform } = await openShop({
    faults: { rules: [{ operation: 'batch', fault: 'status', status: 429, retryAfter: 11 }] },
  });
  expect((await platform.askBatch(orderOf('A-1'))).headers).toMatchObject({ 'retry-after': '11' });
});

test('a batch that could not be noted is not asked for', async () => {
  const { platform, calls } = await openShop();
  await expect(platform.askBatch(() => Promise.reject(new Error('the lock is lost')))).rejects.toThrow(
    'the lock is lost',
  );
  expect(calls('batch')).toBe(0);
});

test('a batch is noted after its turn has come, so that one that waits was not asked for', async () => {
  const { platform, calls } = await openShop({}, { concurrency: 1 });
  const order: string[] = [];
  const ask = (id: string) =>
    platform.askBatch(() => {
      order.push(`${id} with ${calls('batch')} done`);
      return orderOf(id)();
    });
  await Promise.all([ask('A-1'), ask('A-2')]);
  expect(order).toEqual(['A-1 with 0 done', 'A-2 with 1 done']);
});

test('no more calls go out in a second than the job says', async () => {
  const { platform } = await openShop({}, { perSecond: 3 });
  await platform.signIn();
  const begin = performance.now();
  await Promise.all(['A-1', 'A-2', 'A-3', 'A-4'].map((id) => platform.askBatch(orderOf(id))));
  expect(performance.now() - begin).toBeGreaterThan(900);
});

test('a redirection is not followed: the bearer token stays with the platform', async () => {
  let strangers = 0;
  const server = createServer((request, response) => {
    if (request.url === '/elsewhere') strangers += 1;
    if (request.url?.endsWith('/auth/token')) response.end('{"access_token":"b","expires_in":3600}');
    else response.writeHead(307, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { platform } = await openShop(
    {},
    { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` },
  );
  expect(await platform.askBatch(orderOf('A-1'))).toMatchObject({ status: 307, complete: true });
  expect(strangers).toBe(0);
});
