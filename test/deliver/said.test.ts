// What a manufacturer says beside a delivery, and the delivery itself: neither stands for the other.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type DeliverFlags, deliverCommand } from '../../src/cli/deliver-command.ts';
import { tendCommand } from '../../src/cli/tend-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { startReceiver } from '../support/receiver.ts';
import { type Rehearsal, openRehearsal } from '../support/rehearsal.ts';

const RUN = 'said-1';

const receiver = await startReceiver('key');
afterAll(receiver.close);
let shop: Rehearsal;
beforeEach(async () => {
  const opened = await openRehearsal();
  shop = opened.shop;
  for (const name of ['first', 'second']) mkdirSync(join(shop.dir, name));
  return opened.close;
});

const env = { CARDPRESS_NOTIFY_SECRET: 'key' };
const there = (target: string, name = '') => join(shop.dir, target, `${RUN}_TEST`, name);
const receipts = () => readdirSync(join(shop.output, RUN, 'receipts'));

/** A run for two targets: the first has it and said something wrong; the second was in the way, and is free now. */
async function halfDelivered(): Promise<void> {
  mkdirSync(there('second'));
  writeFileSync(there('second', '.done'), 'another’s');
  const job = `
name: said
account: T00000001
cards: { count: 2, id: "SD-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ folder: ./first }, { folder: ./second }]
notify: { webhook: "${receiver.url}/hook", on: [failure, delivery] }
`;
  await expect(shop.run(job, { run: RUN, env })).rejects.toThrow(/no receipt/);
  writeFileSync(there('first', '.ack'), '0'.repeat(64));
  rmSync(there('second'), { recursive: true });
  receiver.notices();
}

const deliver = (flags: DeliverFlags = {}) =>
  outcomeOf((print) => deliverCommand(RUN, { output: shop.output, ...flags }, shop.call(print, 0, env)));
const tend = () => outcomeOf((print) => tendCommand({ output: shop.output }, shop.call(print, 0, env)));

test('an .ack that is wrong is told, and the run that every target has is complete', async () => {
  await halfDelivered();
  const { code, out } = await deliver();
  expect(out).toMatch(/said-1 is delivered to \S+second\n[\s\S]*\.ack names the checksum 0000/);
  expect(code).toBe(7);
  expect(receipts()).toContain('complete.json');
  // What the one says keeps the other from being heard no more than from being delivered to.
  writeFileSync(there('second', '.ack'), 'got it');
  expect(await deliver()).toMatchObject({ code: 7 });
  expect(receipts().join(' ')).toMatch(/folder-second-\w+\.1\.acknowledged\.json/);
});

test('tend tells of the delivery, and apart from it of the .ack', async () => {
  await halfDelivered();
  expect(await tend()).toMatchObject({ code: 7 });
  expect(receipts()).toContain('complete.json');
  expect(receiver.notices().map(({ event }) => event)).toEqual(['delivery', 'failure']);
});

test('--received notes what is in doubt, and sends nothing', async () => {
  await halfDelivered();
  expect(await deliver({ received: true })).toMatchObject({
    code: 2,
    out: expect.stringMatching(
      /second: nothing is in doubt there.*nothing was sent\n\(cardpress deliver/,
    ) as string,
  });
  expect(existsSync(there('second'))).toBe(false);
  // As it was when the program was cut off while the first was being closed, and the folder was fetched.
  const done = receipts().find((name) => /^folder-first-.*\.done\.json$/.test(name)) ?? '';
  rmSync(join(shop.output, RUN, 'receipts', done));
  rmSync(there('first'), { recursive: true });
  const { code, out } = await deliver({ received: true });
  expect(code).toBe(0);
  expect(out).toMatch(/is delivered to \S+first\nsaid-1 is not delivered to \S+second\n$/);
  expect(receipts()).toContain(done);
  expect(existsSync(there('first'))).toBe(false);
  expect(existsSync(there('second'))).toBe(false);
  expect(receipts()).not.toContain('complete.json');
  expect(await deliver()).toMatchObject({ code: 0 });
  expect(receipts()).toContain('complete.json');
  // Said once more, it is as true as it was.
  expect(await deliver({ received: true })).toMatchObject({ code: 0 });
});

test('what is sent once more is not acknowledged by what was said of the first sending', async () => {
  await halfDelivered();
  writeFileSync(there('first', '.ack'), 'got it');
  expect((await deliver()).out).toMatch(/said-1: \S+first is acknowledged, by its own file\n/);
  const again = await deliver({ again: true });
  expect(again).toMatchObject({ code: 0 });
  expect(again.out).not.toContain('acknowledged');
  expect(existsSync(there('first', '.done'))).toBe(true);
  expect(existsSync(there('first', '.ack'))).toBe(false);
  expect(receipts().join(' ')).not.toMatch(/\.2\.acknowledged/);
  writeFileSync(there('first', '.ack'), 'got that, too');
  expect((await deliver()).out).toMatch(/first is acknowledged, by its own file\n/);
  expect(receipts().join(' ')).toMatch(/folder-first-\w+\.2\.acknowledged/);
});

test('a card in doubt that turns up after packing: nothing leaves by a person’s word either', async () => {
  await halfDelivered();
  const asked = join(shop.output, RUN, 'batches');
  const [first = ''] = readdirSync(asked).filter((name) => name.endsWith('.1.asked.json'));
  const record = JSON.parse(readFileSync(join(asked, first), 'utf8')) as { cards: object[] };
  const [range] = record.cards;
  const more = { ...record, attempt: 2, cards: [{ ...range, serial: 3, count: 1 }] };
  writeFileSync(join(asked, first.replace('.1.', '.2.')), JSON.stringify(more));
  const { code, out } = await deliver();
  expect(out).toMatch(/1 in doubt: nothing is delivered/);
  expect(code).toBe(7);
  expect(existsSync(there('second'))).toBe(false);
  expect(receipts()).not.toContain('complete.json');
});
