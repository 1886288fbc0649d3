// cardpress doctor against a real platform, a real SSH server and a real disk; one thing broken at a time.
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import { nodeDisk } from '../../src/base/disk.ts';
import { Failure } from '../../src/base/failure.ts';
import { generateKeyPair } from '../../src/base/vault.ts';
import { approveCommand } from '../../src/cli/approve-command.ts';
import { doctorCommand } from '../../src/cli/doctor-command.ts';
import { writeKey } from '../../src/cli/keygen-command.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { have } from '../support/programs.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { startSshd } from '../support/sshd.ts';

const { sandbox, shop, close } = await openRehearsal();
beforeEach(() => {
  mkdirSync(join(shop.dir, 'outbox'), { recursive: true });
});
afterAll(close);

const JOB = `
name: spring
account: T12345678
cards: { count: 5, id: "S-{serial}" }
template: classic
sheet: a4-8up
handoff: { seal: none }
`;
const FOLDER = `${JOB}deliver: [{ folder: ./outbox }]\n`;

async function doctor(job: string, env: Record<string, string> = {}, platform = sandbox.origin) {
  writeFileSync(join(shop.dir, 'job.yaml'), job);
  let out = '';
  const print = (text: string) => (out += text);
  const code = await doctorCommand(
    join(shop.dir, 'job.yaml'),
    { output: shop.output },
    shop.call(print, 0, { CARDPRESS_API_URL: platform, ...env }),
  ).then(
    () => 0,
    (error: unknown) => (error as Failure).exitCode,
  );
  const rows = [...out.matchAll(/^ {2}(ok|FAIL|-) +(\w[\w ]*?) {2,}(.+)$/gm)].map(
    ([, state = '', what = '', says = '']) => ({ state, what, says }),
  );
  return { code, out, rows, bad: rows.filter(({ state }) => state === 'FAIL').map(({ what }) => what) };
}

test('a shop that is ready passes every check, and nothing is made', async () => {
  const { code, rows, out } = await doctor(FOLDER);
  expect(rows.map(({ state, what }) => `${state} ${what}`)).toEqual([
    'ok job',
    'ok files',
    'ok key',
    'ok credentials',
    'ok clock',
    'ok output',
    'ok disk',
    'ok target',
  ]);
  expect(code).toBe(0);
  expect(sandbox.books().accounts.T12345678?.cards ?? []).toEqual([]);
  expect(readdirSync(shop.output)).toEqual([]);
  expect(readdirSync(join(shop.dir, 'outbox'))).toEqual([]);
  expect(out).not.toContain('AGE-SECRET');
});

test.each([
  ['credentials', 'gives no access', FOLDER, { DINTERO_CLIENT_SECRET: 'not-it' }],
  ['credentials', 'is not set', FOLDER, { DINTERO_CLIENT_ID: '' }],
  ['key', 'no key to seal', FOLDER, { CARDPRESS_KEY: '/nowhere/key.txt' }],
  ['files', 'there is no such file', FOLDER.replace('classic', 'missing'), {}],
  ['job', 'account', FOLDER.replace('T12345678', 'X1'), {}],
] as const)('%s: %s', async (what, says, job, env) => {
  const { code, bad, out } = await doctor(job, env);
  expect(bad).toEqual([what]);
  expect(out).toContain(says);
  expect(out).not.toContain('not-it');
  expect(code).toBe(2);
});

test('a platform that is not there', async () => {
  const { bad, code } = await doctor(FOLDER, {}, 'http://127.0.0.1:1/v1');
  expect({ bad, code }).toEqual({ bad: ['credentials'], code: 2 });
});

test('a clock that is off', async () => {
  const slow = await startSandbox({ clock: () => Date.now() - 3_600_000 });
  try {
    const { bad, out } = await doctor(FOLDER, {}, slow.origin);
    expect(bad).toEqual(['clock']);
    expect(out).toMatch(/3(599|6\d\d) s before the platform’s/);
  } finally {
    await slow.close();
  }
});

test('a target that is gone', async () => {
  rmSync(join(shop.dir, 'outbox'), { recursive: true });
  const { bad } = await doctor(FOLDER);
  expect(bad).toEqual(['files', 'target']);
});

test('a run too large for the disk is seen by its estimate', async () => {
  const { bad, out } = await doctor(FOLDER.replace('count: 5,', 'count: 10000000, '));
  // Ten million cards take a few hundred gigabytes: a machine that has them free may be told so.
  expect(out).toMatch(/a run takes about [\d.]+ [GT]B/);
  expect([[], ['disk']]).toContainEqual(bad);
});

test('the estimate is about what a run takes', async () => {
  const { out } = await doctor(JOB.replace('count: 5', 'count: 64'));
  const [, number = '', unit = ''] = /about ([\d.]+) (kB|MB)/.exec(out) ?? [];
  const estimate = Number(number) * (unit === 'MB' ? 1e6 : 1e3);
  await shop.run(JOB.replace('count: 5', 'count: 64'), { run: 'estimated' });
  const files = readdirSync(join(shop.output, 'estimated'), { recursive: true, withFileTypes: true });
  const taken = files
    .filter((file) => file.isFile())
    .reduce((sum, file) => sum + readFileSync(join(file.parentPath, file.name)).length, 0);
  expect(estimate / taken).toBeGreaterThan(0.8);
  expect(estimate / taken).toBeLessThan(2);
});

test('a P account’s job, or one with approvers, is approved as it is now', async () => {
  const { recipient } = await generateKeyPair();
  const job = FOLDER.replace('T12345678', 'P12345678').replace('seal: none', `seal: [${recipient}]`);
  const { bad, out } = await doctor(job);
  expect(bad).toEqual(['approval']);
  expect(out).toMatch(/FAIL +approval +\S+job\.yaml is not approved as it is now/);
  await approveCommand(join(shop.dir, 'job.yaml'), { yes: true, output: shop.output }, shop.call());
  expect((await doctor(job)).out).toMatch(/ok +approval +as it is now, on \d{4}-\d\d-\d\d by \S+@\S+/);
  expect((await doctor(job.replace('count: 5', 'count: 6'))).bad).toEqual(['approval']);

  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const body = Buffer.concat([Buffer.from('Ed'), Buffer.alloc(8, 1), raw]).toString('base64');
  await shop.write('keys/kari.pub', `untrusted comment: key\n${body}\n`);
  // A T account with approvers runs without; its doctor says that nobody has said yes.
  const named = await doctor(`${FOLDER}approvers: [keys/kari.pub]\n`);
  expect(named.bad).toEqual(['approval']);
});

test('an open run whose key is another', async () => {
  const rules = [{ operation: 'batch', fault: 'status', status: 403 } as const];
  const refusing = await startSandbox({ faults: { rules } });
  try {
    await expect(
      shop.run(JOB.replace('spring', 'open'), { env: { CARDPRESS_API_URL: refusing.origin } }),
    ).rejects.toThrow();
  } finally {
    await refusing.close();
  }
  const other = join(shop.dir, 'keys/other.txt');
  await writeKey(nodeDisk, other);
  expect((await doctor(JOB.replace('spring', 'open'))).bad).toEqual([]);
  const { bad, code } = await doctor(JOB.replace('spring', 'open'), { CARDPRESS_KEY: other });
  expect({ bad, code }).toEqual({ bad: ['open run'], code: 2 });
  chmodSync(other, 0o644);
  expect((await doctor(JOB, { CARDPRESS_KEY: other })).bad).toEqual(['key']);
});

test.skipIf(!have('/usr/sbin/sshd', 'ssh-keygen'))(
  'an SFTP server: login, a write and a rename',
  async () => {
    const sshd = await startSshd();
    try {
      writeFileSync(join(shop.dir, 'keys/sftp'), readFileSync(sshd.key), { mode: 0o600 });
      const job = (path: string, fingerprint: string) =>
        `${JOB}deliver: [{ sftp: { host: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, key: keys/sftp, fingerprint: "${fingerprint}", path: ${path} } }]\n`;
      expect(await doctor(job(sshd.inbox, sshd.fingerprint))).toMatchObject({ bad: [], code: 0 });
      expect(readdirSync(sshd.inbox)).toEqual([]);
      expect((await doctor(job(`${sshd.inbox}/none`, sshd.fingerprint))).bad).toEqual(['target']);
      const wrong = await doctor(job(sshd.inbox, `SHA256:${'A'.repeat(43)}`));
      expect(wrong.bad).toEqual(['target']);
      expect(wrong.out).toContain('host key');
    } finally {
      await sshd.close();
    }
  },
);
