// What is left of a supplement whose planning was cut off: a key and copies of codes, which nobody may overlook.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { unseal } from '../../src/base/vault.ts';
import { writeKey } from '../../src/cli/keygen-command.ts';
import { purgeCommand } from '../../src/cli/purge-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { rekeyCommand } from '../../src/cli/rekey-command.ts';
import { reprintCommand } from '../../src/cli/reprint-command.ts';
import { readOperatorKey } from '../../src/pipeline/keys.ts';
import { outcomeOf } from '../support/outcome.ts';
import { type Rehearsal, openRehearsal } from '../support/rehearsal.ts';

const job = (id: string) => `
name: spoiled
account: T00000001
cards: { count: 2, id: "${id}-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
`;

let shop: Rehearsal;
let left: string;
beforeEach(async () => {
  const opened = await openRehearsal();
  shop = opened.shop;
  return opened.close;
});

const at = (...path: string[]) => join(shop.output, ...path);
const drafts = () => readdirSync(shop.output).filter((name) => name.startsWith('.draft-'));
const reprint = (run: string) =>
  outcomeOf((print) =>
    reprintCommand(run, { cards: '2', reason: 'torn', output: shop.output }, shop.call(print)),
  );

async function reported(run: string, rows: string): Promise<void> {
  await shop.write('return.csv', `serial,result,reason,destroyed\n${rows}\n`);
  await reconcileCommand(run, join(shop.dir, 'return.csv'), { output: shop.output }, shop.call());
}

/** A run with a spoiled card, whose reprint is cut off right before its draft gets its name. */
async function cutOff(run: string): Promise<void> {
  await shop.run(job(run.slice(0, 2)), { run });
  await reported(run, '1,good,,\n2,spoiled,torn,yes');
  // Where something else has the name a draft cannot be moved there, and stays.
  mkdirSync(at(`${run}-s1`, 'in the way'), { recursive: true });
  expect((await reprint(run)).code).not.toBe(0);
  rmSync(at(`${run}-s1`), { recursive: true });
  const [draft = ''] = drafts();
  left = at(draft);
  expect(existsSync(join(left, 'batches/0001.1.age'))).toBe(true);
  const operator = await readOperatorKey(nodeDisk, join(shop.dir, 'keys/key.txt'));
  await unseal(readFileSync(join(left, 'key.age')), operator, 'key.age');
}

test('goes when the supplement is planned again', async () => {
  await cutOff('again-1');
  expect((await reprint('again-1')).code).toBe(0);
  expect(drafts()).toEqual([]);
});

test('goes before a purge is certified', async () => {
  await cutOff('purged-1');
  const purge = (force: boolean) =>
    outcomeOf((print) =>
      purgeCommand('purged-1', { output: shop.output, force, reason: 'given up' }, shop.call(print)),
    );
  expect((await purge(true)).out).toMatch(/^purged-1 is purged/);
  expect(drafts()).toEqual([]);
  // Also one that an earlier purge overlooked.
  mkdirSync(left);
  expect((await purge(false)).out).toMatch(/was purged before/);
  expect(drafts()).toEqual([]);
});

test('goes before all is sealed to another operator’s key', async () => {
  await cutOff('rekeyed-1');
  const key = join(shop.dir, 'keys/new.txt');
  await writeKey(nodeDisk, key);
  expect(
    await outcomeOf((print) => rekeyCommand(key, { output: shop.output }, shop.call(print))),
  ).toMatchObject({ code: 0, out: expect.stringMatching(/^1 run is sealed/) as string });
  expect(drafts()).toEqual([]);
});
