// Approvals signed elsewhere, by the programs that people have: minisign and gpg.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { generateKeyPair } from '../../../src/base/vault.ts';
import type { Approval } from '../../../src/settle/approval.ts';
import { call, have, openGpg } from '../../support/programs.ts';
import { type Shop, openShop } from '../shop.ts';

let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

const job = (seal: string, approvers: string) => `
name: signed
account: P00000001
cards: { count: 2, id: "SG-{serial}" }
template: classic
sheet: one-up
handoff: { seal: [${seal}] }
approvers: [${approvers}]
`;

const STATEMENT = 'signed-approval/statement.txt';

async function open(approvers: string): Promise<Shop> {
  const { recipient } = await generateKeyPair();
  shop = await openShop(job(recipient, approvers));
  return shop;
}

const approvalOf = (at: Shop) =>
  JSON.parse(at.shop.read(`${at.runs().at(-1) ?? ''}/approval.json`)) as Approval;

test.runIf(have('minisign'))(
  'minisign -S over the statement, hashed first or not; another’s and another statement’s are refused',
  async () => {
    const at = await open('keys/kari.pub');
    const path = (name: string) => join(at.shop.dir, name);
    for (const name of ['kari', 'eve'])
      call('minisign', ['-G', '-W', '-p', path(`keys/${name}.pub`), '-s', path(`keys/${name}.key`)]);
    const sign = (name: string, to: string, more: readonly string[] = []) =>
      call('minisign', [
        '-S',
        ...more,
        '-s',
        path(`keys/${name}.key`),
        '-m',
        path(STATEMENT),
        '-x',
        path(to),
      ]);
    expect(await at.ok('approve', 'job.yaml')).toMatch(/not approved; to say yes: .*--signature FILE/);
    sign('eve', 'eve.minisig');
    expect(await at.no(2, 'approve', 'job.yaml', '--signature', 'eve.minisig')).toMatch(
      /this signature is of none of the job’s approvers, or over another statement/,
    );
    expect(await at.no(2, 'approve', 'job.yaml', '--signature', 'none.minisig')).toMatch(/no such file/);
    expect(await at.no(2, 'run', 'job.yaml')).toMatch(/is not approved as it is now/);
    sign('kari', 'kari.minisig');
    expect(await at.ok('approve', 'job.yaml', '--signature', 'kari.minisig')).toMatch(
      /job\.yaml is approved by [0-9A-F ]+, as it is now: classic, 2 cards/,
    );
    expect(await at.ok('approve', 'job.yaml')).toMatch(/approved as it is/);
    await at.ok('run', 'job.yaml');
    expect(approvalOf(at).signatures).toMatchObject([
      { kind: 'minisign', signature: readFileSync(path('kari.minisig'), 'utf8') },
    ]);
    expect(await at.ok('audit', at.runs()[0] ?? '')).toMatch(/approvals agree/);

    // The same signature is no yes to three cards; one that is made without hashing first is as good.
    writeFileSync(path('job.yaml'), readFileSync(path('job.yaml'), 'utf8').replace('count: 2', 'count: 3'));
    expect(await at.no(2, 'approve', 'job.yaml', '--signature', 'kari.minisig')).toMatch(
      /or over another statement/,
    );
    await at.ok('approve', 'job.yaml');
    sign('kari', 'plain.minisig', ['-l']);
    await at.ok('approve', 'job.yaml', '--signature', 'plain.minisig');
    await at.ok('run', 'job.yaml', '--new');
  },
  600_000,
);

test.runIf(have('gpg'))(
  'gpg --detach-sign over the statement; a stranger’s key, and one that is revoked by the job',
  async () => {
    const at = await open('keys/ola.asc');
    const path = (name: string) => join(at.shop.dir, name);
    const gpg = openGpg();
    try {
      const keys = { ola: gpg.makeKey('ola'), eve: gpg.makeKey('eve') };
      for (const [name, key] of Object.entries(keys)) gpg.exportPublic(key, path(`keys/${name}.asc`));
      const sign = (key: string, to: string, armor = true) =>
        gpg.run([
          ...(armor ? ['--armor'] : []),
          '--local-user',
          key,
          '--output',
          path(to),
          '--detach-sign',
          path(STATEMENT),
        ]);
      expect(await at.ok('approve', 'job.yaml')).toContain(
        keys.ola.replaceAll(/(.{4})(?=.)/g, '$1 ').slice(0, 9),
      );
      sign(keys.eve, 'eve.asc');
      expect(await at.no(2, 'approve', 'job.yaml', '--signature', 'eve.asc')).toMatch(/of none of the job/);
      sign(keys.ola, 'ola.sig.asc');
      expect(await at.ok('approve', 'job.yaml', '--signature', 'ola.sig.asc')).toMatch(/is approved by/);
      await at.ok('run', 'job.yaml');
      const run = at.runs()[0] ?? '';
      expect(approvalOf(at).signatures).toMatchObject([{ kind: 'openpgp', fingerprint: keys.ola }]);
      expect(await at.ok('audit', run)).toMatch(/approvals agree/);

      // Forged: the same words, another's signature under Ola's fingerprint.
      const file = join(at.shop.output, run, 'approval.json');
      copyFileSync(file, path('whole.json'));
      const approval = approvalOf(at);
      const [signed] = approval.signatures;
      const forged = { ...signed, signature: readFileSync(path('eve.asc'), 'utf8') };
      writeFileSync(file, JSON.stringify({ ...approval, signatures: [forged] }));
      expect(await at.no(7, 'audit', run)).toMatch(/the signature of \S+ is not good/);
      copyFileSync(path('whole.json'), file);

      // Eve in Ola's place is another job, and needs another yes.
      writeFileSync(path('job.yaml'), readFileSync(path('job.yaml'), 'utf8').replace('ola.asc', 'eve.asc'));
      expect(await at.no(2, 'run', 'job.yaml', '--new')).toMatch(/is not approved as it is now/);
      expect(await at.no(2, 'approve', 'job.yaml', '--signature', 'ola.sig.asc')).toMatch(
        /of none of the job/,
      );
    } finally {
      gpg.remove();
    }
  },
  600_000,
);
