// New codes for cards whose first ones were lost: the PIN that is printed is the one that the platform takes, also
// where a call was given up and is carried out late, and where the process died.
import { expect, test } from 'vitest';
import { reveal } from '../../src/base/secret.ts';
import { names } from '../../src/base/run-folder.ts';
import { lookBatch } from '../../src/issue/doubt.ts';
import { type IssueTools, askBatch } from '../../src/issue/issue.ts';
import type { PlatformSettings } from '../../src/issue/platform.ts';
import { type CardsRecord, eachCard } from '../../src/issue/records.ts';
import { reissueBatch, reissuedCard } from '../../src/issue/reissue.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { nodeDisk } from '../../src/base/disk.ts';
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
