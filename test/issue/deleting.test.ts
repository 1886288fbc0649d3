// Deleting cards: none is deleted that is not seen to be this run's own right before, however long ago it was looked up.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { names } from '../../src/base/run-folder.ts';
import { lookBatch, sweep, voidBatch } from '../../src/issue/doubt.ts';
import { askBatch } from '../../src/issue/issue.ts';
import type { AskedRecord } from '../../src/issue/records.ts';
import { lookAt, voidLooked } from '../../src/settle/void.ts';
import { type Bench, openBench } from './runs.ts';
import { ACCOUNT } from './shop.ts';

const CARDS = [{ position: 0, serial: 1, count: 4 }];
const STEP = { batch: 1, attempt: 1, since: 1, cards: CARDS };

/** Four cards that were asked for, and the record of it. */
async function asked({ tools }: Bench): Promise<AskedRecord> {
  await askBatch({ batch: 1, attempt: 1, want: { cards: CARDS } }, tools);
  return (await tools.folder.readJson(names.asked(1, 1))) as AskedRecord;
}

/** A till, between the look and the deletion. */
const activate = ({ platform }: Bench, serial: number) =>
  platform.activate(`S-00000${serial}`, { amount: 50_000, currency: 'NOK' });

const alive = ({ sandbox }: Bench) =>
  sandbox
    .books()
    .accounts[ACCOUNT]!.cards.flatMap((card) => (card.deleted_at === undefined ? [card.card_id] : []));

test('a card that was activated after the look is left, and the others are void', async () => {
  const bench = await openBench();
  const looked = await lookAt([
    {
      asked: await asked(bench),
      cards: [1, 2, 3, 4].map((serial) => ({ position: serial - 1, serial })),
      tools: bench.tools,
    },
  ]);
  await activate(bench, 3);
  const { done, left } = await voidLooked(looked);
  expect(left).toEqual([{ serial: 3, why: 'it is not inactive' }]);
  expect([...done].sort()).toEqual([1, 2, 4]);
  expect(alive(bench)).toEqual(['S-000003']);
});

test('a batch that was looked up before the process died is looked at again: a person decides', async () => {
  const bench = await openBench();
  await asked(bench);
  await lookBatch(STEP, bench.tools);
  await activate(bench, 2);
  const voiding = voidBatch(STEP, bench.tools);
  await expect(voiding).rejects.toMatchObject({
    kind: 'doubt',
    message: expect.stringContaining(
      'batch 1: serial 2 exists at the platform, but it is not inactive: it was not touched',
    ) as string,
  });
  expect(alive(bench)).toEqual(['S-000002']);
  expect(await bench.tools.folder.has(names.voided(1, 1))).toBe(false);
  // Called again, it says so again; once the card is gone, the batch goes on.
  await expect(voidBatch(STEP, bench.tools)).rejects.toMatchObject({ kind: 'doubt' });
  await bench.platform.remove('S-000002');
  await voidBatch(STEP, bench.tools);
  expect(await bench.tools.folder.readJson(names.voided(1, 1))).toMatchObject({
    voided: CARDS,
    orphaned: [],
  });
});

test('the last look before packing notes what it may not delete', async () => {
  const bench = await openBench();
  const record = await asked(bench);
  await activate(bench, 4);
  await sweep({ cards: [{ asked: record, cards: CARDS }] }, bench.tools);
  expect(await bench.tools.folder.readJson(names.swept)).toMatchObject({
    voided: [{ position: 0, serial: 1, count: 3 }],
    foreign: [{ serial: 4, foreign: 'it is not inactive' }],
  });
  expect(alive(bench)).toEqual(['S-000004']);
});

test('of many cards, each is deleted right after its own look, not after everybody’s', async () => {
  const bench = await openBench();
  const cards = [{ position: 0, serial: 1, count: 40 }];
  await askBatch({ batch: 1, attempt: 1, want: { cards } }, bench.tools);
  await lookBatch({ ...STEP, cards }, bench.tools);
  const calls: string[] = [];
  const note = (message: unknown) => {
    const { request } = message as { request: { method: string; path: string } };
    calls.push(`${request.method} ${request.path.slice(-2)}`);
  };
  subscribe('undici:request:create', note);
  onTestFinished(() => void unsubscribe('undici:request:create', note));
  await voidBatch({ ...STEP, cards }, bench.tools);
  expect(alive(bench)).toEqual([]);
  const gaps = calls.flatMap((call, index) =>
    call.startsWith('DELETE') ? [index - calls.indexOf(call.replace('DELETE', 'GET'))] : [],
  );
  expect(gaps).toHaveLength(40);
  // Five calls are on their way at once.
  expect(Math.min(...gaps)).toBeGreaterThan(0);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(10);
});

test.each([429, 503])(
  'a deletion that is put off by %i is not repeated on a card that was activated meanwhile',
  async (status) => {
    const cards = [{ position: 0, serial: 1, count: 1 }];
    const bench: Bench = await openBench(
      { faults: { rules: [{ operation: 'delete', nth: 1, fault: 'status', status }] } },
      nodeDisk,
      {
        sleep: async () => {
          await activate(bench, 1);
        },
      },
    );
    await askBatch({ batch: 1, attempt: 1, want: { cards } }, bench.tools);
    await lookBatch({ ...STEP, cards }, bench.tools);
    await expect(voidBatch({ ...STEP, cards }, bench.tools)).rejects.toMatchObject({ kind: 'doubt' });
    expect(bench.calls('delete')).toBe(1);
    expect(alive(bench)).toEqual(['S-000001']);
  },
);

test('a gateway’s 404 in place of the looks before deletion makes no card void', async () => {
  const html = { operation: 'get', fault: 'status', status: 404, body: 'html' } as const;
  // Four looks found them; then the gateway has a bad moment.
  const bench = await openBench({ faults: { rules: [{ ...html, nth: [5, 6, 7, 8, 9] }] } });
  await asked(bench);
  await lookBatch(STEP, bench.tools);
  await voidBatch(STEP, bench.tools);
  expect(await bench.tools.folder.readJson(names.voided(1, 1))).toMatchObject({
    voided: CARDS,
    orphaned: [],
  });
  expect(bench.calls('delete')).toBe(4);
  expect(alive(bench)).toEqual([]);

  const nth = Array.from({ length: 100 }, (_, index) => 5 + index);
  const broken = await openBench({ faults: { rules: [{ ...html, nth }] } });
  await asked(broken);
  await lookBatch(STEP, broken.tools);
  await expect(voidBatch(STEP, broken.tools)).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await broken.tools.folder.has(names.voided(1, 1))).toBe(false);
  expect(alive(broken)).toHaveLength(4);
});

test('a platform that shows living cards with an empty deleted_at has them found, and deleted', async () => {
  const bench = await openBench({ behaviour: { nullDeletedAt: true } });
  await asked(bench);
  await lookBatch(STEP, bench.tools);
  expect(await bench.tools.folder.readJson(names.looked(1, 1))).toMatchObject({ absent: [] });
  await voidBatch(STEP, bench.tools);
  expect(bench.calls('delete')).toBe(4);
  expect(alive(bench)).toEqual([]);
});
