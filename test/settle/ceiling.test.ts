// The ceiling of a P account's activations: over distinct cards, and under a person's yes.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateKeyPair } from '../../src/base/vault.ts';
import { activateCommand } from '../../src/cli/activate-command.ts';
import { approveCommand } from '../../src/cli/approve-command.ts';
import type { BookedCard } from '../../src/sandbox/books.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { outcomeOf } from '../support/outcome.ts';
import { type Rehearsal, openRehearsal } from '../support/rehearsal.ts';

let sandbox: Sandbox;
let shop: Rehearsal;
beforeEach(async () => {
  ({ sandbox, shop } = await openRehearsal());
  const { recipient } = await generateKeyPair();
  await shop.run(
    `
name: ceiling
account: P00000001
cards: { count: 6, id: "CE-{serial}" }
template: classic
sheet: one-up
handoff: { seal: [${recipient}] }
activation: { ceiling: 20.00, currency: NOK }
`,
    { run: 'c-1' },
  );
});
afterEach(async () => {
  shop.remove();
  await sandbox.close();
});

/** Activates as samples with 5.00 each. */
async function activate(
  cards: string | undefined,
  confirm?: string,
  run = 'c-1',
  currency = 'NOK',
): Promise<string> {
  const flags = {
    ...(cards !== undefined && { cards }),
    amount: '5.00',
    currency,
    sample: true,
    ...(confirm !== undefined && { confirm }),
    output: shop.output,
  };
  const { code, out } = await outcomeOf((print) => activateCommand(run, flags, shop.call(print)));
  return code === 0 ? out : `${code} ${out}`;
}

const active = () =>
  (sandbox.books().accounts.P00000001?.cards ?? []).filter(({ status }) => status === 'unused').length;

test('a card that is activated again counts once', async () => {
  for (let times = 0; times < 3; times += 1)
    expect(await activate('1-2', '2x10.00')).toMatch(/^2 cards of c-1 are active/);
  expect(await activate('2-4', '3x15.00')).toMatch(/^3 cards of c-1 are active/);
  expect(active()).toBe(4);
  expect(await activate('5', '1x5.00')).toMatch(
    /^2 .*5\.00 NOK on top of 20\.00 would pass the job's ceiling of 20\.00/s,
  );
  expect(active()).toBe(4);
});

/** The platform goes on with other books. */
async function bookedAs(change: (card: BookedCard) => void): Promise<void> {
  const { port } = sandbox;
  const books = sandbox.books();
  books.accounts.P00000001!.cards.forEach(change);
  await sandbox.close();
  sandbox = await startSandbox({ port, books });
}

test('a card that was paid with before its activation was noted is activated, and counts', async () => {
  expect(await activate('1-3', '3x15.00')).toMatch(/^3 cards of c-1 are active/);
  // The process died before it could note what came of it; the order is open.
  rmSync(join(shop.output, 'c-1/books/0001.done.json'));
  await bookedAs((card) => {
    if (card.card_id === 'CE-000001') card.status = 'used';
    if (card.card_id === 'CE-000002') card.status = 'partially_used';
  });
  expect(await activate(undefined, '3x15.00')).toMatch(
    /^3 cards of c-1 are active with 5\.00 NOK each, 15\.00/,
  );
  expect(await activate('4-5', '2x10.00')).toMatch(/^2 .*10\.00 NOK on top of 15\.00 would pass/s);
});

test('a used card is not activated where its amount is another, or where it was used before the order', async () => {
  expect(await activate('1-2', '2x10.00')).toMatch(/^2 cards of c-1 are active/);
  rmSync(join(shop.output, 'c-1/books/0001.done.json'));
  await bookedAs((card) => {
    if (card.card_id === 'CE-000001') Object.assign(card, { status: 'used', amount: 700 });
    if (card.card_id === 'CE-000003') Object.assign(card, { status: 'used', amount: 500 });
  });
  expect(await activate(undefined, '2x10.00')).toMatch(
    /^3 1 card of c-1 is active.*serial 1 is active with 7\.00 NOK/s,
  );
  expect(await activate('3', '1x5.00')).toMatch(/^5 serial 3 is used at the platform: nothing was activated/);
});

test('another ceiling is another input: nothing is activated before somebody says yes to it', async () => {
  const raised = shop.readFile('job.yaml').replace('ceiling: 20.00', 'ceiling: 9000.00');
  await shop.write('job.yaml', raised);
  for (const [cards, confirm] of [
    ['1-6', '6x30.00'],
    ['1', '1x5.00'],
  ] as const)
    expect(await activate(cards, confirm)).toMatch(
      /^2 .*job\.yaml is not approved as it is now: it was changed since the yes that c-1 was made under/s,
    );
  expect(active()).toBe(0);
  expect(shop.read('c-1/events.jsonl')).not.toContain('run.approved');
  await approveCommand(join(shop.dir, 'job.yaml'), { yes: true, output: shop.output }, shop.call());
  expect(await activate('1-6', '6x30.00')).toMatch(/^6 cards of c-1 are active/);
  expect(shop.read('c-1/events.jsonl')).toContain('"event":"run.approved"');

  // Nor is it the ceiling of another job that somebody said yes to.
  await shop.write('job.yaml', raised.replace('name: ceiling', 'name: other'));
  await approveCommand(join(shop.dir, 'job.yaml'), { yes: true, output: shop.output }, shop.call());
  expect(await activate('1-6', '6x30.00')).toMatch(
    /^2 .*is job other of P00000001, run c-1 is of job ceiling/s,
  );
});

test('a T account holds to a ceiling that its job names, and asks for none', async () => {
  const job = `
name: trial
account: T00000001
cards: { count: 3, id: "TR-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
`;
  const ceiling = 'activation: { ceiling: 10.00, currency: NOK }\n';
  await shop.run(job + ceiling, { run: 't-1' });
  expect(await activate('1-3', undefined, 't-1')).toMatch(
    /^2 .*15\.00 NOK on top of 0\.00 would pass the job's ceiling of 10\.00/s,
  );
  expect(await activate('1', undefined, 't-1', 'EUR')).toMatch(/^2 .*the job's ceiling is in NOK/s);
  expect(await activate('1-2', undefined, 't-1')).toMatch(/^2 cards of t-1 are active/);
  expect(await activate('3', undefined, 't-1')).toMatch(/^2 .*on top of 10\.00/s);
  await shop.write('job.yaml', job);
  expect(await activate('3', undefined, 't-1')).toMatch(/^1 card of t-1 is active/);
});
