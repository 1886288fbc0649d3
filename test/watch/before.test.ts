// What check and doctor let pass is not refused by run and schedule.
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkCommand } from '../../src/cli/check-command.ts';
import { doctorCommand } from '../../src/cli/doctor-command.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { scheduleCommand } from '../../src/cli/schedule-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const { shop, close } = await openRehearsal();
afterAll(close);

const JOB = (first: string, rest: string) => `
name: before
account: T00000001
cards: { count: 1, id: "BF-{serial}", first: ${first} }
template: classic
sheet: one-up
handoff: { seal: none }
${rest}
`;
const path = () => join(shop.dir, 'job.yaml');
const HOOK = 'notify: { webhook: "https://127.0.0.1:9/hook" }';
const CRON = 'schedule: { cron: "0 2 * * 1", timezone: Europe/Oslo }';

/** What the four commands say of a job. */
async function asked(job: string, env: Record<string, string> = {}) {
  await shop.write('job.yaml', job);
  const { output } = shop;
  const [check, doctor, list] = await Promise.all([
    outcomeOf((print) => checkCommand(path(), shop.call(print, 0, env))),
    outcomeOf((print) => doctorCommand(path(), { output }, shop.call(print, 0, env))),
    outcomeOf((print) => scheduleCommand([path()], { output, list: true }, shop.call(print, 0, env))),
  ]);
  return { check, doctor, list };
}

test('a schedule under which ids would repeat', async () => {
  const { check, doctor, list } = await asked(JOB('1', CRON));
  for (const { code, out } of [check, doctor, list]) {
    expect(code).toBe(2);
    expect(out).toMatch(/job before begins each run at serial 1: its ids would repeat/);
  }
  expect(check.out).not.toMatch(/can be run/);
  const good = await asked(JOB('next', CRON));
  expect([good.check.code, good.doctor.code, good.list.code]).toEqual([0, 0, 0]);
  expect(good.doctor.out).toMatch(/ok +schedule +0 2 \* \* 1/);
});

test('a webhook without the secret that signs its notices', async () => {
  const { check, doctor } = await asked(JOB('next', HOOK));
  const run = await outcomeOf((print) => runCommand(path(), { output: shop.output }, shop.call(print)));
  for (const { code, out } of [check, doctor, run]) {
    expect(code).toBe(2);
    expect(out).toMatch(/CARDPRESS_NOTIFY_SECRET is not set/);
  }
  const good = await asked(JOB('next', HOOK), { CARDPRESS_NOTIFY_SECRET: 'key' });
  expect([good.check.code, good.doctor.code]).toEqual([0, 0]);
  expect(good.doctor.out).toMatch(/ok +webhook +there is a secret/);
});
