// New codes for cards whose first ones were lost: the PIN that is printed is the one that the platform takes, also
// where a call was given up and is carried out late, and where the process died. What is noted is what came.
import { expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { names } from '../../src/base/run-folder.ts';
import { reveal } from '../../src/base/secret.ts';
import { seal } from '../../src/base/vault.ts';
import { lookBatch } from '../../src/issue/doubt.ts';
import { type IssueTools, askBatch } from '../../src/issue/issue.ts';
import { packAnswer } from '../../src/issue/answer.ts';
import type { PlatformSettings } from '../../src/issue/platform.ts';
import { type CardsRecord, type LookedRecord, eachCard } from '../../src/issue/records.ts';
import { reissueBatch, reissuedCard } from '../../src/issue/reissue.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { RECEIVED, answerOf } from './answers.ts';
import { type Bench, openBench } from './runs.ts';
import { ACCOUNT } from './shop.ts';

const SETTLE = 5000;
const STEP = { batch: 1, attempt: 1 };

/** Cards that exist and whose answer was lost; whoever waits for the platform to settle finds it settled. */
async function openLost(rules: FaultPlan['rules'], count = 1) {
  const waits: number[] = [];
  const cards = [{ position: 0, serial: 1, count }];
  const sleep: PlatformSettings['sleep'] = async (milliseconds) => {
    waits.push(milliseconds);
    if (milliseconds >= SETTLE) await bench.sandbox.settle();
  };
  const bench: Bench = await openBench({ faults: { rules } }, nodeDisk, { sleep });
  const tools: IssueTools = { ...bench.tools, sleep, settle: SETTLE };
  await askBatch({ ...STEP, want: { cards } }, tools);
  await lookBatch({ ...STEP, since: 1, cards }, tools);
  waits.length = 0;
  return { ...bench, tools, waits };
}

/** Cards whose codes in the vault are not those that the platform takes now. */
async function unfit({ tools, sandbox }: Pick<Bench, 'tools' | 'sandbox'>): Promise<readonly number[]> {
  await sandbox.settle();
  const record = (await tools.folder.readJson(names.reissued(1, 1))) as CardsRecord;
  const booked = new Map(sandbox.books().accounts[ACCOUNT]!.cards.map((card) => [card.card_id, card]));
  const wrong: number[] = [];
  for (const card of eachCard(record.outcome === 'made' ? record.good : [])) {
    const printed = await reissuedCard(STEP, card, tools);
    if (typeof printed === 'string') throw new Error(printed);
    const { pins, tokens } = booked.get(printed.cardId)!;
    const isTaken = tokens.some(({ value }) => value === reveal(printed.token));
    if (!isTaken || pins.at(-1)!.value !== reveal(printed.pin!)) wrong.push(card.serial);
  }
  return wrong;
}

test.each<[string, FaultPlan['rules'][number]]>([
  ['is carried out late', { operation: 'rotate-pin', nth: 1, fault: 'late-commit', delay: 50 }],
  ['is carried out, and not answered', { operation: 'rotate-pin', nth: 1, fault: 'drop-after-commit' }],
  ['gets a gateway’s error', { operation: 'rotate-pin', nth: 1, fault: 'status', status: 504 }],
])('a rotation that %s is waited for before the next', async (_, rule) => {
  const lost = await openLost([rule]);
  await reissueBatch(STEP, lost.tools);
  expect(await unfit(lost)).toEqual([]);
  expect(lost.waits).toEqual([SETTLE]);
  expect(lost.calls('rotate-pin')).toBe(2);
});

test('too many requests is a sure no: the next rotation waits as long as the platform asks', async () => {
  const lost = await openLost([
    { operation: 'rotate-pin', nth: 1, fault: 'status', status: 429, retryAfter: 1 },
  ]);
  await reissueBatch(STEP, lost.tools);
  expect(lost.waits).toEqual([1000]);
  expect(await unfit(lost)).toEqual([]);
});

/** As they are for a process whose lock is taken over once it has asked for a PIN. */
const overtaken = ({ tools, calls }: Pick<Bench, 'tools' | 'calls'>): IssueTools => ({
  ...tools,
  settle: 0,
  lock: {
    ...tools.lock,
    assertHeld: () =>
      calls('rotate-pin') === 0 ? Promise.resolve() : Promise.reject(new Error('taken over')),
  },
});

test('a process that ended while a PIN was on its way: the next one waits before it asks for another', async () => {
  const lost = await openLost([{ operation: 'rotate-pin', nth: 1, fault: 'late-commit', delay: 50 }]);
  const { tools } = lost;
  await expect(reissueBatch(STEP, overtaken(lost))).rejects.toThrow('taken over');
  expect(lost.calls('rotate-pin')).toBe(1);
  expect(await tools.folder.has(names.reissued(1, 1))).toBe(false);
  lost.waits.length = 0;
  await reissueBatch(STEP, tools);
  expect(lost.waits).toEqual([SETTLE]);
  expect(await unfit(lost)).toEqual([]);
  expect(lost.events).toContainEqual({
    event: 'waiting',
    what: 'a PIN of batch 1 is in doubt',
    seconds: SETTLE / 1000,
  });
});

test('a PIN that comes after the lock was taken over is not sealed: the holder gets another', async () => {
  const lost = await openLost([]);
  await expect(reissueBatch(STEP, overtaken(lost))).rejects.toThrow('taken over');
  await reissueBatch(STEP, lost.tools);
  expect(lost.calls('rotate-pin')).toBe(2);
  expect(await unfit(lost)).toEqual([]);
});

test('a batch that asks for its first PINs, or has them all, waits for nothing', async () => {
  const lost = await openLost([], 4);
  await reissueBatch(STEP, lost.tools);
  await reissueBatch(STEP, lost.tools);
  expect(lost.waits).toEqual([]);
  expect(lost.calls('rotate-pin')).toBe(4);
  expect(await unfit(lost)).toEqual([]);
});

test('where it fails for one card, the answers on their way are sealed before it ends', async () => {
  const lost = await openLost(
    [
      { operation: 'rotate-pin', nth: 1, fault: 'delay', delay: 300 },
      { operation: 'rotate-pin', fault: 'status', status: 502 },
    ],
    2,
  );
  await expect(reissueBatch(STEP, lost.tools)).rejects.toMatchObject({ kind: 'unavailable' });
  const files = await lost.tools.folder.list('batches');
  expect(files.filter((name) => name.includes('pin'))).toHaveLength(1);
});

/** Seals what the platform would answer: a token and a PIN for each card of a batch that a look found. */
async function answered(
  { folder, keys }: IssueTools,
  batch: number,
  tokens: readonly object[],
): Promise<{ batch: number; attempt: number }> {
  const found = tokens.map((_, index) => ({ position: index, serial: 10 * batch + index, foreign: null }));
  const looked: LookedRecord = { at: RECEIVED, found, absent: [] };
  await folder.write(names.looked(batch, 1), JSON.stringify(looked));
  for (const [index, token] of tokens.entries())
    for (const [what, body] of [
      ['token', token],
      ['pin', { pin: { pin: { value: '4711' } } }],
    ] as const)
      await folder.write(
        names.reissue(batch, 1, 10 * batch + index, what),
        await seal(packAnswer(answerOf(200, body)), [keys.run.recipient]),
      );
  return { batch, attempt: 1 };
}

const token = (value: string, more: object = {}) => ({
  expires_in: 315_360_000,
  expires_after_transaction: false,
  token: { value },
  ...more,
});

const recordOf = async ({ folder }: IssueTools, batch: number) => {
  const record = (await folder.readJson(names.reissued(batch, 1))) as CardsRecord;
  if (record.outcome !== 'made') throw new Error(record.outcome);
  return record;
};

test('of cards with one new token none is good', async () => {
  const { tools } = await openBench();
  await reissueBatch(
    await answered(tools, 1, [token('71000001'), token('71000002'), token('71000001')]),
    tools,
  );
  expect(await recordOf(tools, 1)).toMatchObject({
    good: [{ position: 1, serial: 11, count: 1 }],
    bad: [
      { serial: 10, why: 'its token is on another card too' },
      { serial: 12, why: 'its token is on another card too' },
    ],
  });
});

test('of two batches that get one token at the same time, one has it', async () => {
  const { tools } = await openBench();
  const steps = [
    await answered(tools, 1, [token('71000001')]),
    await answered(tools, 2, [token('71000001')]),
  ];
  await Promise.all(steps.map((step) => reissueBatch(step, tools)));
  const records = await Promise.all([recordOf(tools, 1), recordOf(tools, 2)]);
  expect(records.flatMap(({ good }) => good)).toHaveLength(1);
  expect(records.flatMap(({ bad }) => bad)).toMatchObject([
    { why: 'its token is on another card of the run' },
  ]);
});

test.each<[string, object[], object]>([
  ['as it was asked for', [{}], { onePurchase: 0, ends: '2036-11-20T12:00:00.000Z' }],
  [
    'the shortest life, and each token for one purchase',
    [{}, { expires_in: 3600, expires_after_transaction: true }],
    { onePurchase: 1, ends: '2026-11-23T13:00:00.000Z' },
  ],
  [
    'what is not said: at most the life that was asked for, and one purchase',
    [{ expires_in: undefined, expires_after_transaction: undefined }, { expires_in: 0 }],
    { onePurchase: 1, ends: '2036-11-20T12:00:00.000Z' },
  ],
])('the terms are those of the answers: %s', async (_, more, terms) => {
  const { tools } = await openBench();
  const tokens = more.map((one, index) => token(`7100000${index}`, one));
  await reissueBatch(await answered(tools, 1, tokens), tools);
  expect((await recordOf(tools, 1)).terms).toEqual({ begins: null, ...terms });
});
