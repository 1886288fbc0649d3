// A plan of a million cards is read and continued as one of ten is. No time is asserted: a plan that held a
// list of its cards would not come to an end within the test's own limit.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { RunFolder, names } from '../../src/base/run-folder.ts';
import { accountsOf } from '../../src/pipeline/accounts.ts';
import { LedgerReader } from '../../src/pipeline/ledger.ts';
import { nextSteps } from '../../src/pipeline/next.ts';
import { batchesOf, volumesOf } from '../../src/plan/plan.ts';
import { planOf } from '../plan/plans.ts';

const dir = mkdtempSync(join(tmpdir(), 'cardpress-million-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('a million cards, half of them asked for: what comes next, and the balance', async () => {
  const plan = planOf({
    batchSize: 1000,
    volumeSheets: 50,
    slots: 21,
    cards: { ordered: 1_000_000, overs: 0 },
  });
  const folder = new RunFolder(nodeDisk, join(dir, 'run'));
  mkdirSync(join(dir, 'run'));
  await folder.make();
  for (const { batch, first, count } of batchesOf(plan).slice(0, 500)) {
    const range = { position: first, serial: first + 1, count };
    const file = (name: string, content: object | string) =>
      writeFileSync(join(folder.path, name), typeof content === 'string' ? content : JSON.stringify(content));
    file(names.asked(batch, 1), { batch, attempt: 1, at: plan.created, platform: null, cards: [range] });
    file(names.answer(batch, 1), 'sealed');
    const prints = Buffer.alloc(count * 8).toString('base64');
    const terms = { onePurchase: 0, ends: null, begins: null };
    file(names.cards(batch, 1), { outcome: 'made', good: [range], bad: [], terms, prints });
  }
  const ledger = await new LedgerReader(folder, plan).read();
  const next = nextSteps(plan, ledger, {
    accept: [],
    recovery: 'replace',
    before: new Map(),
    retry: new Map(),
    inFlight: new Set(),
  });
  expect(next.stops).toEqual([]);
  expect(next.steps.filter((step) => step.do === 'ask')).toHaveLength(500);
  expect(next.steps.filter((step) => step.do === 'render')).toHaveLength(Math.floor(500_000 / 1050));
  expect(volumesOf(plan)).toHaveLength(953);
  expect(accountsOf(plan, ledger)).toMatchObject({ asked: 500_000, made: 500_000, balanced: false });
}, 20_000);
