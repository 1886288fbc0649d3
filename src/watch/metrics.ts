// How the jobs of an output folder stand, as a text file that Prometheus' node exporter collects. Read from the
// run folders, so that every call writes the same file, whichever job it was for.
import { basename, dirname } from 'node:path';
import { type Disk, makeFolders } from '../base/disk.ts';
import { RunFolder, names } from '../base/run-folder.ts';
import { accountsOf } from '../pipeline/accounts.ts';
import { LedgerReader } from '../pipeline/ledger.ts';
import { type Run, isAbandoned, isComplete, listRuns } from '../pipeline/runs.ts';
import type { Reader } from '../plan/inputs.ts';
import { readJob } from '../plan/read-job.ts';
import { DAY_MS, closedAt, daysAfter, daysOf } from '../settle/retention.ts';
import { readMemory } from './memory.ts';

/** Numbers of one job, by the name of the metric. */
type Numbers = Readonly<Partial<Record<keyof typeof METRICS, number>>>;

const METRICS = {
  last_success_timestamp_seconds: 'When a run, not a supplement, was last completed.',
  last_call_timestamp_seconds: 'When cardpress was last called for the job.',
  last_exit_code: 'What that call ended with; 0 is good.',
  runs_complete: 'Runs, without supplements, that are complete.',
  runs_open: 'Runs and supplements that are not complete.',
  run_duration_seconds: 'From planning to completion of the last complete run.',
  run_cards_made: 'Cards of the last run with good codes.',
  run_cards_voided: 'Cards of the last run that were deleted.',
  run_symbols_read: 'Symbols of the last run that were read back.',
  run_deliveries: 'Targets that have the last run.',
  open_balance_cards: 'Cards of open runs of which it is not known whether they exist.',
  days_to_purge: 'Days until the secrets of the next closed run are due to be destroyed.',
} as const;

/** The metrics of every job with a run in the output folder. */
export async function metricsText(reader: Reader, output: string, now: Date): Promise<string> {
  const { disk } = reader;
  const jobs = new Map<string, Run[]>();
  for (const run of await listRuns(disk, output))
    if (!(await isAbandoned(run))) jobs.set(run.plan.job, [...(jobs.get(run.plan.job) ?? []), run]);
  const numbers: (readonly [string, Numbers])[] = [];
  for (const [job, runs] of jobs)
    numbers.push([
      job,
      { ...(await numbersOf(disk, output, job, runs)), ...(await purgeNumbers(reader, runs, now)) },
    ]);
  const lines = Object.entries(METRICS).flatMap(([name, help]) => {
    const rows = numbers.flatMap(([job, values]) => {
      const value = values[name as keyof typeof METRICS];
      return value === undefined ? [] : [`cardpress_${name}{job="${job}"} ${value}`];
    });
    const head = [`# HELP cardpress_${name} ${help}`, `# TYPE cardpress_${name} gauge`];
    return rows.length === 0 ? [] : [...head, ...rows];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Puts the metrics in place of those there. Others may read the file: the collector is another user. */
export async function writeMetrics(reader: Reader, output: string, path: string, now: Date): Promise<void> {
  const { disk } = reader;
  await makeFolders(disk, dirname(path));
  const text = await metricsText(reader, output, now);
  await new RunFolder(disk, dirname(path)).replace(basename(path), text, 0o644);
}

async function numbersOf(disk: Disk, output: string, job: string, runs: readonly Run[]): Promise<Numbers> {
  const complete: Run[] = [];
  const open: Run[] = [];
  for (const run of runs) {
    if (await run.folder.has(names.complete)) complete.push(run);
    // One that was purged before it was complete is neither: nothing more comes of it.
    else if (!(await isComplete(run))) open.push(run);
  }
  // A supplement is ordered by hand: a reprint in the second week must not stand for the run that was not made.
  const own = complete.filter(isOwn);
  const ends = await Promise.all(own.map(endOf));
  const lastEnd = Math.max(...ends);
  const slowest = own[ends.indexOf(lastEnd)];
  const { last } = await readMemory(disk, output, job);
  let inDoubt = 0;
  for (const run of open) inDoubt += (await accountOf(run)).inDoubt;
  const newest = runs.filter(isOwn).at(-1);
  return {
    ...(slowest !== undefined && {
      last_success_timestamp_seconds: lastEnd / 1000,
      run_duration_seconds: (lastEnd - Date.parse(slowest.plan.created)) / 1000,
    }),
    ...(last !== null && {
      last_call_timestamp_seconds: Date.parse(last.at) / 1000,
      last_exit_code: last.exitCode,
    }),
    runs_complete: own.length,
    runs_open: open.length,
    ...(newest !== undefined && (await newestNumbers(newest))),
    open_balance_cards: inDoubt,
  };
}

/** Whether a run is one that the job orders, and no supplement. */
const isOwn = ({ plan }: Run) => plan.supplement === undefined;

/** Of a job file that is not there any more, nobody knows the retention: then there is no number. */
async function purgeNumbers(reader: Reader, runs: readonly Run[], now: Date): Promise<Numbers> {
  let next = Infinity;
  for (const run of runs) {
    const closed = await closedAt(run);
    if (closed === undefined) continue;
    const job = await readJob(reader, run.plan.jobFile).catch(() => undefined);
    const retention = job?.value.retention;
    if (retention === undefined) continue;
    const end = daysAfter(closed, daysOf(retention)).getTime();
    next = Math.min(next, (end - now.getTime()) / DAY_MS);
  }
  return Number.isFinite(next) ? { days_to_purge: Math.round(next * 100) / 100 } : {};
}

async function newestNumbers(run: Run): Promise<Numbers> {
  const ledger = await new LedgerReader(run.folder, run.plan).read();
  const { made, voided } = accountsOf(run.plan, ledger);
  const passed = [...ledger.reports.values()].flat().filter((report) => report.passed);
  return {
    run_cards_made: made,
    run_cards_voided: voided,
    run_symbols_read: passed.reduce((sum, { decoded }) => sum + decoded, 0),
    run_deliveries: [...ledger.deliveries.values()].filter(({ reached }) => reached === 'done').length,
  };
}

async function accountOf({ folder, plan }: Run) {
  return accountsOf(plan, await new LedgerReader(folder, plan).read());
}

/** When a run was completed, in milliseconds. */
async function endOf({ folder }: Run): Promise<number> {
  return Date.parse(((await folder.readJson(names.complete)) as { readonly at: string }).at);
}
