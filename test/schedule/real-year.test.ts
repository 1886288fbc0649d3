// A year of weekly runs in simulated time: a real platform, a real disk, the real scheduler. Nights fail, the process
// is restarted, a one-shot call comes at the same moment, and the clocks change twice.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call } from '../../src/cli/call.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { scheduleCommand } from '../../src/cli/schedule-command.ts';
import { nextDues } from '../../src/plan/cron.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { simulatedClock } from './simulated-clock.ts';
import { runsIn } from '../program/books.ts';

const JOB = `
name: weekly
account: T00000001
cards: { count: 2, id: "W-{serial}" }
template: classic
sheet: a4-8up
batch: { size: 2, concurrency: 1, perSecond: 100 }
handoff: { seal: none }
deliver: [{ folder: ./outbox }]
schedule: { cron: "0 2 * * 1", timezone: Europe/Oslo }
`;

/** Counted in calls of the platform, a run being one batch: refusals, lost answers, a platform that is away. */
const FAULTS: FaultPlan['rules'] = [
  { operation: 'batch', nth: [4, 17, 18], fault: 'status', status: 403 },
  { operation: 'batch', nth: [8, 31], fault: 'drop-after-commit' },
  { operation: 'batch', nth: 12, fault: 'truncate' },
  { operation: 'auth', nth: [10, 32, 47], fault: 'status', status: 403 },
  // Six attempts, and the run gives up for some minutes; whoever calls next meets the same.
  {
    operation: 'auth',
    nth: [14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
    fault: 'status',
    status: 503,
    retryAfter: 0,
  },
];

const TIMES = { cron: '0 2 * * 1', timezone: 'Europe/Oslo' };
const START = new Date('2026-01-01T09:00:00Z');
const END = new Date('2026-12-31T12:00:00Z');
const DAY = 86_400_000;

const clock = simulatedClock(START.toISOString());
const { sandbox, shop, close } = await openRehearsal({
  clock: () => clock.now().getTime(),
  faults: { rules: FAULTS },
});
beforeAll(() => {
  mkdirSync(join(shop.dir, 'outbox'));
  writeFileSync(join(shop.dir, 'job.yaml'), JOB);
});
afterAll(close);

test('52 weeks: the right runs, none twice, none lost', async () => {
  const job = join(shop.dir, 'job.yaml');
  const said: string[] = [];
  const callWith = (stopping: AbortSignal): Call => ({
    ...shop.call(),
    terminal: { out: () => undefined, err: (text) => void said.push(text), bars: undefined },
    stopping,
    now: clock.now,
  });
  let restarts = 0;
  let overlaps = 0;
  let looks = 0;
  while (clock.now() < END) {
    const process = new AbortController();
    const schedule = scheduleCommand([job], { output: shop.output }, callWith(process.signal), clock).catch(
      (error: unknown) => error as Error,
    );
    // It lives for seven weeks or so, and is away for two days, over a Monday every other time.
    const monday = nextDues('weekly', TIMES, new Date(clock.now().getTime() + 40 * DAY), 1)[0]!.at;
    const stop = new Date(monday.getTime() + (restarts % 2 === 0 ? -1 : 1) * DAY);
    while (clock.now() < stop && clock.now() < END) {
      await clock.step(1, stop < END ? stop : END);
      looks += 1;
      // A timer that was left enabled calls too, in the same moment.
      if (looks % 5 === 0) {
        overlaps += 1;
        await runCommand(job, { output: shop.output }, callWith(new AbortController().signal)).catch(
          () => undefined,
        );
      }
    }
    process.abort();
    expect((await schedule)?.message).toContain('stopped');
    restarts += 1;
    clock.spend(2 * DAY);
  }
  expect(restarts).toBeGreaterThan(5);
  expect(overlaps).toBeGreaterThan(5);

  const due = nextDues('weekly', TIMES, START, 60).filter(({ at }) => at < END);
  expect(due).toHaveLength(52);
  const runs = runsIn(shop.output);
  // A one-shot call in the days before the first Monday makes the run of the one before.
  expect(runs.filter((run) => run !== 'weekly-2025-12-29')).toEqual(due.map(({ run }) => run));
  for (const run of runs) expect(readdirSync(join(shop.output, run, 'receipts'))).toContain('complete.json');
  expect(readdirSync(join(shop.dir, 'outbox')).map((name) => name.replace('_TEST', ''))).toEqual(runs);

  // Whoever was there at the time made the run at the time, by Oslo's clock in winter and in summer.
  const plans = runs.map(
    (run) => JSON.parse(readFileSync(join(shop.output, run, 'plan.json'), 'utf8')) as Plan,
  );
  const inTime = due.filter(({ run, at }) =>
    plans.some((plan) => plan.run === run && Date.parse(plan.created) === at.getTime()),
  );
  expect(inTime.length).toBeGreaterThan(40);
  expect(new Set(inTime.map(({ at }) => at.getUTCHours()))).toEqual(new Set([0, 1]));

  // Nothing was ordered twice: each serial in one run, each living card good in one manifest.
  const serials = plans.flatMap(({ cards }) => [cards.first, cards.first + 1]);
  expect(new Set(serials).size).toBe(serials.length);
  await sandbox.settle();
  const living = Object.values(sandbox.books().accounts)
    .flatMap(({ cards }) => cards)
    .filter((card) => card.deleted_at === undefined)
    .map((card) => card.card_id)
    .sort();
  const printed = runs
    .flatMap((run) => shop.read(`${run}/handoff/manifest.csv`).trimEnd().split('\r\n').slice(1))
    .map((line) => line.split(',')[1] ?? '')
    .sort();
  expect(living).toEqual(printed);
  expect(printed).toHaveLength(2 * runs.length);
  expect(said.some((line) => line.includes('exit code 3'))).toBe(true);
  expect(said.some((line) => line.includes('exit code 4'))).toBe(true);
}, 1_800_000);
