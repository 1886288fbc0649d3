// The systemd units that are shipped: good by systemd's own judgement, and what they start does its work.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { Failure } from '../../src/base/failure.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { start } from '../program/cli.ts';
import { filesBelow } from '../support/forms.ts';
import { have, tryCall } from '../support/programs.ts';
import { type Rehearsal, openRehearsal } from '../support/rehearsal.ts';

const DEPLOY = new URL('../../templates/deploy/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, DEPLOY), 'utf8');
const SERVICE = read('cardpress@.service');
const settings = (unit: string, key: string) =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);

const KINDS = ['input', 'refused', 'unavailable', 'doubt', 'unreadable', 'mismatch', 'bug'] as const;
const LASTING = KINDS.filter((kind) => kind !== 'unavailable').map((kind) => new Failure(kind, '').exitCode);

describe.skipIf(!have('systemd-analyze'))('by systemd’s judgement', () => {
  const dir = mkdtempSync(join(tmpdir(), 'units-'));
  const unit = join(dir, 'cardpress@.service');
  beforeAll(() => {
    // Verifying looks for the program, which this machine has elsewhere.
    writeFileSync(unit, SERVICE.replace('/usr/local/bin/cardpress', '/bin/true'));
    writeFileSync(join(dir, 'cardpress@.timer'), read('cardpress@.timer'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test.each(['cardpress@spring.service', 'cardpress@spring.timer'])('%s is right', (name) => {
    const { status, stderr, stdout } = tryCall('systemd-analyze', ['verify', '--man=no', join(dir, name)]);
    const words = `${stdout.toString()}${stderr.toString()}`;
    // What it says of other units on this machine is not ours.
    expect(words.split('\n').filter((line) => line.includes('cardpress'))).toEqual([]);
    expect(status, words).toBe(0);
  });

  test('the service is exposed to little', () => {
    const args = ['security', '--offline=yes', '--no-pager', '--threshold=20', unit];
    const { status, stdout, stderr } = tryCall('systemd-analyze', args);
    expect(status, `${stdout.toString()}${stderr.toString()}`).toBe(0);
  });

  test('the timer falls on Mondays at two in Oslo, in summer as in winter', () => {
    const [calendar = ''] = settings(read('cardpress@.timer'), 'OnCalendar');
    const { stdout } = tryCall(
      'systemd-analyze',
      ['calendar', '--iterations=3', '--base-time=2026-10-18 12:00:00 UTC', calendar],
      { env: { TZ: 'UTC' } },
    );
    expect(
      [...stdout.toString().matchAll(/(?:Next elapse|Iter.*?): (.* UTC)/g)].map(([, time]) => time),
    ).toEqual(['Mon 2026-10-19 00:00:00 UTC', 'Mon 2026-10-26 01:00:00 UTC', 'Mon 2026-11-02 01:00:00 UTC']);
  });
});

test('what a person has to see to is not tried again, in either unit', () => {
  expect(settings(SERVICE, 'RestartPreventExitStatus')).toEqual([LASTING.join(' ')]);
  expect(settings(SERVICE, 'Restart')).toEqual(['on-failure']);
  const [, cronjob] = parseAllDocuments(read('cronjob.yaml')).map((document) => document.toJS() as Json);
  const rules = at(cronjob, 'spec', 'jobTemplate', 'spec', 'podFailurePolicy', 'rules', 0);
  expect(at(rules, 'onExitCodes', 'values')).toEqual(LASTING);
});

type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | boolean | null | undefined;
const at = (node: Json, ...path: readonly (string | number)[]): Json =>
  path.reduce<Json>((inner, key) => (inner as Record<string | number, Json>)[key], node);

test('the CronJob forbids a second at once, runs as nobody, and takes its secrets as files', () => {
  const documents = parseAllDocuments(read('cronjob.yaml'));
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  const [claim, cronjob] = documents.map((document) => document.toJS() as Json);
  expect(at(cronjob, 'spec', 'concurrencyPolicy')).toBe('Forbid');
  const pod = at(cronjob, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
  expect(at(pod, 'securityContext', 'runAsNonRoot')).toBe(true);
  const volumes = at(pod, 'volumes') as readonly {
    name: string;
    persistentVolumeClaim?: { claimName: string };
  }[];
  expect(volumes.find(({ name }) => name === 'output')?.persistentVolumeClaim?.claimName).toBe(
    at(claim, 'metadata', 'name'),
  );
  for (const container of [at(pod, 'containers', 0), at(pod, 'initContainers', 0)]) {
    expect(at(container, 'securityContext', 'readOnlyRootFilesystem')).toBe(true);
    const mounts = at(container, 'volumeMounts') as readonly { name: string; mountPath: string }[];
    for (const { name } of mounts) expect(volumes.map((volume) => volume.name)).toContain(name);
  }
  const mounts = at(pod, 'containers', 0, 'volumeMounts') as readonly { mountPath: string }[];
  const env = at(pod, 'containers', 0, 'env') as readonly { name: string; value: string }[];
  const secretPaths = env.filter(({ name }) => name.startsWith('DINTERO'));
  expect(secretPaths.every(({ name }) => name.endsWith('_FILE'))).toBe(true);
  for (const { value } of env)
    expect(
      mounts.some(({ mountPath }) => value.startsWith(`${mountPath}/`)),
      value,
    ).toBe(true);
});

describe('what the service starts', () => {
  let sandbox: Sandbox;
  let shop: Rehearsal;
  beforeAll(async () => {
    const opened = await openRehearsal({ clientSecret: 'a secret of the platform' });
    ({ sandbox, shop } = opened);
    for (const folder of ['etc/secrets', 'credentials', 'var'])
      mkdirSync(join(shop.dir, folder), { recursive: true });
    writeFileSync(join(shop.dir, 'etc/key.txt'), shop.readFile('keys/key.txt'), { mode: 0o600 });
    writeFileSync(join(shop.dir, 'etc/secrets/client-id'), 'sandbox\n');
    writeFileSync(join(shop.dir, 'etc/secrets/client-secret'), 'a secret of the platform\n');
    writeFileSync(
      join(shop.dir, 'etc/spring.yaml'),
      'name: spring\naccount: T12345678\ncards: { count: 8, id: "S-{serial}" }\ntemplate: classic\nsheet: a4-8up\nvolume: { sheets: 1 }\nbatch: { size: 4, concurrency: 1 }\nhandoff: { seal: none }\n',
    );
    return opened.close;
  });

  /** The service's own command and environment, with its folders below the test's. */
  function fire() {
    const place = (text: string) =>
      text
        .replaceAll('%i', 'spring')
        .replaceAll('%d', join(shop.dir, 'credentials'))
        .replaceAll('/etc/cardpress', join(shop.dir, 'etc'))
        .replaceAll('/var/lib/cardpress', join(shop.dir, 'var'));
    for (const credential of settings(SERVICE, 'LoadCredential')) {
      const [name = '', path = ''] = place(credential).split(':');
      const copy = join(shop.dir, 'credentials', name);
      rmSync(copy, { force: true });
      writeFileSync(copy, readFileSync(path));
      chmodSync(copy, 0o400);
    }
    const env = Object.fromEntries(
      settings(SERVICE, 'Environment').map((line) => place(line).split('=') as [string, string]),
    );
    const [command = ''] = settings(SERVICE, 'ExecStart').map(place);
    const [program = '', ...args] = command.split(' ');
    expect(program).toBe('/usr/local/bin/cardpress');
    return start(args, {
      cwd: place(settings(SERVICE, 'WorkingDirectory')[0] ?? ''),
      env: { ...env, CARDPRESS_API_URL: sandbox.origin, CARDPRESS_SETTLE: '0' },
    });
  }
  const cards = () =>
    sandbox.books().accounts.T12345678?.cards.filter((card) => card.deleted_at === undefined);

  test('is safe to fire twice at once, after a power cut, and again when all is done', async () => {
    const cut = fire();
    await expect
      .poll(() => filesBelow(shop.dir).some((path) => path.endsWith('.asked.json')), {
        interval: 5,
        timeout: 120_000,
      })
      .toBe(true);
    cut.child.kill('SIGKILL');
    await cut.ended;
    const both = await Promise.all([fire().ended, fire().ended]);
    expect(both.map(({ code, err }) => [code, err.includes('SECRET')])).toEqual([
      [0, false],
      [0, false],
    ]);
    const last = await fire().ended;
    expect(last).toMatchObject({ code: 0 });
    expect(last.out).toMatch(/is complete: nothing to do/);
    expect(cards()).toHaveLength(8);
    expect(readdirSync(join(shop.dir, 'var/output')).filter((name) => !name.startsWith('.'))).toHaveLength(1);
  }, 600_000);
});
