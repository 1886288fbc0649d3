// A scheduled job of a P account: it goes on under its approval from week to week until an input changes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generateKeyPair } from '../../src/base/vault.ts';
import { approveCommand } from '../../src/cli/approve-command.ts';
import { auditCommand } from '../../src/cli/audit-command.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { startReceiver } from '../support/receiver.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { runsIn } from '../program/books.ts';

const { sandbox, shop, close } = await openRehearsal();
afterAll(close);
const receiver = await startReceiver('key');
afterAll(receiver.close);

/** `cardpress run` as the timer calls it, so many days from now. */
const fire = (days: number) =>
  outcomeOf((print) =>
    runCommand(
      join(shop.dir, 'job.yaml'),
      { output: shop.output },
      shop.call(print, days, { CARDPRESS_NOTIFY_SECRET: 'key' }),
    ),
  );

const approve = () =>
  approveCommand(join(shop.dir, 'job.yaml'), { yes: true, output: shop.output }, shop.call());

test('each week’s run is made under the same yes; a changed input is refused and told until there is another', async () => {
  const { recipient } = await generateKeyPair();
  const job = `
name: weekly
account: P00000001
cards: { count: 2, id: "WK-{serial}" }
template: classic
sheet: one-up
handoff: { seal: [${recipient}] }
schedule: { cron: "0 2 * * 1", timezone: Europe/Oslo }
notify: { webhook: "${receiver.url}/hook" }
`;
  await shop.write('job.yaml', job);
  expect(await fire(0)).toMatchObject({
    code: 2,
    out: expect.stringMatching(/is not approved as it is now/) as string,
  });
  expect(runsIn(shop.output)).toEqual([]);
  receiver.notices();
  await approve();
  for (const days of [0, 1, 7]) expect(await fire(days)).toMatchObject({ code: 0 });
  const runs = runsIn(shop.output);
  expect(runs).toHaveLength(2);
  expect(receiver.notices()).toEqual([]);
  // One yes, kept by each of the runs.
  const yes = runs.map((run) => shop.read(`${run}/approval.json`));
  expect(new Set(yes).size).toBe(1);

  writeFileSync(
    join(shop.dir, 'job.yaml'),
    readFileSync(join(shop.dir, 'job.yaml'), 'utf8').replace('count: 2', 'count: 3'),
  );
  const sentence = /job\.yaml is not approved as it is now: a P account is run by a person's yes/;
  for (const days of [14, 14.1])
    expect(await fire(days)).toMatchObject({ code: 2, out: expect.stringMatching(sentence) as string });
  const [told, ...more] = receiver.notices();
  expect(told).toMatchObject({
    event: 'failure',
    job: 'weekly',
    test: false,
    exitCode: 2,
    message: expect.stringMatching(sentence) as string,
  });
  expect(more).toEqual([]);
  expect(runsIn(shop.output)).toEqual(runs);
  expect(sandbox.books().accounts.P00000001?.cards).toHaveLength(4);

  await approve();
  expect(await fire(14.2)).toMatchObject({ code: 0 });
  expect(sandbox.books().accounts.P00000001?.cards).toHaveLength(7);
  for (const run of runsIn(shop.output)) await auditCommand(run, { output: shop.output }, shop.call());
});
