// A command that is stopped while it waits or works: what is on its way is awaited, nobody is alarmed, and the same
// command goes on.
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { activateCommand } from '../../src/cli/activate-command.ts';
import type { Call } from '../../src/cli/call.ts';
import { deliverCommand } from '../../src/cli/deliver-command.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { tendCommand } from '../../src/cli/tend-command.ts';
import { voidCommand } from '../../src/cli/void-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { startReceiver } from '../support/receiver.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const slow = { fault: 'delay', delay: 100 } as const;
const rules = [
  { operation: 'activate', ...slow },
  { operation: 'delete', ...slow },
] as const;
const { sandbox, shop, close } = await openRehearsal({ faults: { rules } });
afterAll(close);
const receiver = await startReceiver('key');
afterAll(receiver.close);

/** Does a command that is stopped as soon as `when` says so. */
async function stopped(work: (call: Call) => Promise<unknown>, when: (event: string) => boolean) {
  const stop = new AbortController();
  const env = { CARDPRESS_NOTIFY_SECRET: 'key', CARDPRESS_SFTP_PASSWORD: 'none' };
  const look = setInterval(() => {
    if (when('')) stop.abort();
  }, 5);
  const ended = await outcomeOf((print) =>
    work({
      ...shop.call(print, 0, env),
      log: { emit: ({ event }) => when(event) && stop.abort() },
      stopping: stop.signal,
    }),
  );
  clearInterval(look);
  return ended;
}

test('a delivery that waits for its target stops at once, and so does all that would be tended', async () => {
  const { output } = shop;
  // Nobody listens there.
  const sftp = (path: string) =>
    `sftp: { host: 127.0.0.1, port: 1, user: shop, fingerprint: "SHA256:${'A'.repeat(43)}", path: ${path} }`;
  await shop.write(
    'job.yaml',
    `
name: waits
account: T00000001
cards: { count: 2, id: "W-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ ${sftp('/first')} }, { ${sftp('/second')} }]
notify: { webhook: "${receiver.url}/hook", on: [failure, doubt, delivery] }
`,
  );
  let begun = 0;
  const waits = (event: string) => {
    if (event === 'delivery.begun') begun += 1;
    return event === 'waiting';
  };
  const run = (call: Call) => runCommand(join(shop.dir, 'job.yaml'), { output, run: 'waits-1' }, call);
  const commands: ((call: Call) => Promise<unknown>)[] = [
    run,
    (call) => deliverCommand('waits-1', { output }, call),
    (call) => tendCommand({ output }, call),
  ];
  for (const command of commands) {
    begun = 0;
    const { code, out } = await stopped(command, waits);
    expect(out).toMatch(/stopped; /);
    expect(code).toBe(130);
  }
  // The second target's turn had not come.
  expect(begun).toBe(1);
  expect(receiver.notices()).toEqual([]);
});

test('cards are activated and deleted no further, and the same command goes on with the rest', async () => {
  const { output } = shop;
  await shop.run(
    `
name: many
account: T00000001
cards: { count: 20, id: "M-{serial}" }
template: classic
sheet: sra3-21up
batch: { concurrency: 1, perSecond: 100 }
handoff: { seal: none }
`,
    { run: 'many-1' },
  );
  const cards = () =>
    Object.values(sandbox.books().accounts)
      .flatMap((account) => account.cards)
      .filter(({ card_id }) => card_id.startsWith('M-'));
  const active = () => cards().filter(({ status }) => status === 'unused').length;
  const deleted = () => cards().filter(({ deleted_at }) => deleted_at !== undefined).length;

  const sample = { cards: '1-10', amount: '5.00', currency: 'NOK', sample: true, output };
  const activate = (call: Call) => activateCommand('many-1', sample, call);
  expect(await stopped(activate, () => active() > 0)).toMatchObject({ code: 130 });
  expect(active()).toBeLessThan(5);
  expect((await outcomeOf((print) => activate(shop.call(print)))).out).toMatch(
    /^10 cards of many-1 are active/,
  );
  expect(active()).toBe(10);

  const flags = { cards: '11-20', reason: 'a test', output };
  const remove = (call: Call) => voidCommand('many-1', flags, call);
  expect(await stopped(remove, () => deleted() > 0)).toMatchObject({ code: 130 });
  expect(deleted()).toBeLessThan(5);
  expect((await outcomeOf((print) => remove(shop.call(print)))).out).toMatch(/^10 of 10 cards are void/);
  expect(deleted()).toBe(10);
});
