// cardpress purge: past the retention, and by a person's force; and what audit --platform finds at the platform.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { secret } from '../../src/base/secret.ts';
import { auditCommand } from '../../src/cli/audit-command.ts';
import { reader } from '../../src/cli/environment.ts';
import { type PurgeFlags, purgeCommand } from '../../src/cli/purge-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { statusCommand } from '../../src/cli/status-command.ts';
import { Platform } from '../../src/issue/platform.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { metricsText } from '../../src/watch/metrics.ts';
import { outcomeOf } from '../support/outcome.ts';
import { type Rehearsal, openRehearsal } from '../support/rehearsal.ts';

const job = (name: string, more = '') => `
name: ${name}
account: T00000001
cards: { count: 2, overs: 1, id: "${name}-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
${more}
`;

let sandbox: Sandbox;
let shop: Rehearsal;
beforeEach(async () => {
  const opened = await openRehearsal();
  ({ sandbox, shop } = opened);
  return opened.close;
});

const purge = (run: string | undefined, flags: PurgeFlags = {}, days = 0) =>
  outcomeOf((print) => purgeCommand(run, { output: shop.output, ...flags }, shop.call(print, days)));

const status = (run?: string) =>
  outcomeOf((print) => statusCommand(run, { output: shop.output }, shop.call(print)));

const audit = (run: string, platform = false) =>
  outcomeOf((print) => auditCommand(run, { output: shop.output, platform }, shop.call(print)));

async function reconcile(run: string, rows: string): Promise<void> {
  await shop.write('return.csv', `serial,result,destroyed\n${rows}\n`);
  await reconcileCommand(run, join(shop.dir, 'return.csv'), { output: shop.output }, shop.call());
}

const GOOD = '1,good,\n2,good,\n3,good,';

test('a return file that is far too large is not read', async () => {
  await shop.run(job('large'), { run: 'large-1' });
  await expect(reconcile('large-1', '1,good,no,'.padEnd(100_000, 'x'))).rejects.toThrow(
    /return\.csv has 1000\d\d bytes: a return file of 3 cards has 67072 at most/,
  );
  await expect(reconcile('large-1', '1,good,no,'.padEnd(60_000, 'x'))).rejects.toThrow(
    /return\.csv:2 {2}4 cells, the header has 3/,
  );
});

test('without a run, purge takes the closed ones that are past their retention, and no other', async () => {
  const files = [
    ['short', 'retention: 10d'],
    ['later', 'retention: 90d'],
    ['kept', ''],
    ['open', 'retention: 10d'],
  ] as const;
  for (const [name, more] of files) {
    await shop.run(job(name, more), { run: `${name}-1` });
    // Each run remembers its own job file; these share a name.
    await shop.write(`${name}.yaml`, job(name, more));
    writeFileSync(
      join(shop.output, `${name}-1/plan.json`),
      shop.read(`${name}-1/plan.json`).replace(join(shop.dir, 'job.yaml'), join(shop.dir, `${name}.yaml`)),
    );
    if (name !== 'open') await reconcile(`${name}-1`, GOOD);
  }
  expect(await purge(undefined)).toEqual({ code: 0, out: 'no closed run is past its retention\n' });
  expect(await purge(undefined, {}, 9)).toMatchObject({ out: 'no closed run is past its retention\n' });
  expect(await purge(undefined, {}, 11)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^short-1 is purged: \d+ files destroyed; .*\n$/) as string,
  });
  const isOpenable = (run: string) => readdirSync(join(shop.output, run)).includes('key.age');
  expect(files.map(([name]) => isOpenable(`${name}-1`))).toEqual([false, true, true, true]);
  expect(JSON.parse(shop.read('short-1/purged.json'))).toMatchObject({
    reason: 'past its retention',
    forced: false,
    proofs: false,
  });
  expect(await purge(undefined, {}, 12)).toMatchObject({ out: 'no closed run is past its retention\n' });
  expect(await purge(undefined, { force: true }, 12)).toMatchObject({ code: 2 });
});

test('a run whose books do not balance is purged by force with a reason, and the certificate says so', async () => {
  await shop.run(job('forced'), { run: 'forced-1' });
  await reconcile('forced-1', '1,good,\n2,missing,\n3,spoiled,');
  expect(await purge('forced-1')).toMatchObject({
    code: 2,
    out: expect.stringMatching(
      /forced-1 is not closed: 1 card is short[\s\S]*--force --reason TEXT/,
    ) as string,
  });
  expect((await purge('forced-1', { force: true })).out).toMatch(/--force needs a --reason/);
  expect((await purge('forced-1', { force: true, reason: ' ' })).code).toBe(2);
  expect(readdirSync(join(shop.output, 'forced-1'))).toContain('key.age');
  const reason = 'the shop is wound up';
  expect(await purge('forced-1', { force: true, reason, proofs: true })).toMatchObject({ code: 0 });
  expect(JSON.parse(shop.read('forced-1/purged.json'))).toMatchObject({ forced: true, proofs: true, reason });
  expect(readdirSync(join(shop.output, 'forced-1')).filter((name) => name.endsWith('.age'))).toEqual([]);
  for (const folder of ['volumes', 'handoff/print'])
    expect(readdirSync(join(shop.output, 'forced-1', folder))).toEqual([]);
  expect(await purge('forced-1')).toMatchObject({
    out: expect.stringMatching(/was purged before/) as string,
  });
  expect(await audit('forced-1')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/1 missing[\s\S]*approvals agree/) as string,
  });
});

test('the key of the commitments that a purge left is destroyed by a later one, and certified apart', async () => {
  await shop.run(job('proven'), { run: 'proven-1' });
  await reconcile('proven-1', GOOD);
  await purge('proven-1');
  const there = () => readdirSync(join(shop.output, 'proven-1'));
  expect(there()).toContain('proof.age');
  const first = shop.read('proven-1/purged.json');
  expect(await purge('proven-1', { proofs: true, reason: 'no card is out any more' })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^proven-1: the key of the commitments is destroyed/) as string,
  });
  expect(there()).not.toContain('proof.age');
  expect(shop.read('proven-1/purged.json')).toBe(first);
  expect(JSON.parse(shop.read('proven-1/books/proof-purged.json'))).toMatchObject({
    format: 'cardpress-deletion/1',
    proofs: true,
    reason: 'no card is out any more',
    files: [{ file: 'proof.age' }],
  });
  expect((await purge('proven-1', { proofs: true })).out).toMatch(/was purged before/);
  expect(await audit('proven-1')).toMatchObject({ code: 0 });
});

test('status says of a purged run that it is purged, not that its answers are missing', async () => {
  await shop.run(job('gone'), { run: 'gone-1' });
  await reconcile('gone-1', GOOD);
  await purge('gone-1');
  expect((await status()).out).toMatch(/^gone-1 +3\/3 cards .* purged\n$/);
  const { out } = await status('gone-1');
  expect(out).toMatch(/next +purged\n/);
  expect(out).not.toMatch(/stopped|missing from/);
});

test('a run that was purged before it was complete is in the metrics neither complete nor open', async () => {
  await shop.run(job('whole'), { run: 'whole-1' });
  await shop.write('away/half-1_TEST/.done', 'another’s');
  await expect(shop.run(job('half', 'deliver: [{ folder: ./away }]'), { run: 'half-1' })).rejects.toThrow(
    /no receipt/,
  );
  expect(await purge('half-1', { force: true, reason: 'called off' })).toMatchObject({ code: 0 });
  const text = await metricsText(reader, shop.output, new Date());
  expect(text).toContain('cardpress_runs_complete{job="whole"} 1\n');
  expect(text).toContain('cardpress_runs_complete{job="half"} 0\n');
  expect(text).toContain('cardpress_runs_open{job="half"} 0\n');
  expect(text).not.toMatch(/last_success_timestamp_seconds\{job="half"/);
});

test('audit --platform finds the card that is active and should not be, and the one that is gone', async () => {
  await shop.run(job('swept'), { run: 'swept-1' });
  await reconcile('swept-1', '1,good,\n2,missing,\n3,spoiled,');
  expect(await audit('swept-1', true)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/3 cards looked up: all as the books say/) as string,
  });
  const platform = new Platform({
    url: sandbox.origin,
    account: 'T00000001',
    clientId: secret('sandbox'),
    clientSecret: secret('sandbox'),
    concurrency: 1,
    perSecond: 100,
    timeout: 10_000,
    now: () => new Date(),
    sleep: () => Promise.resolve(),
  });
  try {
    // A thief with the missing card, and somebody with the platform's own console.
    const answer = await platform.activate('swept-000002', { amount: 50_000, currency: 'NOK' });
    expect(answer.status).toBeLessThan(300);
    expect(await audit('swept-1', true)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/3 cards looked up: 1 is not as the books say/) as string,
    });
    expect((await audit('swept-1', true)).out).toMatch(/serial 2 is missing, and is unused at the platform/);
    // Without looking there, the records agree.
    expect(await audit('swept-1')).toMatchObject({ code: 0 });
    await platform.remove('swept-000001');
    expect((await audit('swept-1', true)).out).toMatch(/serial 1 is good, and is not at the platform/);
  } finally {
    await platform.close();
  }
});
