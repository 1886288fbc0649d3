// Where the secrets of a run are to be found after the handoff: through a supplement's whole life, by every command
// that comes after it, nothing that is printed, logged or left says one. The job is sealed, so that print files are
// searched, too.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Place, placesBelow, sayers } from '../support/forms.ts';
import { startReceiver } from '../support/receiver.ts';
import { generateKeyPair } from '../../src/base/vault.ts';
import { manifestRows, openRehearsal } from '../support/rehearsal.ts';
import { cardpress, start } from './cli.ts';

const SECRET = 'sandbox-secret-canary';
const HOOK = 'hook-secret-canary';

interface Said {
  readonly what: string;
  readonly code: number | null;
  readonly text: string;
}

test('approve to archive, with each refusal on the way', async () => {
  const { sandbox, shop, close } = await openRehearsal({ clientSecret: SECRET });
  onTestFinished(close);
  const receiver = await startReceiver(HOOK);
  onTestFinished(receiver.close);
  const { recipient } = await generateKeyPair();
  const job = `
name: canary
account: P00000001
cards:
  count: 8
  overs: 1
  id: "CN-{serial}"
  token: { length: 14, prefix: "CANARY", numbers: true }
  pin: { length: 8, prefix: "Y", numbers: true }
template: classic
sheet: a4-8up
handoff: { seal: [${recipient}] }
deliver: [{ folder: ./outbox }]
activation: { ceiling: 1000.00, currency: NOK }
notify: { webhook: "${receiver.url}/hook", on: [failure, doubt, delivery, acknowledgement, retention] }
schedule: { cron: "0 2 * * 1", timezone: Europe/Oslo }
retention: 1d
`;
  await shop.write('job.yaml', job);
  await shop.write('outbox/.keep', '');
  await shop.write('elsewhere/.keep', '');
  await shop.write('tmp/.keep', '');
  const env = {
    ...shop.env,
    CARDPRESS_THREADS: '0',
    CARDPRESS_NOTIFY_SECRET: HOOK,
    DINTERO_CLIENT_SECRET: SECRET,
    TMPDIR: join(shop.dir, 'tmp'),
  };
  const said: Said[] = [];
  const call = async (code: number, ...args: readonly string[]) => {
    const ended = await cardpress(['--json', ...args], { cwd: shop.dir, env });
    said.push({ what: args.join(' '), code: ended.code, text: ended.out + ended.err });
    expect(ended.code, `${args.join(' ')}\n${ended.err}`).toBe(code);
  };
  const returned = (run: string, but: Record<string, string> = {}) => {
    const rows = manifestRows(shop.read(`${run}/handoff/manifest.csv`)).map(
      ({ serial = '' }) => `${serial},${but[serial] ?? 'good,'}`,
    );
    writeFileSync(join(shop.dir, 'return.csv'), ['serial,result,destroyed', ...rows, ''].join('\r\n'));
    return 'return.csv';
  };

  await call(2, 'run', 'job.yaml');
  await call(2, 'doctor', 'job.yaml');
  await call(0, 'approve', 'job.yaml', '--yes');
  await call(0, 'doctor', 'job.yaml');
  await call(0, 'schedule', '--list', 'job.yaml');
  await call(0, 'run', 'job.yaml');
  const run = readdirSync(shop.output).find((name) => name.startsWith('canary-')) ?? '';
  await call(0, 'acknowledge', run);
  await call(2, 'acknowledge', run, 'nowhere');
  const activate = ['activate', run, '--amount', '5.00', '--currency', 'NOK'];
  await call(0, ...activate, '--cards', '1', '--sample', '--confirm', '1x5.00');
  await call(2, ...activate, '--cards', '2', '--confirm', '1x5.00');
  await call(2, 'reconcile', run, 'job.yaml');
  await call(0, 'reconcile', run, returned(run, { 3: 'spoiled,yes', 4: 'spoiled,', 5: 'missing,' }));
  await call(2, 'reprint', run, '--cards', '4');
  await call(2, 'reissue', run, '--cards', '4');
  await call(0, 'reprint', run, '--cards', '3');
  await call(0, 'reissue', run, '--cards', '4', '--destroyed');
  await call(2, 'replace', run, '--cards', '1', '--reason', 'x');
  await call(0, 'replace', run, '--cards', '5', '--reason', 'stolen');
  for (const number of [1, 2, 3])
    await call(0, 'reconcile', `${run}-s${number}`, returned(`${run}-s${number}`));
  await call(2, 'archive', run);
  await call(0, 'void', run, '--cards', 'unused', '--reason', 'nobody needs them');
  await call(0, 'audit', run, '--platform');
  await call(0, 'status', run);
  await call(0, 'tend');
  await call(0, 'tend', '--metrics', join(shop.dir, 'tmp/cardpress.prom'));
  await call(0, 'verify', run);
  // A process that stays: it tends, and is stopped.
  const stays = start(['schedule', 'job.yaml'], { cwd: shop.dir, env });
  const note = join(shop.output, '.schedule/canary.json');
  await expect.poll(() => existsSync(note), { timeout: 120_000 }).toBe(true);
  setTimeout(() => stays.child.kill('SIGTERM'), 3000);
  const { out, err, code } = await stays.ended;
  expect(code, err).toBe(143);
  said.push({ what: 'schedule', code, text: out + err });
  // The operator's key alone may be itself.
  const left = () => placesBelow(shop.dir, (path) => !path.endsWith('keys/key.txt'));
  const before = left();
  await call(0, 'purge', run);
  await call(2, 'reissue', run, '--cards', '1', '--destroyed');
  await call(0, 'archive', run);
  await call(0, 'audit', run);
  await sandbox.settle();

  const codes = Object.values(sandbox.books().accounts)
    .flatMap(({ cards }) => cards)
    .flatMap(({ tokens, pins }) => [...tokens, ...pins].map(({ value }) => value));
  // Nine and the one that replaced a card; one of them got a second token and PIN.
  expect(new Set(codes).size).toBeGreaterThanOrEqual(21);
  const key = /AGE-SECRET-KEY-\w+/.exec(shop.readFile('keys/key.txt'))?.[0] ?? '';
  const places: readonly Place[] = [
    ...said.map(({ what, text }) => [what, Buffer.from(text)] as const),
    ['the webhook', Buffer.from(receiver.bodies())],
    ...before,
    ...left(),
  ];
  expect(places.length).toBeGreaterThan(200);
  expect(receiver.bodies()).toContain('"event":"failure"');
  expect(sayers([...codes, SECRET, HOOK, key], places)).toEqual([]);
}, 900_000);
