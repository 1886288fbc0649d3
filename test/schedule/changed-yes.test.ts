// An open run of a P account whose job was changed in what is read live: it goes on under another yes, or not at all.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { generateKeyPair } from '../../src/base/vault.ts';
import { approveCommand } from '../../src/cli/approve-command.ts';
import { auditCommand } from '../../src/cli/audit-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { reprintCommand } from '../../src/cli/reprint-command.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { outcomeOf } from '../support/outcome.ts';
import { type Rehearsal, openRehearsal } from '../support/rehearsal.ts';

const job = (account: string, seal: string, more = '') => `
name: open
account: ${account}
cards: { count: 2, id: "OP-{serial}" }
template: classic
sheet: one-up
handoff: { seal: [${seal}] }
deliver: [{ folder: ./outbox }]
${more}`;

let shop: Rehearsal;
let sandbox: Sandbox;
let seal: string;
beforeEach(async () => {
  // The first batch is refused; the run stays open.
  const rules = [{ operation: 'batch', nth: 1, fault: 'status', status: 403 } as const];
  const opened = await openRehearsal({ faults: { rules } });
  ({ sandbox, shop } = opened);
  for (const box of ['outbox', 'elsewhere']) mkdirSync(join(shop.dir, box));
  seal = (await generateKeyPair()).recipient;
  return opened.close;
});

const path = () => join(shop.dir, 'job.yaml');
const run = () =>
  outcomeOf((print) => runCommand(path(), { output: shop.output, run: 'open-1' }, shop.call(print)));
const approve = () => approveCommand(path(), { yes: true, output: shop.output }, shop.call());
const made = (account: string) => sandbox.books().accounts[account]?.cards ?? [];

const NO = {
  code: 2,
  out: expect.stringMatching(
    /job\.yaml is not approved as it is now: it was changed since the yes that open-1 was made under, .* also where recovery was changed/,
  ) as string,
};

test.each([
  ['recovery', (text: string) => `${text}recovery: reissue\n`],
  ['deliver', (text: string) => text.replace('./outbox', './elsewhere')],
  ['accept', (text: string) => `${text}accept: [token-for-one-purchase]\n`],
  ['a comment', (text: string) => `${text}# 7\n`],
])('%s of a P account', async (_, change) => {
  await shop.write('job.yaml', job('P00000001', seal));
  await approve();
  expect(await run()).toMatchObject({ code: 3 });
  await shop.write('job.yaml', change(job('P00000001', seal)));
  expect(await run()).toMatchObject(NO);
  expect(made('P00000001')).toEqual([]);

  // As it was, it needs no other yes; as it is now, one.
  await approve();
  expect(await run()).toMatchObject({ code: 0 });
  expect(made('P00000001')).toHaveLength(2);
  const events = shop.read('open-1/events.jsonl');
  expect(events).toMatch(/"event":"run\.approved","statement":"[0-9a-f]{64}"/);
  await auditCommand('open-1', { output: shop.output }, shop.call());
});

test('a job that was changed back goes on under the first yes', async () => {
  await shop.write('job.yaml', job('P00000001', seal));
  await approve();
  expect(await run()).toMatchObject({ code: 3 });
  await shop.write('job.yaml', `${job('P00000001', seal)}# 7\n`);
  expect(await run()).toMatchObject(NO);
  await shop.write('job.yaml', job('P00000001', seal));
  expect(await run()).toMatchObject({ code: 0 });
  expect(shop.read('open-1/events.jsonl')).not.toContain('run.approved');

  // So it is with a supplement.
  await shop.write('job.yaml', job('P00000001', seal).replace('./outbox', './elsewhere'));
  await shop.write('return.csv', 'serial,result,destroyed\n1,spoiled,yes\n2,good,\n');
  await reconcileCommand('open-1', join(shop.dir, 'return.csv'), { output: shop.output }, shop.call());
  const reprint = () =>
    outcomeOf((print) => reprintCommand('open-1', { cards: '1', output: shop.output }, shop.call(print)));
  expect(await reprint()).toMatchObject(NO);
  expect(readdirSync(shop.output)).not.toContain('open-1-s1');
  await approve();
  expect(await reprint()).toMatchObject({ code: 0 });
  expect(readdirSync(join(shop.dir, 'elsewhere'))).toEqual(['open-1-s1']);
});

test('a T account goes on under a changed job', async () => {
  await shop.write('job.yaml', job('T00000001', seal));
  expect(await run()).toMatchObject({ code: 3 });
  await shop.write('job.yaml', `${job('T00000001', seal)}recovery: reissue\n`);
  expect(await run()).toMatchObject({ code: 0 });
});
