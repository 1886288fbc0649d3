// One process that makes runs and tends them for months: whatever fails once the lock of a run is taken, the next
// call of the same process goes on with the run.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { acknowledgeCommand } from '../../src/cli/acknowledge-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const { shop, close } = await openRehearsal();
afterAll(close);

const JOB = `
name: stays
account: T00000001
cards: { count: 2, id: "stays-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ folder: ./outbox }]
`;
const RUN = 'stays-1';
const run = () => shop.run(JOB, { run: RUN });

/** Does something while a file of the run is a folder, as little to be read as on a disk that fails. */
async function without(file: string, work: () => Promise<void>): Promise<void> {
  const path = join(shop.output, RUN, file);
  renameSync(path, `${path}.kept`);
  mkdirSync(path);
  await work();
  rmSync(path, { recursive: true });
  renameSync(`${path}.kept`, path);
}

test('what fails under the lock of a run keeps nobody away from it', async () => {
  const { output } = shop;
  const blocked = join(shop.dir, 'outbox', `${RUN}_TEST`);
  mkdirSync(blocked, { recursive: true });
  writeFileSync(join(blocked, '.done'), 'another’s');
  await expect(run()).rejects.toThrow(/no receipt/);
  const plan = JSON.parse(shop.read(`${RUN}/plan.json`)) as { inputs: { role: string; name: string }[] };
  const input = join(output, RUN, 'inputs', plan.inputs.find(({ role }) => role === 'template')!.name);
  const before = readFileSync(input);
  writeFileSync(input, 'changed');
  await expect(run()).rejects.toMatchObject({ kind: 'mismatch' });
  writeFileSync(input, before);
  await without('events.jsonl', () => expect(run()).rejects.toThrow(/EISDIR/));
  rmSync(blocked, { recursive: true });
  expect(await run()).toMatch(/^stays-1 is complete$/m);

  await shop.write('return.csv', 'serial,result\n1,good\n2,good\n');
  const reconcile = () => reconcileCommand(RUN, join(shop.dir, 'return.csv'), { output }, shop.call());
  const acknowledge = () => acknowledgeCommand(RUN, undefined, { output }, shop.call());
  await without('events.jsonl', async () => {
    await expect(reconcile()).rejects.toThrow(/EISDIR/);
    await expect(acknowledge()).rejects.toThrow(/EISDIR/);
  });
  // The end of the chain cannot be noted.
  await without('events.head.json', async () => {
    await expect(acknowledge()).rejects.toThrow();
  });
  await acknowledge();
  await reconcile();
  expect(await run()).toMatch(/^stays-1 is complete: nothing to do\n/);
});
