// Who started a run goes away: the terminal hangs up, or nobody reads what it says. The answer on its way is kept.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { openRehearsal } from '../support/rehearsal.ts';
import { type Started, cardpress, start } from './cli.ts';

const rules = [{ operation: 'batch', fault: 'delay', delay: 2000 } as const];
const { sandbox, shop, close } = await openRehearsal({ faults: { rules } });
afterAll(close);

const options = { cwd: shop.dir, env: shop.env };

/** A run that has asked for its cards and waits for the answer. */
async function asking(name: string): Promise<Started> {
  await shop.write(
    `${name}.yaml`,
    `
name: ${name}
account: T00000001
cards: { count: 3, id: "${name}-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
`,
  );
  const started = start(['--json', 'run', `${name}.yaml`, '--run', `${name}-1`], options);
  let events = '';
  started.child.stdout?.on('data', (text: string) => (events += text));
  while (!events.includes('batch.asked') && started.child.exitCode === null) await sleep(50);
  return started;
}

const made = (name: string) =>
  (sandbox.books().accounts.T00000001?.cards ?? []).filter(({ card_id }) => card_id.startsWith(name));
const batches = (name: string) => readdirSync(join(shop.output, `${name}-1/batches`));

test('a terminal that hangs up, more than once: the answer is sealed, and the run stops as at SIGTERM', async () => {
  const { child, ended } = await asking('hup');
  child.kill('SIGHUP');
  await sleep(200);
  child.kill('SIGHUP');
  child.kill('SIGTERM');
  await sleep(200);
  child.kill('SIGHUP');
  expect(await ended).toMatchObject({ code: 143 });
  expect(batches('hup')).toContain('0001.1.age');
  expect(await cardpress(['run', 'hup.yaml'], options)).toMatchObject({ code: 0 });
  expect(made('hup').filter(({ deleted_at }) => deleted_at === undefined)).toHaveLength(3);
  expect(made('hup')).toHaveLength(3);
});

test('a run that nobody listens to is made to its end', async () => {
  const { child, ended } = await asking('deaf');
  child.stdout?.destroy();
  child.stderr?.destroy();
  expect(await ended).toMatchObject({ code: 0, signal: null });
  expect(batches('deaf')).toContain('0001.1.age');
  expect(readdirSync(join(shop.output, 'deaf-1/receipts'))).toContain('complete.json');
});
