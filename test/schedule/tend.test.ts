// cardpress tend: handoffs that did not reach their targets, on the real disk, twice.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import type { Failure } from '../../src/base/failure.ts';
import { takeLock, thisProcess } from '../../src/base/lock.ts';
import { purgeCommand } from '../../src/cli/purge-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { statusCommand } from '../../src/cli/status-command.ts';
import { tendCommand } from '../../src/cli/tend-command.ts';
import { voidCommand } from '../../src/cli/void-command.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { outcomeOf } from '../support/outcome.ts';
import { startReceiver } from '../support/receiver.ts';
import { type Rehearsal, openRehearsal, rehearse } from '../support/rehearsal.ts';

const receiver = await startReceiver('key');
afterAll(receiver.close);
let shop: Rehearsal;
// What is tended is all that lies in an output folder.
beforeEach(async () => {
  const opened = await openRehearsal();
  shop = opened.shop;
  receiver.notices();
  return opened.close;
});

const outbox = (name: string) => join(shop.dir, name);

/** A run that packed, and found somebody else's folder where it was to deliver to. */
async function stranded(name: string): Promise<void> {
  mkdirSync(join(outbox(name), `${name}-1_TEST`), { recursive: true });
  writeFileSync(join(outbox(name), `${name}-1_TEST`, '.done'), 'another’s');
  const job = `
name: ${name}
account: T00000001
cards: { count: 2, id: "${name}-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ folder: ./${name} }]
notify: { webhook: "${receiver.url}/hook", on: [failure, doubt, delivery] }
`;
  const env = { CARDPRESS_NOTIFY_SECRET: 'key' };
  await expect(shop.run(job, { run: `${name}-1`, env })).rejects.toThrow(/no receipt/);
  // Each run remembers its own job file.
  await shop.write(`${name}.yaml`, job);
  const plan = join(shop.output, `${name}-1`, 'plan.json');
  const text = shop
    .read(`${name}-1/plan.json`)
    .replace(join(shop.dir, 'job.yaml'), join(shop.dir, `${name}.yaml`));
  writeFileSync(plan, text);
}

async function tend(days = 0, options: { metrics?: string } = {}) {
  let out = '';
  const print = (text: string) => (out += text);
  const code = await tendCommand(
    { output: shop.output, ...options },
    shop.call(print, days, { CARDPRESS_NOTIFY_SECRET: 'key' }),
  ).then(
    () => 0,
    (error: unknown) => (error as Failure).exitCode,
  );
  return { code, out };
}

test('what failed is delivered again, each run for itself, and once', async () => {
  await stranded('first');
  await stranded('second');
  receiver.notices();
  // The first box is cleared by somebody; the second is not.
  rmSync(join(outbox('first'), 'first-1_TEST'), { recursive: true });
  const { code, out } = await tend();
  expect(code).toBe(5);
  expect(out).toContain('first-1 is delivered to');
  expect(readdirSync(join(outbox('first'), 'first-1_TEST'))).toContain('.done');
  // That the second is in doubt was told when it failed, less than a day ago.
  expect(receiver.notices().map(({ event, run }) => `${event} ${run}`)).toEqual(['delivery first-1']);
  expect(readdirSync(join(shop.output, 'first-1/receipts'))).toContain('complete.json');

  rmSync(join(outbox('second'), 'second-1_TEST'), { recursive: true });
  expect(await tend()).toMatchObject({ code: 0 });
  const sent = join(outbox('second'), 'second-1_TEST/SHA256SUMS');
  const before = statSync(sent).mtimeMs;
  expect(await tend()).toEqual({ code: 0, out: 'nothing is due\n' });
  expect(statSync(sent).mtimeMs).toBe(before);
});

/** Does something while a live process holds a run, as `cardpress run` does that is delivering. */
async function held<T>(run: string, work: () => Promise<T>): Promise<T> {
  const self = await thisProcess(nodeDisk, process.pid, new Date());
  const lock = await takeLock(nodeDisk, join(shop.output, run), self);
  if ('holder' in lock) throw new Error('held already');
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

const JOB = (name: string) => `
name: ${name}
account: T00000001
cards: { count: 2, overs: 1, id: "${name}-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ folder: ./${name} }]
notify: { webhook: "${receiver.url}/hook", on: [acknowledgement, retention] }
retention: 10d
`;

/** A delivered run with a job file of its own. */
async function delivered(name: string): Promise<string> {
  mkdirSync(outbox(name), { recursive: true });
  await shop.run(JOB(name), { run: `${name}-1`, env: { CARDPRESS_NOTIFY_SECRET: 'key' } });
  await shop.write(`${name}.yaml`, JOB(name));
  const plan = join(shop.output, `${name}-1`, 'plan.json');
  // Before there is a journal line of it that matters here.
  writeFileSync(
    plan,
    shop.read(`${name}-1/plan.json`).replace(join(shop.dir, 'job.yaml'), join(shop.dir, `${name}.yaml`)),
  );
  return `${name}-1`;
}

async function close(run: string): Promise<void> {
  await shop.write('return.csv', 'serial,result\n1,good\n2,good\n3,good\n');
  await reconcileCommand(run, join(shop.dir, 'return.csv'), { output: shop.output }, shop.call());
}

const told = () => receiver.notices().map(({ event, run }) => `${event} ${run}`);

test('the manufacturer’s word is fetched from its folder, once, and its absence is told once', async () => {
  const run = await delivered('waited');
  receiver.notices();
  expect(await tend(6)).toEqual({ code: 0, out: 'nothing is due\n' });
  const { out } = await tend(8);
  expect(out).toMatch(
    /^waited-1 was delivered to \S+waited on \S+, and nobody has acknowledged it: ask there/,
  );
  expect(told()).toEqual(['acknowledgement waited-1']);
  expect(await tend(9)).toEqual({ code: 0, out: 'nothing is due\n' });
  writeFileSync(join(outbox('waited'), `${run}_TEST`, '.ack'), '0'.repeat(64));
  expect(await tend(9)).toMatchObject({ code: 7 });
  writeFileSync(join(outbox('waited'), `${run}_TEST`, '.ack'), 'got it');
  // After a month more nobody expects it; of a run that is long complete the retention is told.
  expect((await tend(40)).out).toMatch(/waited-1 was completed on \S+ and was never closed/);
  expect(told()).toEqual(['retention waited-1']);
  expect((await tend(9)).out).toMatch(/^waited-1: \S+ is acknowledged, by its own file\n$/);
  expect(await tend(9)).toEqual({ code: 0, out: 'nothing is due\n' });
  expect(readdirSync(join(shop.output, run, 'receipts')).join()).toMatch(/\.1\.acknowledged\.json/);
  expect(told()).toEqual([]);
});

test('what is past its retention is announced, then purged, and once', async () => {
  const run = await delivered('old');
  await close(run);
  receiver.notices();
  const metrics = join(shop.dir, 'old.prom');
  expect(await tend(2)).toEqual({ code: 0, out: 'nothing is due\n' });
  expect((await tend(4, { metrics })).out).toMatch(
    /^old-1 was closed on \S+: its secrets are destroyed on \S+ \(retention 10d\)\n$/,
  );
  expect(Number(/days_to_purge\{job="old"\} (\S+)/.exec(shop.readFile('old.prom'))?.[1])).toBeCloseTo(6, 1);
  expect(await tend(5)).toEqual({ code: 0, out: 'nothing is due\n' });
  expect(told()).toEqual(['retention old-1']);
  expect((await tend(11, { metrics })).out).toMatch(/^old-1 is purged: \d+ files destroyed/);
  expect(shop.readFile('old.prom')).not.toMatch(/days_to_purge\{job="old"\}/);
  expect(readdirSync(join(shop.output, run))).not.toContain('key.age');
  expect(JSON.parse(shop.read(`${run}/purged.json`))).toMatchObject({
    reason: 'past its retention',
    forced: false,
  });
  expect(await tend(12)).toEqual({ code: 0, out: 'nothing is due\n' });
  expect(told()).toEqual([]);
});

test('a run whose job file is gone keeps no other run from being purged', async () => {
  for (const name of ['gone', 'kept']) await close(await delivered(name));
  rmSync(join(shop.dir, 'gone.yaml'));
  const purge = () =>
    outcomeOf((print) => purgeCommand(undefined, { output: shop.output }, shop.call(print, 11)));
  const { code, out } = await purge();
  expect(out).toMatch(/^kept-1 is purged: .*\n[^]*gone-1: .*gone\.yaml/);
  expect(code).toBe(2);
  expect(readdirSync(join(shop.output, 'kept-1'))).not.toContain('key.age');
  expect(readdirSync(join(shop.output, 'gone-1'))).toContain('key.age');
});

test('a run that another process is at is left to it, and nobody is alarmed', async () => {
  const run = await delivered('vault');
  await close(run);
  expect((await tend(4)).out).toMatch(/^vault-1 was closed on/);
  receiver.notices();
  expect(await held(run, () => tend(11))).toEqual({ code: 0, out: 'nothing is due\n' });
  expect(told()).toEqual([]);
  expect((await tend(11)).out).toMatch(/^vault-1 is purged/);

  await stranded('busy');
  rmSync(join(outbox('busy'), 'busy-1_TEST'), { recursive: true });
  receiver.notices();
  expect(await held('busy-1', () => tend())).toEqual({ code: 0, out: 'nothing is due\n' });
  expect(told()).toEqual([]);
  expect((await tend()).out).toMatch(/^busy-1 is delivered to/);
});

test('a run whose closing was cut off is closed by tend, and by the order that would have', async () => {
  const run = await delivered('cut');
  await close(run);
  const closed = join(shop.output, run, 'books/closed.json');
  rmSync(closed);
  const status = await outcomeOf((print) => statusCommand(run, { output: shop.output }, shop.call(print)));
  expect(status.out).toMatch(/state +open: its closing was cut off; cardpress tend notes it/);
  expect(await tend()).toEqual({ code: 0, out: 'cut-1 is closed\n' });
  expect(existsSync(closed)).toBe(true);
  expect(await tend()).toEqual({ code: 0, out: 'nothing is due\n' });

  rmSync(closed);
  const again = await outcomeOf((print) => voidCommand(run, { output: shop.output }, shop.call(print)));
  expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/state +closed\n/) as string });
  expect(existsSync(closed)).toBe(true);
  // Once it is closed, there is nothing that an order without cards could mean.
  expect(await outcomeOf(() => voidCommand(run, { output: shop.output }, shop.call()))).toMatchObject({
    code: 2,
  });
});

test('a closed run that is open again keeps its secrets, and somebody is told why', async () => {
  const run = await delivered('again');
  await close(run);
  receiver.notices();
  const voided = { cards: '1,2', reason: 'a theft that was found late', output: shop.output };
  await voidCommand(run, voided, shop.call());
  expect((await tend(11)).out).toMatch(
    /again-1 is past its retention of 10d, and its secrets stay: 1 card is short/,
  );
  expect(told()).toEqual(['retention again-1']);
  expect(readdirSync(join(shop.output, run))).toContain('key.age');
  expect(await tend(12)).toEqual({ code: 0, out: 'nothing is due\n' });
});

test('a reminder that did not arrive is told by the next call', async () => {
  await delivered('deaf');
  receiver.notices();
  receiver.answer(404);
  expect(await tend(8)).toMatchObject({ code: 4 });
  expect(told()).toEqual([]);
  expect(await tend(8)).toMatchObject({ code: 0 });
  expect(told()).toEqual(['acknowledgement deaf-1']);
  expect(await tend(9)).toEqual({ code: 0, out: 'nothing is due\n' });
});

test('a due run that was given up is made once more, and no third time', async () => {
  const job = (count: number) => `
name: due
account: T00000001
cards: { count: ${count}, id: "due-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
schedule: { cron: "0 2 * * 1", timezone: Europe/Oslo }
`;
  const rules = [{ operation: 'batch', fault: 'status', status: 403 } as const];
  const refusing = await startSandbox({ faults: { rules } });
  const other = await rehearse(refusing.origin);
  try {
    await expect(other.run(job(2))).rejects.toThrow(/refuses/);
  } finally {
    await refusing.close();
  }
  const good = await startSandbox();
  try {
    for (let times = 0; times < 3; times += 1)
      await other.run(job(3), { env: { CARDPRESS_API_URL: good.origin } });
    expect(good.books().accounts.T00000001?.cards).toHaveLength(3);
    expect(readdirSync(other.output).filter((name) => name.startsWith('due-'))).toHaveLength(2);
  } finally {
    await good.close();
    other.remove();
  }
});
