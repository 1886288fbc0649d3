// The bearer token: fetched once, used while it lives, renewed in time, and asked for again and again where
// the platform has a bad moment. A refusal is told without any credential.
import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { secret } from '../../src/base/secret.ts';
import { failureOf } from '../support/outcome.ts';
import { openShop, orderOf } from './shop.ts';

test('one bearer token serves many calls', async () => {
  const { platform, calls } = await openShop();
  for (const id of ['A-1', 'A-2', 'A-3']) expect((await platform.askBatch(orderOf(id))).status).toBe(200);
  expect([calls('auth'), calls('batch')]).toEqual([1, 3]);
});

test('calls at once share one renewal', async () => {
  const { platform, calls } = await openShop();
  await Promise.all(['A-1', 'A-2', 'A-3', 'A-4', 'A-5'].map((id) => platform.askBatch(orderOf(id))));
  expect([calls('auth'), calls('batch')]).toEqual([1, 5]);
});

test('a short-lived bearer token is used for half its life, and renewed before it ends', async () => {
  const { platform, calls } = await openShop({ tokenLife: 100 });
  await platform.askBatch(orderOf('A-1'));
  await platform.askBatch(orderOf('A-2'));
  expect(calls('auth')).toBe(1);
  const clock = performance.now.bind(performance);
  const later = vi.spyOn(performance, 'now').mockImplementation(() => clock() + 55_000);
  onTestFinished(() => later.mockRestore());
  expect((await platform.askBatch(orderOf('A-3'))).status).toBe(200);
  expect(calls('auth')).toBe(2);
});

test('a bearer token that the platform ended is answered with 401, and the next call has a new one', async () => {
  const { platform, calls } = await openShop({
    faults: { rules: [{ operation: 'batch', nth: 1, fault: 'end-bearers' }] },
  });
  expect((await platform.askBatch(orderOf('A-1'))).status).toBe(401);
  platform.signOut();
  expect((await platform.askBatch(orderOf('A-1'))).status).toBe(200);
  expect([calls('auth'), calls('batch')]).toEqual([2, 2]);
});

test('signing in fetches the token before anything is asked', async () => {
  const { platform, calls } = await openShop();
  await platform.signIn();
  expect([calls('auth'), calls('batch')]).toEqual([1, 0]);
});

test('a platform that asks to wait is given as long as it says, and else a second or two', async () => {
  const { platform, waits, calls } = await openShop({
    faults: {
      rules: [
        { operation: 'auth', nth: 1, fault: 'status', status: 429, retryAfter: 7 },
        { operation: 'auth', nth: 2, fault: 'status', status: 500 },
        { operation: 'auth', nth: 3, fault: 'drop-before-commit' },
        { operation: 'auth', nth: 4, fault: 'truncate' },
      ],
    },
  });
  expect((await platform.askBatch(orderOf('A-1'))).status).toBe(200);
  expect([calls('auth'), calls('batch')]).toEqual([5, 1]);
  const [asked = 0, ...backOff] = waits;
  expect(asked).toBe(7);
  for (const [index, seconds] of backOff.entries()) {
    const middle = 2 ** index;
    expect(seconds).toBeGreaterThanOrEqual(middle / 2);
    expect(seconds).toBeLessThanOrEqual(middle * 1.5);
  }
});

test.each<[string, Parameters<typeof openShop>[0], string]>([
  ['answers 503', { faults: { rules: [{ operation: 'auth', fault: 'status', status: 503 }] } }, 'status 503'],
  ['answers 429', { faults: { rules: [{ operation: 'auth', fault: 'status', status: 429 }] } }, 'status 429'],
  ['breaks off', { faults: { rules: [{ operation: 'auth', fault: 'drop-before-commit' }] } }, 'connection'],
])(
  'a platform that always %s is given up after six attempts, and nothing was asked for',
  async (_, options, why) => {
    const { platform, waits, calls } = await openShop(options);
    const failure = await failureOf(platform.askBatch(orderOf('A-1')));
    expect(failure).toMatchObject({ kind: 'unavailable', exitCode: 4 });
    expect(failure.message).toContain('6 attempts');
    expect(failure.message).toContain(why);
    expect([calls('auth'), calls('batch'), waits.length]).toEqual([6, 0, 5]);
  },
);

test('no platform at all is unavailable, too', async () => {
  const { sandbox, platform } = await openShop();
  await sandbox.close();
  const failure = await failureOf(platform.signIn());
  expect(failure).toMatchObject({ kind: 'unavailable' });
  expect(failure.message).toMatch(/^the platform at http:\/\/127\.0\.0\.1:\d+\/v1 gave no answer/);
  expect(failure.message).toContain('connection refused');
});

test('refused credentials are told at once, with what to check, and without the credentials', async () => {
  const hush = 'hunter2-hunter2';
  const { platform, calls } = await openShop({}, { clientSecret: secret(hush) });
  const failure = await failureOf(platform.askBatch(orderOf('A-1')));
  expect(failure).toMatchObject({ kind: 'refused', exitCode: 3 });
  expect(failure.message).toContain('T12345678');
  expect(failure.message).toContain('DINTERO_CLIENT_SECRET');
  expect([calls('auth'), calls('batch')]).toEqual([1, 0]);
  const everything = inspect([failure, platform], { depth: null, showHidden: true });
  for (const text of [hush, Buffer.from(`sandbox:${hush}`).toString('base64')])
    expect(everything).not.toContain(text);
});

test('an answer without a bearer token is no access', async () => {
  const { platform } = await openShop({ faults: { rules: [{ operation: 'auth', fault: 'html' }] } });
  expect(await failureOf(platform.signIn())).toMatchObject({ kind: 'unavailable' });
});
