// Whoever edits a job can take its approvers out. A run that was begun under theirs keeps them.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generateKeyPair } from '../../src/base/vault.ts';
import { type ApproveFlags, approveCommand } from '../../src/cli/approve-command.ts';
import { auditCommand } from '../../src/cli/audit-command.ts';
import { deliverCommand } from '../../src/cli/deliver-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { reprintCommand } from '../../src/cli/reprint-command.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import type { Approval } from '../../src/settle/approval.ts';
import { minisignKey } from '../support/minisign-key.ts';
import { outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const KARI = 'EFCDAB8967452301';
const OLA = '5555555555555555';
const BY_NOBODY = {
  code: 2,
  out: expect.stringMatching(
    new RegExp(`but by none of the approvers that kept-1 was begun under: ${KARI}\\n`),
  ) as string,
};

// The first batch is refused, so that the run stays open.
const rules = [{ operation: 'batch', nth: 1, fault: 'status', status: 403 } as const];
const { sandbox, shop, close } = await openRehearsal({ faults: { rules } });
afterAll(close);

test('a yes of nobody, or of another, is none to an open run, its supplements and its targets; audit says so', async () => {
  const { recipient } = await generateKeyPair();
  for (const [name, key] of [
    ['kari', minisignKey()],
    ['ola', minisignKey(OLA)],
  ] as const) {
    await shop.write(`keys/${name}.pub`, key.public);
    writeFileSync(join(shop.dir, `keys/${name}.key`), key.secret, { mode: 0o600 });
  }
  for (const folder of ['maker', 'thief']) mkdirSync(join(shop.dir, folder));
  const jobOf = (folder: string, approvers: readonly string[]) => `
name: kept
account: P00000001
cards: { count: 2, id: "KP-{serial}" }
template: classic
sheet: one-up
handoff: { seal: [${recipient}] }
deliver: [{ folder: ./${folder} }]
${approvers.length === 0 ? '' : `approvers: [${approvers.map((name) => `keys/${name}.pub`).join(', ')}]`}
`;
  const path = join(shop.dir, 'job.yaml');
  const { output } = shop;
  const approve = (flags: ApproveFlags) => approveCommand(path, { ...flags, output }, shop.call());
  const by = (name: string) => approve({ key: join(shop.dir, `keys/${name}.key`) });
  const run = () => outcomeOf((print) => runCommand(path, { output, run: 'kept-1' }, shop.call(print)));
  const audit = () => outcomeOf((print) => auditCommand('kept-1', { output }, shop.call(print)));

  await shop.write('job.yaml', jobOf('maker', ['kari']));
  await by('kari');
  expect(await run()).toMatchObject({ code: 3 });

  await shop.write('job.yaml', jobOf('thief', []));
  await approve({ yes: true });
  expect(await run()).toMatchObject(BY_NOBODY);
  await shop.write('job.yaml', jobOf('thief', ['ola']));
  await by('ola');
  expect(await run()).toMatchObject(BY_NOBODY);
  await shop.write('job.yaml', jobOf('thief', ['ola', 'kari']));
  await by('ola');
  expect(await run()).toMatchObject(BY_NOBODY);
  expect(sandbox.books().accounts.P00000001?.cards ?? []).toEqual([]);

  // Kari may let others in.
  await shop.write('job.yaml', jobOf('maker', ['ola', 'kari']));
  await by('kari');
  expect(await run()).toMatchObject({ code: 0 });
  expect(existsSync(join(shop.dir, 'maker/kept-1/.done'))).toBe(true);
  expect(await audit()).toMatchObject({ code: 0 });

  // A supplement, also one to another manufacturer.
  await shop.write('return.csv', 'serial,result,destroyed\n1,spoiled,yes\n2,good,\n');
  await reconcileCommand('kept-1', join(shop.dir, 'return.csv'), { output }, shop.call());
  await shop.write('job.yaml', jobOf('thief', []));
  await approve({ yes: true });
  const { recipient: other } = await generateKeyPair();
  await approve({ yes: true, seal: [other] });
  for (const flags of [{}, { seal: [other] }])
    expect(
      await outcomeOf((print) =>
        reprintCommand('kept-1', { cards: '1', output, ...flags }, shop.call(print)),
      ),
    ).toMatchObject(BY_NOBODY);
  expect(readdirSync(output)).not.toContain('kept-1-s1');
  expect(
    await outcomeOf((print) => deliverCommand('kept-1', { output, again: true }, shop.call(print))),
  ).toMatchObject({ code: 2, out: expect.stringMatching(/not approved as it is now/) as string });
  expect(readdirSync(join(shop.dir, 'thief'))).toEqual([]);

  // The run's own yes is believed only as far as its signature goes.
  const own = join(output, 'kept-1/approval.json');
  const whole = readFileSync(own, 'utf8');
  const approval = JSON.parse(whole) as Approval;
  writeFileSync(own, JSON.stringify({ ...approval, statement: `${approval.statement}x` }));
  expect(
    await outcomeOf((print) => deliverCommand('kept-1', { output, again: true }, shop.call(print))),
  ).toMatchObject({ code: 7, out: expect.stringMatching(/signature of \w+ is not good/) as string });
  writeFileSync(own, whole);

  // Somebody went round the program, and forged the chain from there on.
  const events = join(output, 'kept-1/events.jsonl');
  writeFileSync(
    events,
    readFileSync(events, 'utf8').replaceAll(`"signers":["${KARI}"]`, `"signers":["thief"]`),
  );
  expect(await audit()).toMatchObject({
    code: 7,
    out: expect.stringMatching(/went on under a yes of thief, who is none of its approvers/) as string,
  });
});
