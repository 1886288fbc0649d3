// A yes signed by a stranger whose key carries the name of an approver's: minisign's names are eight bytes that
// anybody can give to a key.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generateKeyPair } from '../../src/base/vault.ts';
import { approveCommand } from '../../src/cli/approve-command.ts';
import { auditCommand } from '../../src/cli/audit-command.ts';
import { doctorCommand } from '../../src/cli/doctor-command.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { openSigner } from '../../src/pack/signer.ts';
import type { Approval } from '../../src/settle/approval.ts';
import { outcomeOf } from '../support/outcome.ts';
import { minisignKey } from '../support/minisign-key.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { runsIn } from '../program/books.ts';

const { sandbox, shop, close } = await openRehearsal();
afterAll(close);

type Command = 'run' | 'doctor' | 'audit';

const call = (command: Command) =>
  outcomeOf((print) => {
    const at = shop.call(print);
    const job = join(shop.dir, 'job.yaml');
    const { output } = shop;
    const work = {
      run: () => runCommand(job, { output }, at),
      doctor: () => doctorCommand(job, { output }, at),
      audit: () => auditCommand(runsIn(output)[0] ?? '', { output }, at),
    };
    return work[command]();
  });

test('a key with an approver’s name and other bytes is no approver, to run, doctor and audit', async () => {
  const [kari, thief] = [minisignKey(), minisignKey()];
  const { recipient } = await generateKeyPair();
  await shop.write('keys/kari.pub', kari.public);
  writeFileSync(join(shop.dir, 'keys/kari.key'), kari.secret, { mode: 0o600 });
  await shop.write(
    'job.yaml',
    `
name: forged
account: P00000001
cards: { count: 2, id: "FG-{serial}" }
template: classic
sheet: one-up
handoff: { seal: [${recipient}], sign: keys/kari.key }
approvers: [keys/kari.pub]
`,
  );
  await approveCommand(
    join(shop.dir, 'job.yaml'),
    { key: join(shop.dir, 'keys/kari.key'), output: shop.output },
    shop.call(),
  );
  const [file = ''] = readdirSync(join(shop.output, '.approvals'));
  const path = join(shop.output, '.approvals', file);
  const whole = readFileSync(path, 'utf8');
  const approval = JSON.parse(whole) as Approval;
  const body = Buffer.from(kari.public.split('\n')[1] ?? '', 'base64');
  const sum = createHash('sha256').update(body).digest('hex');
  expect(approval.statement).toContain(`\napprover EFCDAB8967452301 sha256 ${sum}\n`);
  expect(approval.statement).toContain(`\nsigned-by EFCDAB8967452301 sha256 ${sum}\n`);

  const signer = await openSigner(Buffer.from(thief.secret), undefined, new Date());
  const signature = await signer.sign(Buffer.from(approval.statement), 'statement.txt', new Date());
  const [signed] = approval.signatures;
  /** The thief's signature, beside the key that the file says it is of. */
  const forged = (key: string) =>
    `${JSON.stringify({ ...approval, signatures: [{ ...signed, key, signature }] }, null, 2)}\n`;

  for (const [key, why] of [
    [thief.public, /its key is not that of EFCDAB8967452301/],
    [kari.public, /the signature of EFCDAB8967452301 is not good/],
  ] as const) {
    writeFileSync(path, forged(key));
    expect(await call('run')).toMatchObject({ code: 7, out: expect.stringMatching(why) as string });
    expect((await call('doctor')).out).toMatch(new RegExp(`FAIL +approval .*${why.source}`));
  }
  expect(runsIn(shop.output)).toEqual([]);
  expect(sandbox.books().accounts.P00000001?.cards ?? []).toEqual([]);

  writeFileSync(path, whole);
  expect((await call('doctor')).out).toMatch(/ok +approval +as it is now/);
  expect(await call('run')).toMatchObject({ code: 0 });
  expect(await call('audit')).toMatchObject({ code: 0 });
  const kept = join(shop.output, runsIn(shop.output)[0] ?? '', 'approval.json');
  for (const [key, why] of [
    [thief.public, /approval\.json: its key is not that of EFCDAB8967452301/],
    [kari.public, /approval\.json: the signature of EFCDAB8967452301 is not good/],
  ] as const) {
    writeFileSync(kept, forged(key));
    expect(await call('audit')).toMatchObject({ code: 7, out: expect.stringMatching(why) as string });
  }
});
