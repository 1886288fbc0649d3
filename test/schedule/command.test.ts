// cardpress schedule as people start it: what it refuses, what it lists, what it does at SIGTERM.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { cardpress, start } from '../program/cli.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const rules = [{ operation: 'batch', fault: 'delay', delay: 2000 } as const];
const { sandbox, shop, close } = await openRehearsal({ faults: { rules } });
afterAll(close);

const job = (name: string, schedule: string, more = '') => `
name: ${name}
account: T00000001
cards: { count: 3, id: "${name}-{serial}"${more} }
template: classic
sheet: one-up
handoff: { seal: none }
${schedule}
`;

const { dir: cwd, env } = shop;
const call = (...args: readonly string[]) => cardpress(['schedule', ...args], { cwd, env });

/** As if the job had been scheduled some time ago. */
function scheduledSince(name: string, cron: string, since: Date): void {
  mkdirSync(join(shop.output, '.schedule'), { recursive: true });
  const note = { cron, timezone: 'Europe/Oslo', since: since.toISOString(), trying: null };
  writeFileSync(join(shop.output, '.schedule', `${name}.json`), JSON.stringify(note));
}

test('a job without times, one whose ids would repeat, and two of one name are refused', async () => {
  await shop.write('none.yaml', job('none', ''));
  expect(await call('none.yaml')).toMatchObject({
    code: 2,
    err: expect.stringContaining('when it is due') as string,
  });
  await shop.write('same.yaml', job('same', 'schedule: { cron: "0 2 * * 1" }', ', first: 1'));
  expect(await call('same.yaml')).toMatchObject({
    code: 2,
    err: expect.stringContaining('would repeat') as string,
  });
  await shop.write('one.yaml', job('one', 'schedule: { cron: "0 2 * * 1" }'));
  expect(await call('one.yaml', 'one.yaml')).toMatchObject({ code: 2 });
  await shop.write('wrong.yaml', job('wrong', 'schedule: { cron: "0 2 * *" }'));
  expect(await call('wrong.yaml')).toMatchObject({
    code: 2,
    err: expect.stringContaining('five fields') as string,
  });
  expect(existsSync(shop.output)).toBe(false);
});

test('--list shows what is due and the next times, and does nothing', async () => {
  await shop.write('week.yaml', job('week', 'schedule: { cron: "0 2 * * 1", timezone: Europe/Oslo }'));
  scheduledSince('week', '0 2 * * 1', new Date(Date.now() - 14 * 86_400_000));
  const { code, out } = await call('--list', 'week.yaml');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^week: 0 2 \* \* 1, Europe\/Oslo\n {2}now {3}week-\d{4}-\d\d-\d\d {2}is due\n {2}next {2}week-\d{4}-\d\d-\d\d {2}Mon, .* 02:00 CES?T\n( {8}week-.*\n){2}$/,
  );
  expect(readdirSync(shop.output)).toEqual(['.schedule']);
});

test('SIGTERM: the answer on its way is sealed, and the next process goes on', async () => {
  const cron = '0 2 * * *';
  await shop.write('night.yaml', job('night', `schedule: { cron: "${cron}", timezone: Europe/Oslo }`));
  scheduledSince('night', cron, new Date(Date.now() - 3 * 86_400_000));
  const first = start(['--json', 'schedule', 'night.yaml'], { cwd, env });
  let events = '';
  first.child.stdout?.on('data', (text: string) => (events += text));
  while (!events.includes('batch.asked') && first.child.exitCode === null) await sleep(50);
  first.child.kill('SIGTERM');
  expect(await first.ended).toMatchObject({ code: 143 });
  const [run = ''] = readdirSync(shop.output).filter((name) => name.startsWith('night-'));
  expect(readdirSync(join(shop.output, run, 'batches'))).toContain('0001.1.age');
  expect(readdirSync(join(shop.output, run, 'receipts'))).toEqual([]);

  const second = start(['schedule', 'night.yaml'], { cwd, env });
  while (!existsSync(join(shop.output, run, 'receipts/complete.json')) && second.child.exitCode === null)
    await sleep(50);
  second.child.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 143 });
  // Three nights were missed, and made up for once.
  expect(readdirSync(shop.output).filter((name) => name.startsWith('night-'))).toEqual([run]);
  expect(sandbox.books().accounts.T00000001?.cards).toHaveLength(3);
  expect(readFileSync(join(shop.output, '.schedule/night.json'), 'utf8')).toContain('since');
});
