// cardpress tend: handoffs that did not reach their targets, on the real disk, twice.
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Failure } from '../../src/base/failure.ts';
import { silent } from '../../src/base/log.ts';
import { tendCommand } from '../../src/cli/tend-command.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type Rehearsal, rehearse } from '../support/rehearsal.ts';

let sandbox: Sandbox;
let shop: Rehearsal;
let receiver: Receiver;
beforeAll(async () => {
  sandbox = await startSandbox();
  shop = await rehearse(sandbox.origin);
  receiver = await startReceiver('key');
});
afterAll(async () => {
  await receiver.close();
  shop.remove();
  await sandbox.close();
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
notify: { webhook: "${receiver.url}/hook", on: [doubt, delivery] }
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

async function tend() {
  let out = '';
  const print = (text: string) => (out += text);
  const code = await tendCommand(
    { output: shop.output },
    {
      terminal: { out: print, err: print, bars: undefined },
      env: { CARDPRESS_NOTIFY_SECRET: 'key' },
      log: silent,
      stopping: new AbortController().signal,
    },
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
