// What is asked of a purged run and needs what was destroyed: it is told so, and not taken for damage.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { archiveCommand } from '../../src/cli/archive-command.ts';
import { deliverCommand } from '../../src/cli/deliver-command.ts';
import { proveCommand } from '../../src/cli/prove-command.ts';
import { purgeCommand } from '../../src/cli/purge-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { verifyCommand } from '../../src/cli/verify-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const RUN = 'done-1';

test('verify, prove, deliver and archive say of a purged run what was destroyed, and when', async () => {
  const { shop, close } = await openRehearsal();
  onTestFinished(close);
  const { output } = shop;
  const said = (what: string, note: string) => ({
    code: 2,
    out: expect.stringMatching(
      new RegExp(`^done-1 was purged on 20\\d\\d-\\d\\d-\\d\\d: ${what} destroyed\\n\\(done-1/${note} lists`),
    ) as string,
  });
  const verify = () => outcomeOf((print) => verifyCommand(RUN, { output }, shop.call(print)));
  const prove = () =>
    outcomeOf((print) =>
      proveCommand(RUN, { card: '1', output }, shop.call(print), () => Promise.resolve('')),
    );
  const deliver = (again: boolean) =>
    outcomeOf((print) => deliverCommand(RUN, { again, output }, shop.call(print)));
  const archive = () => outcomeOf((print) => archiveCommand(RUN, { output }, shop.call(print)));
  const purge = (proofs: boolean) => purgeCommand(RUN, { output, proofs }, shop.call());

  mkdirSync(join(shop.dir, 'maker'));
  await shop.run(
    `
name: done
account: T00000001
cards: { count: 1, id: "DN-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ folder: ./maker }]
`,
    { run: RUN },
  );
  await shop.write('return.csv', 'serial,result\n1,good\n');
  await reconcileCommand(RUN, join(shop.dir, 'return.csv'), { output }, shop.call());
  await purge(false);
  expect(await verify()).toEqual(said('its codes are', 'books/purging\\.json'));
  expect(await deliver(true)).toEqual(said('its print files are', 'books/purging\\.json'));
  expect(await deliver(false)).toMatchObject({ code: 0 });
  expect(await prove()).toMatchObject({ code: 0 });
  expect(await archive()).toMatchObject({ code: 0 });

  await purge(true);
  expect(await prove()).toEqual(said('the key of its commitments is', 'books/proof-purging\\.json'));
  expect(await archive()).toEqual({
    code: 7,
    out: expect.stringMatching(
      /done-1\.tar\.gz is not what was to be archived: .*\n\(where the run was purged of more since/,
    ) as string,
  });
});
