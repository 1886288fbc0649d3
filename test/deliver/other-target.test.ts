// Where the cards of a P account go is part of what a person said yes to, also when they are delivered by hand.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { generateKeyPair } from '../../src/base/vault.ts';
import { approveCommand } from '../../src/cli/approve-command.ts';
import { type DeliverFlags, deliverCommand } from '../../src/cli/deliver-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const RUN = 'gold-1';

test('a target that was put into the job after the yes gets nothing before there is another', async () => {
  const { shop, close } = await openRehearsal();
  onTestFinished(close);
  const { recipient } = await generateKeyPair();
  const jobTo = (folder: string) => `
name: gold
account: P00000001
cards: { count: 2, id: "GD-{serial}" }
template: classic
sheet: one-up
handoff: { seal: [${recipient}] }
deliver: [{ folder: ./${folder} }]
`;
  for (const name of ['maker', 'thief']) mkdirSync(join(shop.dir, name));
  const has = (folder: string) => existsSync(join(shop.dir, folder, RUN, '.done'));
  const deliver = (flags: DeliverFlags = {}) =>
    outcomeOf((print) => deliverCommand(RUN, { output: shop.output, ...flags }, shop.call(print)));

  await shop.run(jobTo('maker'), { run: RUN });
  expect(has('maker')).toBe(true);
  await shop.write('job.yaml', jobTo('thief'));
  const refusal = {
    code: 2,
    out: expect.stringMatching(
      /job\.yaml is not approved as it is now: it was changed since the yes that gold-1/,
    ) as string,
  };
  expect(await deliver()).toMatchObject(refusal);
  expect(await deliver({ again: true })).toMatchObject(refusal);
  expect(has('thief')).toBe(false);

  // The job as it was then, wherever it is kept.
  await shop.write('then.yaml', jobTo('maker'));
  expect(await deliver({ again: true, job: join(shop.dir, 'then.yaml') })).toMatchObject({ code: 0 });
  // Or another yes.
  await approveCommand(join(shop.dir, 'job.yaml'), { yes: true, output: shop.output }, shop.call());
  expect(await deliver()).toMatchObject({ code: 0 });
  expect(has('thief')).toBe(true);
});
