// Who is told what: runs that fail at each stage in turn, against a real platform and a real receiver.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { Failure } from '../../src/base/failure.ts';
import { secret } from '../../src/base/secret.ts';
import { writeKey } from '../../src/cli/keygen-command.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { failureNotice } from '../../src/watch/notice.ts';
import { postNotice } from '../../src/watch/webhook.ts';
import { startReceiver } from '../support/receiver.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const KEY = 'a-shared-secret-of-the-shop';

const { sandbox, shop, close } = await openRehearsal();
afterAll(close);
const receiver = await startReceiver(KEY);
afterAll(receiver.close);
beforeEach(() => void receiver.notices());

/** Two print files: six cards and two overs. */
const job = (name: string, more = '', on = '[failure, doubt]') => `
name: ${name}
account: T00000001
cards: { count: 6, overs: 2, id: "${name}-{serial}" }
template: classic
sheet: a4-8up
volume: { sheets: 1 }
batch: { size: 3, concurrency: 1, perSecond: 100 }
handoff: { seal: none }
notify: { webhook: "${receiver.url}/hook", heartbeat: "${receiver.url}/beat", on: ${on} }
${more}
`;

async function failing(text: string, env: Record<string, string> = {}): Promise<Failure | undefined> {
  const runOf = /name: (\S+)/.exec(text)?.[1] ?? '';
  return shop.run(text, { run: `${runOf}-1`, env: { CARDPRESS_NOTIFY_SECRET: KEY, ...env } }).then(
    () => undefined,
    (error: unknown) => error as Failure,
  );
}

/** As if the process had been killed before it packed. */
function unpack(run: string): void {
  for (const entry of readdirSync(join(shop.output, run, 'handoff'), {
    recursive: true,
    withFileTypes: true,
  }))
    if (entry.isFile()) rmSync(join(entry.parentPath, entry.name));
  rmSync(join(shop.output, run, 'receipts/complete.json'));
}

async function faulty(rules: FaultPlan['rules'], work: (env: Record<string, string>) => Promise<void>) {
  const other = await startSandbox({ faults: { rules } });
  try {
    await work({ CARDPRESS_API_URL: other.origin });
  } finally {
    await other.close();
  }
}

/** Tells exactly once what the command failed with. */
function expectOne(failure: Failure | undefined, exitCode: number, run: string | null, words: RegExp) {
  expect(failure?.exitCode).toBe(exitCode);
  const notices = receiver.notices();
  expect(notices).toHaveLength(1);
  const [notice] = notices;
  expect(notice).toMatchObject({
    format: 'cardpress-notice/1',
    event: exitCode === 5 ? 'doubt' : 'failure',
    exitCode,
    run,
    test: true,
  });
  expect(notice?.message).toMatch(words);
  // The sentence is the one that the terminal shows.
  expect(failure?.message.replaceAll(/\s+/g, ' ')).toContain(
    notice?.message.split(' (')[0]?.replace(/^\S+ {2}/, ''),
  );
}

describe('a run that fails is told of once, with its exit code and its sentence', () => {
  test('in planning: a file is missing', async () => {
    const failure = await failing(job('plan').replace('classic', 'missing'));
    expectOne(failure, 2, null, /there is no such file/);
  });

  test.each([
    ['signing in', 'auth', 3, 403, /gives no access/],
    ['asking', 'batch', 3, 403, /refuse/],
    ['the platform is down', 'auth', 4, 503, /no answer for a bearer token/],
  ] as const)('%s', async (_, operation, exitCode, status, words) => {
    const name = `${operation}${status}`;
    await faulty([{ operation, fault: 'status', status, retryAfter: 0 }], async (env) => {
      expectOne(await failing(job(name), env), exitCode, `${name}-1`, words);
      expect(await failing(job(name), env)).toMatchObject({ exitCode });
      expect(receiver.notices(), 'the same news twice a day').toEqual([]);
    });
  });

  test('an answer was lost, and a person must decide', async () => {
    await faulty([{ operation: 'batch', nth: 1, fault: 'drop-after-commit' }], async (env) => {
      expectOne(await failing(job('lost', 'recovery: hold'), env), 5, 'lost-1', /batch 1/);
    });
  });

  test('printing: a sealed answer is damaged', async () => {
    await failing(job('print'));
    unpack('print-1');
    for (const folder of ['volumes', 'reports'])
      for (const name of readdirSync(join(shop.output, 'print-1', folder)))
        rmSync(join(shop.output, 'print-1', folder, name));
    const answer = join(shop.output, 'print-1/batches/0001.1.age');
    writeFileSync(answer, readFileSync(answer).fill(7, 300, 320));
    expectOne(await failing(job('print')), 7, 'print-1', /0001\.1\.age/);
  });

  test('reading back: the pages are another file’s', async () => {
    await failing(job('read'));
    unpack('read-1');
    const volume = (number: number) => join(shop.output, `read-1/volumes/00${number}.1.pdf.age`);
    renameSync(volume(1), `${volume(1)}.moved`);
    renameSync(volume(2), volume(1));
    renameSync(`${volume(1)}.moved`, volume(2));
    for (const name of readdirSync(join(shop.output, 'read-1/reports')))
      rmSync(join(shop.output, 'read-1/reports', name));
    expectOne(await failing(job('read')), 6, 'read-1', /volume [12]/);
  });

  test('packing: a print file is not the one that was read', async () => {
    await failing(job('pack'));
    unpack('pack-1');
    const volume = join(shop.output, 'pack-1/volumes/001.1.pdf.age');
    const bytes = readFileSync(volume);
    writeFileSync(volume, bytes.fill(7, bytes.length - 40));
    expectOne(await failing(job('pack')), 7, 'pack-1', /001\.1\.pdf\.age/);
  });

  test('delivering: the target holds what this run knows nothing of', async () => {
    mkdirSync(join(shop.dir, 'outbox/full-1_TEST'), { recursive: true });
    writeFileSync(join(shop.dir, 'outbox/full-1_TEST/.done'), 'another’s');
    const text = job('full', 'deliver: [{ folder: ./outbox }]');
    expectOne(await failing(text), 5, 'full-1', /no receipt/);
  });

  test('continuing with another key', async () => {
    await failing(job('key'));
    rmSync(join(shop.output, 'key-1/receipts/complete.json'));
    const other = join(shop.dir, 'keys/other.txt');
    await writeKey(nodeDisk, other);
    expectOne(await failing(job('key'), { CARDPRESS_KEY: other }), 7, null, /key/);
  });
});

test('nothing is told when all is well, but the heartbeat', async () => {
  const before = receiver.beats();
  expect(await failing(job('well'))).toBeUndefined();
  expect(receiver.notices()).toEqual([]);
  expect(receiver.beats()).toBe(before + 1);
  expect(await failing(job('well'))).toBeUndefined();
  expect(receiver.beats()).toBe(before + 2);
});

test('a delivery is told where the job asks for it, once', async () => {
  mkdirSync(join(shop.dir, 'outbox'), { recursive: true });
  const text = job('told', 'deliver: [{ folder: ./outbox }]', '[failure, delivery]');
  expect(await failing(text)).toBeUndefined();
  expect(receiver.notices()).toMatchObject([
    { event: 'delivery', exitCode: 0, message: `told-1 is delivered to ${join(shop.dir, 'outbox')}` },
  ]);
  expect(await failing(text)).toBeUndefined();
  expect(receiver.notices()).toEqual([]);
});

test('a call that finishes an old run and makes the one that is due tells of both, by their names', async () => {
  const blocked = join(shop.dir, 'two-box/two-old_TEST');
  mkdirSync(blocked, { recursive: true });
  writeFileSync(join(blocked, '.done'), 'another’s');
  const more = `deliver: [{ folder: ./two-box }]\nschedule: { cron: "0 2 * * *", timezone: Europe/Oslo }`;
  const two = job('two', more, '[failure, doubt, delivery]');
  const env = { CARDPRESS_NOTIFY_SECRET: KEY };
  await expect(shop.run(two, { run: 'two-old', env })).rejects.toThrow(/no receipt/);
  rmSync(blocked, { recursive: true });
  receiver.notices();
  await shop.run(two, { env });
  const told = receiver.notices().map(({ event, run, message }) => `${event} ${run}: ${message}`);
  expect(told).toEqual([
    expect.stringMatching(/^delivery two-old: two-old is delivered to/),
    expect.stringMatching(/^delivery two-2\S+: two-2\S+ is delivered to/),
  ]);
});

test('what failed again after it was well is news again', async () => {
  const broken = job('news').replace('classic', 'missing');
  await failing(broken);
  await failing(broken);
  expect(receiver.notices()).toHaveLength(1);
  await failing(job('news'));
  await failing(broken);
  expect(receiver.notices()).toHaveLength(1);
});

test('a receiver that breaks off, or is busy, is tried again; one that refuses or is gone is given up', async () => {
  const waits: number[] = [];
  const tools = { sleep: (milliseconds: number) => Promise.resolve(void waits.push(milliseconds)) };
  const about = { job: 'spring', test: true, run: undefined, at: new Date() };
  const notice = failureNotice(new Failure('unavailable', 'the disk is full'), about)!;
  const post = (url: string) => postNotice(url, notice, secret(KEY), tools);
  receiver.answer(0, 503, 429);
  await post(`${receiver.url}/hook`);
  expect(receiver.notices()).toEqual([notice]);
  expect(waits.splice(0)).toEqual([1000, 2000, 4000]);
  receiver.answer(404);
  await expect(post(`${receiver.url}/hook`)).rejects.toThrow(/status 404/);
  expect(waits).toEqual([]);
  const gone = await post('http://user:word@127.0.0.1:1/path-as-password').catch((error: unknown) => error);
  expect(String(gone)).toMatch(/webhook at 127\.0\.0\.1:1 was not reached: ECONNREFUSED/);
  expect(String(gone)).not.toContain('word');
  expect(waits).toEqual([1000, 2000, 4000, 8000]);
});

test('a receiver that refuses does not change how a run ends, and the next call tells', async () => {
  const text = job('alone').replace('classic', 'missing');
  receiver.answer(404);
  expect(await failing(text)).toMatchObject({ exitCode: 2 });
  expect(receiver.notices()).toEqual([]);
  expect(await failing(text)).toMatchObject({ exitCode: 2 });
  expect(receiver.notices()).toHaveLength(1);
});

test('a run that somebody stopped is not told', () => {
  const about = { job: 'spring', test: true, run: 'spring-1', at: new Date() };
  expect(failureNotice(new Failure('interrupted', 'stopped'), about)).toBeUndefined();
  expect(failureNotice(new Failure('bug', 'unexpected'), about)?.exitCode).toBe(70);
});

test('a webhook without a secret to sign with is refused before anything is done', async () => {
  const failure = await failing(job('unsigned'), { CARDPRESS_NOTIFY_SECRET: '' });
  expect(failure?.exitCode).toBe(2);
  expect(failure?.message).toContain('CARDPRESS_NOTIFY_SECRET');
  expect(readdirSync(shop.output)).not.toContain('unsigned-1');
});

test('no notice and no metric holds a code or a credential', async () => {
  await shop.run(job('codes'), {
    run: 'codes-1',
    metrics: join(shop.dir, 'metrics/cardpress.prom'),
    env: { CARDPRESS_NOTIFY_SECRET: KEY },
  });
  const secrets = Object.values(sandbox.books().accounts)
    .flatMap(({ cards }) => cards)
    .flatMap(({ tokens, pins }) => [...tokens, ...pins].map(({ value }) => value));
  expect(secrets.length).toBeGreaterThan(30);
  const text = receiver.bodies() + shop.readFile('metrics/cardpress.prom');
  expect(receiver.bodies().length).toBeGreaterThan(500);
  for (const secret of [...secrets.filter((code) => code.length > 6), KEY, 'AGE-SECRET-KEY'])
    expect(text).not.toContain(secret);
});

test('the metrics are a file that the collector takes, of all jobs, for others to read', async () => {
  mkdirSync(join(shop.dir, 'outbox'), { recursive: true });
  const metrics = join(shop.dir, 'metrics/cardpress.prom');
  const env = { CARDPRESS_NOTIFY_SECRET: KEY };
  const before = Date.now() / 1000;
  await shop.run(job('counted', 'deliver: [{ folder: ./outbox }]'), { run: 'counted-1', metrics, env });
  expect(statSync(metrics).mode & 0o777).toBe(0o644);
  expect(readdirSync(join(shop.dir, 'metrics'))).toEqual(['cardpress.prom']);
  const text = readFileSync(metrics, 'utf8');
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^# (HELP|TYPE) cardpress_\w+ .+$|^cardpress_\w+\{job="[a-z0-9-]+"\} [\d.e+-]+$/);
  const value = (name: string, of = 'counted') =>
    Number(new RegExp(`^cardpress_${name}\\{job="${of}"\\} (.*)$`, 'm').exec(text)?.[1]);
  expect(value('run_cards_made')).toBe(8);
  expect(value('run_symbols_read')).toBe(16);
  expect(value('run_deliveries')).toBe(1);
  expect(value('runs_complete')).toBe(1);
  expect(value('last_exit_code')).toBe(0);
  expect(value('last_success_timestamp_seconds')).toBeGreaterThanOrEqual(before);
  expect(value('last_success_timestamp_seconds')).toBeLessThanOrEqual(Date.now() / 1000);
  expect(value('run_duration_seconds')).toBeGreaterThan(0);
  // Of a run that was left in doubt by the tests above.
  expect(value('open_balance_cards', 'lost')).toBe(3);
  expect(value('last_exit_code', 'lost')).toBe(5);
  expect(value('runs_open', 'lost')).toBe(1);
});
