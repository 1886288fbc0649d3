// What a person meets when something is wrong: keys, damage, decisions, signals, two callers at once.
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { generateKeyPair, identityText } from '../../src/base/vault.ts';
import type { Behaviour } from '../../src/sandbox/behaviour.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { difference, knownOf, runsIn } from './books.ts';
import { have } from '../support/programs.ts';
import { cardpress, start } from './cli.ts';

const JOB = `
name: mend
account: T00000001
cards: { count: 12, id: "MD-{serial}" }
template: classic
sheet: a4-8up
batch: { size: 6, concurrency: 1, perSecond: 100 }
handoff: { seal: none }
`;

async function openShop(rules: FaultPlan['rules'] = [], behaviour: Partial<Behaviour> = {}) {
  const { sandbox, shop, close } = await openRehearsal({ faults: { rules }, behaviour });
  onTestFinished(close);
  await shop.write('job.yaml', JOB);
  const env = { ...shop.env };
  return {
    shop,
    sandbox,
    env,
    call: (...args: string[]) => cardpress(args, { cwd: shop.dir, env }),
    balance: async () => {
      await sandbox.settle();
      const known = knownOf(sandbox.books().accounts.T00000001?.cards);
      return difference(shop, runsIn(shop.output)[0] ?? '', known);
    },
  };
}

const lost: FaultPlan['rules'] = [{ operation: 'batch', nth: 1, fault: 'drop-after-commit' }];

describe('reissue', () => {
  test('keeps the ids and gets new codes, each sealed', async () => {
    const { shop, balance, sandbox } = await openShop(lost);
    await shop.run(`${JOB}recovery: reissue\n`);
    expect(await balance()).toEqual([]);
    const cards = sandbox.books().accounts.T00000001?.cards ?? [];
    expect(cards.map(({ card_id: id }) => id)).toHaveLength(12);
    expect(cards.filter(({ tokens }) => tokens.length === 2)).toHaveLength(6);
    expect(sandbox.books().operations.delete.calls).toBe(0);
  });

  test('survives lost answers of its own', async () => {
    const { shop, balance } = await openShop([
      ...lost,
      { operation: 'tokens', every: 3, fault: 'drop-after-commit' },
      { operation: 'rotate-pin', every: 4, fault: 'truncate' },
    ]);
    await shop.run(`${JOB}recovery: reissue\n`);
    expect(await balance()).toEqual([]);
  });

  test('replaces the cards for which the platform refuses', async () => {
    const { shop, balance } = await openShop(lost, { reissueInactive: false });
    await shop.run(`${JOB}recovery: reissue\n`);
    expect(await balance()).toEqual([]);
  });
});

test('hold, then resolve: a person decides for one batch', async () => {
  const { shop, call, balance } = await openShop(lost);
  await shop.write('job.yaml', `${JOB}recovery: hold\n`);
  const held = await call('run', 'job.yaml');
  expect(held.code).toBe(5);
  expect(held.err).toMatch(/batch 1: 6 of 6 cards exist at the platform, and connection/);
  const [run = ''] = runsIn(shop.output);
  expect(held.err).toContain(`cardpress resolve ${run} --batch 1 --as replace`);
  expect((await call('resolve', run, '--batch', '2', '--as', 'replace')).code).toBe(2);
  expect(await call('resolve', run, '--batch', '1', '--as', 'replace')).toMatchObject({ code: 0, err: '' });
  // Who decided, and what, is found by whoever audits the run.
  const decided = JSON.parse(shop.read(`${run}/batches/0001.1.resolved.json`)) as { by: string };
  expect(decided).toMatchObject({ as: 'replace', by: expect.stringMatching(/^\S+@\S+ age1/) as string });
  expect(shop.read(`${run}/events.jsonl`)).toContain(
    `"by":${JSON.stringify(decided.by)},"event":"batch.resolved","batch":1,"as":"replace"`,
  );
  expect(await call('run', 'job.yaml')).toMatchObject({ code: 0 });
  expect(await call('audit', run)).toMatchObject({ code: 0 });
  expect(await balance()).toEqual([]);
});

describe('keys', () => {
  test('another key than the run was begun with: exit 7, and the right one goes on', async () => {
    const { shop, call, env } = await openShop([
      { operation: 'batch', nth: 1, fault: 'status', status: 403 },
    ]);
    expect((await call('run', 'job.yaml')).code).toBe(3);
    const other = join(shop.dir, 'keys/other.txt');
    expect(
      await cardpress(['keygen'], { cwd: shop.dir, env: { ...env, CARDPRESS_KEY: other } }),
    ).toMatchObject({ code: 0 });
    const wrong = await cardpress(['run', 'job.yaml'], {
      cwd: shop.dir,
      env: { ...env, CARDPRESS_KEY: other },
    });
    expect(wrong.code).toBe(7);
    expect(wrong.err).toMatch(/key\.age does not open: it was sealed to another key/);
    expect(await call('run', 'job.yaml')).toMatchObject({ code: 0 });
  });

  test('a backup key opens the runs that were made after keygen --backup, and so does a vault recipient', async () => {
    const { shop, call, env } = await openShop([
      { operation: 'batch', nth: [1, 3], fault: 'status', status: 403 },
    ]);
    const [backup, recipient] = [await generateKeyPair(), await generateKeyPair()];
    const own = join(shop.dir, 'keys/with-backup.txt');
    env.CARDPRESS_KEY = own;
    expect(await call('keygen', '--backup', backup.recipient)).toMatchObject({ code: 0, err: '' });
    await shop.write('job.yaml', `${JOB}vault: { recipients: [${recipient.recipient}] }\n`);
    expect((await call('run', 'job.yaml')).code).toBe(3);
    for (const key of [backup, recipient]) {
      const path = join(shop.dir, `keys/${key === backup ? 'backup' : 'recipient'}.txt`);
      writeFileSync(path, identityText(key), { mode: 0o600 });
      env.CARDPRESS_KEY = path;
      expect([0, 3]).toContain((await call('run', 'job.yaml')).code);
    }
    expect((await call('run', 'job.yaml')).out).toMatch(/nothing to do/);
  });

  test('rekey: the old key opens nothing more, the new one everything', async () => {
    const { shop, call, env } = await openShop([
      { operation: 'batch', nth: 1, fault: 'status', status: 403 },
    ]);
    expect((await call('run', 'job.yaml')).code).toBe(3);
    const next = join(shop.dir, 'keys/next.txt');
    expect(
      await cardpress(['keygen'], { cwd: shop.dir, env: { ...env, CARDPRESS_KEY: next } }),
    ).toMatchObject({ code: 0 });
    const [run = ''] = runsIn(shop.output);
    const proof = join(shop.output, run, 'proof.age');
    const sealedToOld = readFileSync(proof);
    expect(await call('rekey', next)).toMatchObject({ code: 0, err: '' });
    const refused = await call('run', 'job.yaml');
    expect(refused).toMatchObject({ code: 7 });
    expect(refused.err).toMatch(/sealed to another key[^]*the key at hand is age1[^]*CARDPRESS_KEY/);
    // Interrupted after the first of the two files, it is finished by the next.
    writeFileSync(proof, sealedToOld);
    expect(await call('rekey', next)).toMatchObject({ code: 0, err: '' });
    env.CARDPRESS_KEY = next;
    expect(await call('run', 'job.yaml')).toMatchObject({ code: 0 });
  });
});

describe('damage', () => {
  test('a changed byte in a sealed answer: exit 7, the file named', async () => {
    const { shop, call } = await openShop([{ operation: 'batch', nth: 2, fault: 'status', status: 403 }]);
    expect((await call('run', 'job.yaml')).code).toBe(3);
    const [run = ''] = runsIn(shop.output);
    const path = join(shop.output, run, 'batches/0001.1.age');
    const bytes = readFileSync(path);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(path, bytes);
    const { code, err } = await call('run', 'job.yaml');
    expect(code).toBe(7);
    expect(err).toMatch(/batches\/0001\.1\.age does not open: it is damaged/);
  });

  test('an input of the run that was changed: exit 7; a template of the job that was: exit 2, named', async () => {
    const { shop, call } = await openShop([{ operation: 'batch', nth: 1, fault: 'status', status: 403 }]);
    expect((await call('run', 'job.yaml')).code).toBe(3);
    const [run = ''] = runsIn(shop.output);
    await shop.write('job.yaml', JOB.replace('count: 12', 'count: 13').replace('a4-8up', 'sra3-21up'));
    const changed = await call('run', 'job.yaml');
    expect(changed.code).toBe(2);
    expect(changed.err).toMatch(
      /no longer says what run mend-\S+ was planned with: sheet, cards\.count, sheet \(sra3-21up\)/,
    );
    await shop.write('job.yaml', JOB);
    await shop.write(`output/${run}/inputs/template.yaml`, 'name: other\n');
    expect((await call('run', 'job.yaml')).code).toBe(7);
  });

  test('a job that turns to another platform: exit 2', async () => {
    const { shop, call, env } = await openShop([
      { operation: 'batch', nth: 1, fault: 'status', status: 403 },
    ]);
    expect((await call('run', 'job.yaml')).code).toBe(3);
    const live = await cardpress(['run', 'job.yaml'], {
      cwd: shop.dir,
      env: { ...env, CARDPRESS_API_URL: 'https://127.0.0.1:1/v1' },
    });
    expect(live.code).toBe(2);
    expect(live.err).toMatch(/was begun against http:\/\/127\.0\.0\.1/);
  });

  // Root may write anywhere, unless its capabilities are taken away.
  const isRoot = process.getuid?.() === 0;
  const through = isRoot ? ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all'] : [];
  test.skipIf(isRoot && !have('setpriv'))(
    'a folder that may not be written: exit 4, and the run goes on after',
    async () => {
      const { shop, env, call } = await openShop([
        { operation: 'batch', nth: 1, fault: 'status', status: 403 },
      ]);
      expect((await call('run', 'job.yaml')).code).toBe(3);
      const [run = ''] = runsIn(shop.output);
      chmodSync(join(shop.output, run, 'batches'), 0o500);
      const refused = await cardpress(['run', 'job.yaml'], { cwd: shop.dir, env, through });
      expect(refused.code).toBe(4);
      expect(refused.err).toMatch(/may not write .*batches.*\n\(look at its owner and mode, and run again\)/);
      chmodSync(join(shop.output, run, 'batches'), 0o700);
      expect(await call('run', 'job.yaml')).toMatchObject({ code: 0 });
    },
  );
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s lets the answer on its way arrive and be sealed, then stops with %i',
    async (signal, code) => {
      const { shop, env, sandbox, call, balance } = await openShop([
        { operation: 'batch', nth: 1, fault: 'delay', delay: 1500 },
      ]);
      const running = start(['run', 'job.yaml'], { cwd: shop.dir, env });
      const asked = () =>
        runsIn(shop.output).some((run) => existsSync(join(shop.output, run, 'batches/0001.1.asked.json')));
      while (!asked()) await new Promise((resolve) => setTimeout(resolve, 20));
      running.child.kill(signal);
      const ended = await running.ended;
      expect(ended).toMatchObject({ code });
      expect(ended.err).toMatch(/run the job again to go on/);
      const [run = ''] = runsIn(shop.output);
      expect(readdirSync(join(shop.output, run, 'batches'))).toContain('0001.1.age');
      expect(await call('run', 'job.yaml')).toMatchObject({ code: 0 });
      expect(sandbox.books().operations.batch.calls).toBe(2);
      expect(await balance()).toEqual([]);
    },
  );
});

test('two callers at once: one makes the run, the other says who does and exits 0', async () => {
  // Long enough for a loaded machine to start all of them.
  const { shop, env, sandbox } = await openShop([
    { operation: 'batch', nth: 1, fault: 'delay', delay: 5000 },
  ]);
  const calls = [1, 2, 3].map(() => start(['run', 'job.yaml'], { cwd: shop.dir, env }));
  const ended = await Promise.all(calls.map((call) => call.ended));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(ended.filter(({ out }) => out.includes('is complete\n'))).toHaveLength(1);
  expect(ended.filter(({ out }) => /is being made elsewhere: process \d+/.test(out))).toHaveLength(2);
  expect(runsIn(shop.output)).toHaveLength(1);
  expect(sandbox.books().operations.batch.calls).toBe(2);
});

test('the job’s open run is continued on another day', async () => {
  const { shop, call } = await openShop([{ operation: 'batch', nth: 1, fault: 'status', status: 403 }]);
  expect((await call('run', 'job.yaml', '--run', 'mend-2026-01-01')).code).toBe(3);
  expect(await call('run', 'job.yaml')).toMatchObject({ code: 0 });
  expect(runsIn(shop.output)).toEqual(['mend-2026-01-01']);
});
