// Where the secrets of a run are to be found: sealed, and in the print files of an unsealed T handoff. A run
// with known codes is made, and everything that it left is searched for them, in every plain form.
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { cardpress } from './cli.ts';
import { type Place, filesBelow, placesBelow, sayers } from '../support/forms.ts';

const JOB = `
name: canary
account: T00000001
cards:
  count: 30
  id: "CN-{serial}"
  token: { length: 14, prefix: "CANARY", numbers: true }
  pin: { length: 8, prefix: "Y", numbers: true }
template: classic
sheet: a4-8up
batch: { size: 10, concurrency: 2, perSecond: 100 }
handoff: { seal: none }
`;

async function makeRun(rules: FaultPlan['rules'], job = JOB, args: readonly string[] = []) {
  const clientSecret = 'sandbox-secret-canary';
  const { sandbox, shop, close } = await openRehearsal({ faults: { rules }, clientSecret });
  onTestFinished(close);
  await shop.write('job.yaml', job);
  const env = { ...shop.env, DINTERO_CLIENT_SECRET: clientSecret, TMPDIR: join(shop.dir, 'tmp') };
  await shop.write('tmp/.keep', '');
  const ended = await cardpress([...args, 'run', 'job.yaml'], { cwd: shop.dir, env });
  await sandbox.settle();
  const cards = Object.values(sandbox.books().accounts).flatMap(({ cards: all }) => all);
  const secrets = [
    ...cards.flatMap(({ tokens, pins }) => [...tokens, ...pins].map(({ value }) => value)),
    clientSecret,
  ];
  const key = /AGE-SECRET-KEY-\w+/.exec(shop.readFile('keys/key.txt'))?.[0] ?? '';
  const places: Place[] = [
    ['stdout', Buffer.from(ended.out)],
    ['stderr', Buffer.from(ended.err)],
    ...placesBelow(shop.dir, (path) => !path.endsWith('keys/key.txt') && !path.includes('/handoff/print/')),
  ];
  const faults = Object.values(sandbox.books().operations).reduce((sum, { faults: some }) => sum + some, 0);
  return { shop, ended, found: sayers([...secrets, key], places), secrets, searched: places.length, faults };
}

describe('nothing of a run gives a secret away', () => {
  test('a good run', async () => {
    const { ended, found, secrets, searched } = await makeRun([]);
    expect(ended).toMatchObject({ code: 0 });
    expect(secrets.length).toBe(61);
    expect(searched).toBeGreaterThan(40);
    expect(found).toEqual([]);
  });

  test('a good run that prints events as JSON', async () => {
    const { ended, found } = await makeRun([], JOB, ['--json']);
    expect(ended).toMatchObject({ code: 0 });
    expect(
      ended.out
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { event: string }).event),
    ).toContain('run.complete');
    expect(found).toEqual([]);
  });

  test.each([
    ['a repeated token', [{ operation: 'batch', fault: 'repeat-token' }]],
    ['cut off answers', [{ operation: 'batch', fault: 'truncate' }]],
    ['HTML in place of JSON', [{ operation: 'batch', fault: 'html' }]],
    ['a refusal', [{ operation: 'batch', nth: 2, fault: 'status', status: 403 }]],
    [
      'refused deletions',
      [
        { operation: 'batch', nth: 1, fault: 'drop-after-commit' },
        { operation: 'delete', fault: 'delete-refused' },
      ],
    ],
  ] satisfies readonly (readonly [string, FaultPlan['rules']])[])('a run with %s', async (_, rules) => {
    const { ended, found, secrets, faults } = await makeRun(rules);
    expect(faults).toBeGreaterThan(0);
    expect([0, 3, 4, 5]).toContain(ended.code);
    expect(secrets.length).toBeGreaterThan(1);
    expect(found).toEqual([]);
  });

  test('codes that are not as asked for', async () => {
    const { ended, found } = await makeRun([{ operation: 'batch', fault: 'missing-pin' }], JOB);
    expect([0, 4, 5]).toContain(ended.code);
    expect(found).toEqual([]);
  });
});

test('the search finds what is there: every code in the print files, whose bytes do not say it', async () => {
  const { shop, secrets } = await makeRun([]);
  const { dir, output } = shop;
  const volumes = filesBelow(output).filter((path) => /handoff\/print\/.*\.pdf$/.test(path));
  const places = placesBelow(dir, (path) => volumes.includes(path));
  const codes = secrets.filter((secret) => !secret.startsWith('sandbox-'));
  expect(codes).toHaveLength(60);
  for (const code of codes) {
    const [first, ...more] = sayers([code], places);
    expect(first).toMatch(/^pages of .*\.pdf$/);
    expect(more).toEqual([]);
  }
});
