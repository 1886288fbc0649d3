// A batch whose answer is lost, late, cut off or wrong: the run ends, and its accounts are the platform's.
import { describe, expect, onTestFinished, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import type { Behaviour } from '../../src/sandbox/behaviour.ts';
import { manifestRows, openRehearsal, rehearse } from '../support/rehearsal.ts';
import { failureOf } from '../support/outcome.ts';
import { difference, knownOf, runsIn } from './books.ts';

const JOB = `
name: lost
account: T00000001
cards: { count: 9, overs: 1, id: "LOST-{serial}" }
template: classic
sheet: a4-8up
batch: { size: 4, concurrency: 2, perSecond: 100 }
handoff: { seal: none }
`;

async function start(rules: FaultPlan['rules'], behaviour: Partial<Behaviour> = {}) {
  const { sandbox, shop, close } = await openRehearsal({ faults: { rules }, behaviour });
  onTestFinished(close);
  return {
    shop,
    sandbox,
    known: async () => {
      await sandbox.settle();
      return knownOf(sandbox.books().accounts.T00000001?.cards);
    },
  };
}

const batch = { operation: 'batch' } as const;
const ANSWERS: readonly (readonly [string, FaultPlan['rules']])[] = [
  ['dropped before anything was made', [{ ...batch, nth: 2, fault: 'drop-before-commit' }]],
  ['dropped after the cards were made', [{ ...batch, nth: 2, fault: 'drop-after-commit' }]],
  ['a late commit that comes while waiting', [{ ...batch, nth: 1, fault: 'late-commit', delay: 20 }]],
  ['cut off', [{ ...batch, nth: 3, fault: 'truncate' }]],
  ['HTML with status 200', [{ ...batch, nth: 1, fault: 'html' }]],
  ['502 after the cards were made', [{ ...batch, nth: 1, fault: 'status-after-commit' }]],
  ['500 before', [{ ...batch, nth: 1, fault: 'status', status: 500 }]],
  ['429 and wait', [{ ...batch, nth: [1, 2], fault: 'status', status: 429, retryAfter: 0 }]],
  ['in another order', [{ ...batch, fault: 'shuffle' }]],
  ['without one of the cards', [{ ...batch, nth: 2, fault: 'missing-card' }]],
  ['with a token on two cards', [{ ...batch, nth: 1, fault: 'repeat-token' }]],
  ['without a PIN', [{ ...batch, nth: 3, fault: 'missing-pin' }]],
  ['dropped, twice in a row', [{ ...batch, nth: [2, 3, 4], fault: 'drop-after-commit' }]],
  ['bearer tokens that end in the middle', [{ ...batch, nth: [1, 3], fault: 'end-bearers' }]],
  ['bearer tokens of one second', [{ operation: 'auth', fault: 'short-bearer', seconds: 1 }]],
  [
    'look-ups that fail',
    [
      { ...batch, nth: 1, fault: 'drop-after-commit' },
      { operation: 'get', every: 3, fault: 'status', status: 503, retryAfter: 0 },
    ],
  ],
  [
    'a deletion whose answer is lost',
    [
      { ...batch, nth: 1, fault: 'drop-after-commit' },
      { operation: 'delete', nth: [1, 2], fault: 'drop-after-commit' },
    ],
  ],
  [
    'a deletion that is refused',
    [
      { ...batch, nth: 1, fault: 'drop-after-commit' },
      { operation: 'delete', nth: 2, fault: 'delete-refused' },
    ],
  ],
];

describe('an answer', () => {
  test.each(ANSWERS)('%s', async (_, rules) => {
    const { shop, known } = await start(rules);
    await shop.run(JOB);
    const [run = ''] = runsIn(shop.output);
    expect(manifestRows(shop.read(`${run}/handoff/manifest.csv`))).toHaveLength(10);
    expect(await difference(shop, run, await known())).toEqual([]);
    const accounts = JSON.parse(shop.read(`${run}/accounts.json`)) as { balanced: boolean };
    expect(accounts.balanced).toBe(true);
  });
});

test('cards that take the place of voided ones have serials above all others, and ids are used once', async () => {
  const { shop, known } = await start([{ ...batch, nth: 1, fault: 'drop-after-commit' }]);
  await shop.run(JOB.replace('concurrency: 2', 'concurrency: 1'));
  const [run = ''] = runsIn(shop.output);
  const ids = manifestRows(shop.read(`${run}/handoff/manifest.csv`)).map(({ card_id: id }) => id);
  expect(ids).toContain('LOST-000014');
  expect(ids).not.toContain('LOST-000001');
  expect((await known()).filter(({ deleted }) => deleted).map(({ id }) => id)).toEqual([
    'LOST-000001',
    'LOST-000002',
    'LOST-000003',
    'LOST-000004',
  ]);
});

test('hold: the run stops with what is known, and replace lets it go on', async () => {
  const { shop, sandbox, known } = await start([{ ...batch, nth: 1, fault: 'drop-after-commit' }]);
  const held = await failureOf(shop.run(`${JOB}recovery: hold\n`));
  expect(held.kind).toBe('doubt');
  expect(held.message).toMatch(/4 of 4 cards exist at the platform/);
  expect(sandbox.books().operations.delete.calls).toBe(0);
  await shop.run(`${JOB}recovery: replace\n`);
  const [run = ''] = runsIn(shop.output);
  expect(await difference(shop, run, await known())).toEqual([]);
});

test('an id that exists at its first ask is somebody else’s: nothing is touched', async () => {
  const { shop, sandbox } = await start([]);
  await shop.run(JOB);
  const before = JSON.stringify(sandbox.books().accounts);
  const other = await rehearse(sandbox.origin);
  const refused = await failureOf(other.run(JOB));
  expect(refused.kind).toBe('refused');
  expect(refused.message).toMatch(/taken at the platform/);
  expect(JSON.stringify(sandbox.books().accounts)).toBe(before);
  // It made no card: with other ids the job is planned anew, and the refused run is given up.
  await other.run(JOB.replace('cards: {', 'cards: { first: 5000,'));
  const [given = '', made = ''] = runsIn(other.output);
  expect(JSON.parse(other.read(`${given}/abandoned.json`))).toMatchObject({ changed: ['cards.first'] });
  expect(manifestRows(other.read(`${made}/handoff/manifest.csv`))[0]?.card_id).toBe('LOST-005000');
  other.remove();
});

test('a refusal is passed on in the platform’s words, and asked again when run again', async () => {
  const { shop, known } = await start([{ ...batch, nth: [1, 2], fault: 'status', status: 403 }]);
  const refused = await failureOf(shop.run(JOB));
  expect(refused.kind).toBe('refused');
  expect(refused.message).toMatch(/status 403/);
  await shop.run(JOB);
  const [run = ''] = runsIn(shop.output);
  expect(await difference(shop, run, await known())).toEqual([]);
});

test('a platform that never answers surely: given up for now, and continued when run again', async () => {
  const { shop, known } = await start([{ ...batch, times: 20, fault: 'drop-after-commit' }]);
  const given = await failureOf(shop.run(JOB));
  expect(given.kind).toBe('unavailable');
  for (let again = 0; again < 5; again += 1) {
    try {
      await shop.run(JOB);
      break;
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
    }
  }
  const [run = ''] = runsIn(shop.output);
  expect(await difference(shop, run, await known())).toEqual([]);
});

test('tokens for one purchase stop the run before rendering, unless the job accepts them by name', async () => {
  const { shop } = await start([], { expiresAfterTransaction: true });
  const stopped = await failureOf(shop.run(JOB));
  expect(stopped.kind).toBe('doubt');
  expect(stopped.message).toMatch(/good for one purchase only/);
  await shop.run(`${JOB}accept: [token-for-one-purchase]\n`);
});

test('tokens that end before cards.validUntil stop the run', async () => {
  const { shop } = await start([], { expiresIn: 86_400 });
  const stopped = await failureOf(shop.run(JOB.replace('cards: {', 'cards: { validUntil: 2035-12-31,')));
  expect(stopped.kind).toBe('doubt');
  expect(stopped.message).toMatch(/before cards.validUntil 2035-12-31/);
});

test('a platform without a Date header: nothing is deleted that cannot be proved to be ours', async () => {
  const { shop, sandbox } = await start([{ ...batch, nth: 1, fault: 'drop-after-commit' }], {
    dateHeader: false,
  });
  const held = await failureOf(shop.run(JOB));
  expect(held.kind).toBe('doubt');
  expect(sandbox.books().operations.delete.calls).toBe(0);
});
