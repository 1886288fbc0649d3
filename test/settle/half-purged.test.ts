// cardpress purge over a run with supplements: all of it or, after a crash, all of it later. No secret is forgotten.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { takeLock, thisProcess } from '../../src/base/lock.ts';
import { RunFolder } from '../../src/base/run-folder.ts';
import { purgeCommand } from '../../src/cli/purge-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { replaceCommand } from '../../src/cli/replace-command.ts';
import { statusCommand } from '../../src/cli/status-command.ts';
import { tendCommand } from '../../src/cli/tend-command.ts';
import { beginPurge } from '../../src/settle/purge.ts';
import { outcomeOf } from '../support/outcome.ts';
import { type Rehearsal, openRehearsal } from '../support/rehearsal.ts';

const RUN = 'two-1';
const SUPPLEMENT = 'two-1-s1';

let shop: Rehearsal;
beforeEach(async () => {
  const opened = await openRehearsal();
  shop = opened.shop;
  return opened.close;
});

const purge = () => outcomeOf((print) => purgeCommand(RUN, { output: shop.output }, shop.call(print)));
const tend = (days: number) =>
  outcomeOf((print) => tendCommand({ output: shop.output }, shop.call(print, days)));
const isOpenable = (run: string) => existsSync(join(shop.output, run, 'key.age'));

async function reconcile(run: string, rows: string): Promise<void> {
  await shop.write('return.csv', `serial,result\n${rows}\n`);
  await reconcileCommand(run, join(shop.dir, 'return.csv'), { output: shop.output }, shop.call());
}

/** A closed run of two cards. */
async function closed(id: string): Promise<void> {
  const job = `
name: two
account: T00000001
cards: { count: 2, id: "${id}-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ folder: . }]
retention: 10d
`;
  await shop.run(job, { run: RUN });
  await reconcile(RUN, '1,good\n2,good');
}

/** A card is lost after all was closed; its replacement is reported good. */
async function replaced(): Promise<void> {
  const lost = { cards: '2', reason: 'lost in the shop', output: shop.output };
  await replaceCommand(RUN, lost, shop.call());
  await reconcile(SUPPLEMENT, '3,good');
}

test('where a supplement is held nothing is destroyed; what was begun and cut off is gone on with', async () => {
  await closed('TA');
  await replaced();
  const self = await thisProcess(nodeDisk, process.pid, new Date());
  const lock = await takeLock(nodeDisk, join(shop.output, SUPPLEMENT), self);
  if ('holder' in lock) throw new Error('held already');
  expect(await purge()).toMatchObject({
    code: 2,
    out: expect.stringMatching(/^two-1-s1 is held by process/) as string,
  });
  expect([RUN, SUPPLEMENT].map(isOpenable)).toEqual([true, true]);
  expect(existsSync(join(shop.output, RUN, 'books/purging.json'))).toBe(false);
  await lock.release();

  // As a process leaves it that dies after its first note: nothing is destroyed yet.
  await beginPurge(new RunFolder(nodeDisk, join(shop.output, SUPPLEMENT)), {
    at: '',
    by: '',
    reason: 'closed',
    forced: false,
    proofs: false,
  });
  const said = await outcomeOf((print) =>
    statusCommand(SUPPLEMENT, { output: shop.output }, shop.call(print)),
  );
  expect(said.out).toMatch(/half purged: cardpress purge goes on/);
  expect((await tend(0)).out).toMatch(/^two-1-s1 is purged: \d+ files destroyed[^\n]*\n$/);
  expect([RUN, SUPPLEMENT].map(isOpenable)).toEqual([true, false]);
  expect((await purge()).out).toMatch(/^two-1 is purged: \d+ files destroyed[^\n]*\n$/);
  expect(isOpenable(RUN)).toBe(false);
  expect((await purge()).out).toMatch(/was purged before/);
});

test('what is printed after a purge is purged, too, when it is past the retention', async () => {
  await closed('TB');
  expect((await purge()).out).toMatch(/^two-1 is purged/);
  await replaced();
  expect(await tend(9)).not.toMatchObject({ out: expect.stringMatching(/purged/) as string });
  expect(isOpenable(SUPPLEMENT)).toBe(true);
  expect((await tend(11)).out).toMatch(/^two-1-s1 is purged/m);
  expect(isOpenable(SUPPLEMENT)).toBe(false);
  expect((await tend(12)).out).not.toMatch(/purged/);
});
