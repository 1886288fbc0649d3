// A handoff brought to folders and to a real OpenSSH server, with everything on the way that goes wrong.
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { silent } from '../../src/base/log.ts';
import { RunFolder, names } from '../../src/base/run-folder.ts';
import { deliverCommand } from '../../src/cli/deliver-command.ts';
import { type DeliverTools, deliver, noteReceived } from '../../src/deliver/deliver.ts';
import { readDeliveries } from '../../src/deliver/receipt.ts';
import { sessions } from '../../src/deliver/session.ts';
import { type Session, type Target, targetsOf } from '../../src/deliver/target.ts';
import { checkHandoff } from '../../src/pack/check-handoff.ts';
import { readPlan } from '../../src/pipeline/runs.ts';
import type { TargetKeys } from '../../src/plan/handoff.ts';
import type { Job } from '../../src/plan/job.ts';
import { have, call } from '../support/programs.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { type Sshd, startCutter, startSshd } from '../support/sshd.ts';
import { failureOf } from '../support/outcome.ts';

const job = (more = '') => `
name: sent
account: T00000001
cards: { count: 9, overs: 1, id: "SENT-{serial}" }
template: classic
sheet: a4-8up
handoff: { seal: none }
${more}
`;

const { shop, close } = await openRehearsal();
afterAll(close);
await shop.run(job(), { run: 'sent' });
const folder = new RunFolder(nodeDisk, join(shop.output, 'sent'));
const plan = await readPlan(folder);

const NO_ACCESS = { password: undefined, passphrase: undefined };
let made = 0;
const inbox = () => {
  const path = join(shop.dir, `inbox-${(made += 1)}`);
  mkdirSync(path);
  return path;
};
const targetOf = (keys: TargetKeys): Target =>
  targetsOf({ file: join(shop.dir, 'job.yaml'), value: { deliver: [keys] } as unknown as Job })[0]!;

/** The tools, with what was waited for, and a hand on each connection. */
function toolsWith(around: (session: Session) => Session = (session) => session) {
  const waits: number[] = [];
  const tools: DeliverTools = {
    plan,
    folder,
    log: silent,
    now: () => new Date(),
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    openSession: async (target) => around(await sessions(nodeDisk, NO_ACCESS)(target)),
  };
  return { tools, waits };
}

const reached = async ({ name }: Target) => (await readDeliveries(folder)).get(name);
const whole = async (path: string) => (await checkHandoff(nodeDisk, join(path, 'sent_TEST'))).wrong;
const parts = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.part'));

/** Throws as a process that is killed does, at the nth call of one of these. */
function killedAt(method: 'rename' | 'write', nth: number, when: 'before' | 'after') {
  let calls = 0;
  return (session: Session): Session => ({
    ...session,
    [method]: async (...input: never[]) => {
      calls += 1;
      if (calls === nth && when === 'before') throw new Error('killed');
      await (session[method] as (...given: never[]) => Promise<void>)(...input);
      if (calls === nth) throw new Error('killed');
    },
  });
}

describe('a folder', () => {
  test('gets the handoff whole, and not a second time', async () => {
    const path = inbox();
    const target = targetOf({ folder: path, readBack: 'sha256' });
    const { tools } = toolsWith();
    await deliver(target, false, tools);
    expect(await whole(path)).toEqual([]);
    expect(parts(path)).toEqual([]);
    expect(await reached(target)).toEqual({ delivery: 1, reached: 'done' });
    rmSync(join(path, 'sent_TEST'), { recursive: true });
    await deliver(target, false, tools);
    expect(readdirSync(path)).toEqual([]);
    await deliver(target, true, tools);
    expect(await whole(path)).toEqual([]);
    expect(await reached(target)).toEqual({ delivery: 2, reached: 'done' });
    const receipt = JSON.parse(shop.read(`sent/${names.receipt(target.name, 2, 'done')}`)) as Record<
      string,
      unknown
    >;
    expect(receipt).toMatchObject({ again: true, readBack: 'sha256' });
  });

  test('that has a finished folder of this name, and no receipt for it, is left alone but by a person’s word', async () => {
    const path = inbox();
    mkdirSync(join(path, 'sent_TEST'));
    writeFileSync(join(path, 'sent_TEST', '.done'), 'sent\n');
    const target = targetOf({ folder: path, readBack: 'sha256' });
    const { tools } = toolsWith();
    for (let time = 1; time <= 2; time += 1)
      expect(await failureOf(deliver(target, false, tools))).toMatchObject({ kind: 'doubt', exitCode: 5 });
    expect(readdirSync(join(path, 'sent_TEST'))).toEqual(['.done']);
    // As the hint says; whether or not it was tried before.
    await deliver(target, true, tools);
    expect(await whole(path)).toEqual([]);
    expect(await reached(target)).toEqual({ delivery: 1, reached: 'done' });
    const receipt = shop.read(`sent/${names.receipt(target.name, 1, 'done')}`);
    expect(JSON.parse(receipt)).toMatchObject({ again: true });
    const other = inbox();
    mkdirSync(join(other, 'sent_TEST'));
    writeFileSync(join(other, 'sent_TEST', '.done'), 'sent\n');
    await deliver(targetOf({ folder: other, readBack: 'sha256' }), true, tools);
    expect(await whole(other)).toEqual([]);
  });

  test('gets the handoff whole wherever the process is killed, and is never sent a fetched one again', async () => {
    const renames = readdirSync(folder.path + '/handoff', { recursive: true, withFileTypes: true }).filter(
      (one) => one.isFile(),
    ).length;
    for (const when of ['before', 'after'] as const) {
      for (const nth of [1, 3, renames - 1, renames]) {
        const path = inbox();
        const target = targetOf({ folder: path, readBack: 'sha256' });
        const { tools } = toolsWith(killedAt('rename', nth, when));
        await expect(deliver(target, false, tools)).rejects.toThrow('killed');
        const isLast = nth === renames;
        expect(existsSync(join(path, 'sent_TEST/.done'))).toBe(isLast && when === 'after');
        expect((await reached(target))?.reached).toBe(isLast ? 'closing' : 'begun');
        await deliver(target, false, toolsWith().tools);
        expect(await whole(path)).toEqual([]);
        expect(parts(path)).toEqual([]);
      }
    }
    const path = inbox();
    const target = targetOf({ folder: path, readBack: 'sha256' });
    const { tools } = toolsWith(killedAt('rename', renames, 'after'));
    await expect(deliver(target, false, tools)).rejects.toThrow('killed');
    rmSync(join(path, 'sent_TEST'), { recursive: true });
    const fetched = await failureOf(deliver(target, false, toolsWith().tools));
    expect(fetched).toMatchObject({ kind: 'doubt', exitCode: 5 });
    expect(readdirSync(path)).toEqual([]);
    await deliver(target, true, toolsWith().tools);
    expect(await whole(path)).toEqual([]);
  });

  test('that a person says was fetched is done', async () => {
    const target = targetOf({ folder: inbox(), readBack: 'sha256' });
    await noteReceived(target, toolsWith().tools);
    expect(await reached(target)).toBeUndefined();
    const last = /[.]done$/;
    const killed = toolsWith((session) => ({
      ...session,
      rename: (from, to) => (last.test(to) ? Promise.reject(new Error('killed')) : session.rename(from, to)),
    }));
    await expect(deliver(target, false, killed.tools)).rejects.toThrow('killed');
    await noteReceived(target, toolsWith().tools);
    expect(await reached(target)).toEqual({ delivery: 1, reached: 'done' });
  });

  test('that damages what it is given does not get the name', async () => {
    const path = inbox();
    const { tools, waits } = toolsWith((session) => ({
      ...session,
      async write(to, from, pieces) {
        await session.write(to, from, pieces);
        if (to.includes('manifest.csv')) writeFileSync(join(path, to), 'other');
      },
    }));
    const failure = await failureOf(deliver(targetOf({ folder: path, readBack: 'sha256' }), false, tools));
    expect(failure).toMatchObject({ kind: 'unavailable', exitCode: 4 });
    expect(failure.message).toContain('manifest.csv');
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000]);
    expect(existsSync(join(path, 'sent_TEST/manifest.csv'))).toBe(false);
    expect(existsSync(join(path, 'sent_TEST/.done'))).toBe(false);
  });

  test('is sent nothing that is not what was packed', async () => {
    const path = inbox();
    const readme = join(folder.path, 'handoff/README.txt');
    const before = readFileSync(readme);
    writeFileSync(readme, before.toString().replace('10', '11'));
    const failure = await failureOf(
      deliver(targetOf({ folder: path, readBack: 'sha256' }), false, toolsWith().tools),
    );
    writeFileSync(readme, before);
    expect(failure).toMatchObject({ kind: 'mismatch', exitCode: 7 });
  });
});

test('a run is complete when every target has it, and a target that is named later gets nothing by itself', async () => {
  const [first, second] = [inbox(), inbox()];
  const to = (...paths: string[]) =>
    job(`deliver: [${paths.map((path) => `{ folder: ${path} }`).join(', ')}]`).replace(
      'name: sent',
      'name: done',
    );
  chmodSync(first, 0o700);
  await shop.run(to(first), { run: 'done-1' });
  expect(existsSync(join(first, 'done-1_TEST/.done'))).toBe(true);
  expect(existsSync(join(shop.output, 'done-1/receipts/complete.json'))).toBe(true);
  expect(await shop.run(to(first, second), { run: 'done-1' })).toContain('nothing to do');
  expect(readdirSync(second)).toEqual([]);
  const said: string[] = [];
  const terminal = { out: (text: string) => void said.push(text), err: () => undefined, bars: undefined };
  const around = { terminal, env: {}, log: silent, stopping: new AbortController().signal };
  await deliverCommand('done-1', { output: shop.output }, around);
  expect(existsSync(join(second, 'done-1_TEST/.done'))).toBe(true);
  expect(said).toHaveLength(2);
});

describe.skipIf(!have('/usr/sbin/sshd', 'ssh-keygen'))('SFTP', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.close());

  const sftpTo = (server: Sshd, more: Partial<Extract<TargetKeys, { sftp: unknown }>['sftp']> = {}) =>
    targetOf({
      sftp: {
        host: '127.0.0.1',
        port: server.port,
        user: server.user,
        key: server.key,
        fingerprint: server.fingerprint,
        path: server.inbox,
        readBack: 'sha256',
        ...more,
      },
    });
  // The key is named by its whole path here.
  const absolute = (target: Target, server: Sshd): Target => ({ ...target, keyPath: server.key }) as Target;
  const fresh = (server: Sshd, name: string, more = {}) => {
    mkdirSync(join(server.inbox, name));
    return absolute(sftpTo(server, { path: join(server.inbox, name), ...more }), server);
  };

  test('gets the handoff whole', async () => {
    const target = fresh(sshd, 'plain');
    await deliver(target, false, toolsWith().tools);
    const path = join(sshd.inbox, 'plain');
    expect(await whole(path)).toEqual([]);
    expect(parts(path)).toEqual([]);
    call('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: join(path, 'sent_TEST') });
  });

  test('a host key that is not the pinned one is refused, and nothing is sent', async () => {
    const other = `SHA256:${'A'.repeat(43)}`;
    const target = fresh(sshd, 'changed', { fingerprint: other });
    const failure = await failureOf(deliver(target, false, toolsWith().tools));
    expect(failure).toMatchObject({ kind: 'mismatch', exitCode: 7 });
    expect(failure.message).toContain(sshd.fingerprint);
    expect(readdirSync(join(sshd.inbox, 'changed'))).toEqual([]);
  });

  test('a key that is not let in is the operator’s mistake, and a server that is not there is waited for', async () => {
    call('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(shop.dir, 'stranger')]);
    const stranger = { ...fresh(sshd, 'stranger'), keyPath: join(shop.dir, 'stranger') } as Target;
    expect(await failureOf(deliver(stranger, false, toolsWith().tools))).toMatchObject({ kind: 'input' });
    const { tools, waits } = toolsWith();
    const nobody = absolute(sftpTo(sshd, { port: 1 }), sshd);
    expect(await failureOf(deliver(nobody, false, tools))).toMatchObject({ kind: 'unavailable' });
    expect(waits).toHaveLength(5);
  });

  test('a connection that is cut in mid-upload goes on near where it broke', async () => {
    const cutter = await startCutter(sshd.port);
    try {
      const big = randomBytes(24 * 1024 * 1024);
      const large = new RunFolder(nodeDisk, join(shop.dir, 'large'));
      await large.make();
      await large.write('handoff/print/big.pdf', big);
      const sum = createHash('sha256').update(big).digest('hex');
      await large.write('handoff/SHA256SUMS', `${sum}  print/big.pdf\n`);
      await large.write('handoff/.done', 'sent\n');
      const starts: number[] = [];
      const { tools, waits } = toolsWith((session) => ({
        ...session,
        write: (path, from, pieces) => {
          if (path.includes('big')) starts.push(from);
          return session.write(path, from, pieces);
        },
      }));
      const direct = fresh(sshd, 'cut');
      const target = { ...direct, sftp: { ...sftpKeysOf(direct), port: cutter.port } } as Target;
      cutter.cutAfter(16 * 1024 * 1024);
      await deliver(target, false, { ...tools, folder: large });
      expect([cutter.cuts(), waits.length, starts.length]).toEqual([1, 1, 2]);
      expect(starts[1]).toBeGreaterThan(8 * 1024 * 1024);
      expect(await whole(join(sshd.inbox, 'cut'))).toEqual([]);
    } finally {
      cutter.close();
    }
  });

  test('a server without posix-rename and fsync, and a box for writing alone', async () => {
    const bare = await startSshd(['-P', 'posix-rename,fsync']);
    try {
      const target = fresh(bare, 'bare');
      await deliver(target, false, toolsWith().tools);
      expect(await whole(join(bare.inbox, 'bare'))).toEqual([]);
      await deliver(target, true, toolsWith().tools);
      expect(await whole(join(bare.inbox, 'bare'))).toEqual([]);
    } finally {
      await bare.close();
    }
    const blind = await startSshd(['-P', 'read,opendir,readdir,stat,lstat,fstat']);
    try {
      const target = fresh(blind, 'blind', { readBack: 'none' });
      await deliver(target, false, toolsWith().tools);
      expect(await whole(join(blind.inbox, 'blind'))).toEqual([]);
      // What cannot be looked at cannot be told apart: cut off while closing, a person decides.
      const other = fresh(blind, 'blind-2', { readBack: 'none' });
      const count = readdirSync(join(blind.inbox, 'blind'), { recursive: true, withFileTypes: true });
      const files = count.filter((one) => one.isFile()).length;
      const { tools } = toolsWith(killedAt('rename', files, 'before'));
      await expect(deliver(other, false, tools)).rejects.toThrow('killed');
      expect(await failureOf(deliver(other, false, toolsWith().tools))).toMatchObject({ exitCode: 5 });
    } finally {
      await blind.close();
    }
  });

  test.skipIf(!existsSync('/dev/full'))(
    'a disk that is full is waited for, and left without a finished folder',
    async () => {
      const target = fresh(sshd, 'full');
      const path = join(sshd.inbox, 'full');
      mkdirSync(join(path, 'sent_TEST'));
      // Every write to it fails as on a full disk.
      call('ln', ['-s', '/dev/full', join(path, 'sent_TEST/.manifest.csv.part')]);
      const { tools, waits } = toolsWith();
      const failure = await failureOf(deliver(target, false, tools));
      expect(failure).toMatchObject({ kind: 'unavailable', exitCode: 4 });
      expect(waits).toHaveLength(5);
      expect(existsSync(join(path, 'sent_TEST/.done'))).toBe(false);
      rmSync(join(path, 'sent_TEST/.manifest.csv.part'));
      await deliver(target, false, toolsWith().tools);
      expect(await whole(path)).toEqual([]);
    },
  );

  test('a job delivers there by itself', async () => {
    mkdirSync(join(sshd.inbox, 'job'));
    call('cp', [sshd.key, join(shop.dir, 'id')]);
    chmodSync(join(shop.dir, 'id'), 0o600);
    const where = `host: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, path: ${join(sshd.inbox, 'job')}`;
    await shop.run(
      job(`deliver: [{ sftp: { ${where}, key: id, fingerprint: "${sshd.fingerprint}" } }]`).replace(
        'name: sent',
        'name: by',
      ),
      { run: 'by-1' },
    );
    expect((await checkHandoff(nodeDisk, join(sshd.inbox, 'job/by-1_TEST'))).wrong).toEqual([]);
  });
});

function sftpKeysOf(target: Target) {
  if (target.kind !== 'sftp') throw new Error('not SFTP');
  return target.sftp;
}
