// The runs of an output folder, and what their ids have taken.
import { join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { RunFolder, names } from '../base/run-folder.ts';
import type { AskedRecord } from '../issue/records.ts';
import { type IdRange, runPattern } from '../plan/ids.ts';
import { type Plan, cardCount } from '../plan/plan.ts';

export interface Run {
  readonly folder: RunFolder;
  readonly plan: Plan;
}

/** Every planned run, oldest first. */
export async function listRuns(disk: Disk, output: string): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const name of await disk.list(output)) {
    if (name.startsWith('.')) continue;
    const folder = new RunFolder(disk, join(output, name));
    if (await folder.has(names.plan)) runs.push({ folder, plan: await readPlan(folder) });
  }
  return runs.sort((a, b) => a.plan.created.localeCompare(b.plan.created));
}

export async function readPlan(folder: RunFolder): Promise<Plan> {
  const plan = (await folder.readJson(names.plan)) as Plan;
  if ((plan.format as string) !== 'cardpress-plan/1') {
    throw new Failure('mismatch', `${folder.name}/plan.json is of a format that this version does not know`);
  }
  return plan;
}

/** A run by its name; an input failure that names the others where there is none. */
export async function findRun(disk: Disk, output: string, name: string): Promise<Run> {
  const runs = await listRuns(disk, output);
  const run = runs.find(({ plan }) => plan.run === name);
  if (run !== undefined) return run;
  const others = runs.map(({ plan }) => plan.run).join(', ');
  throw badInput(`there is no run ${name} in ${output}`, {
    hint: others === '' ? 'there are none' : `runs: ${others}`,
  });
}

/** A run is complete when its handoff is packed and every target of the job has it, or when it was purged. */
export async function isComplete({ folder }: Run): Promise<boolean> {
  return (await folder.has(names.complete)) || folder.has(names.purging);
}

/** Whether a run was given up: it made no card, and its job, or its platform, was changed. */
export async function isAbandoned(run: Run): Promise<boolean> {
  return run.folder.has(names.abandoned);
}

/**
 * What complete runs have taken, for a process that makes one run after another: their records were written once and
 * are added to no more. The folder stays the truth; it is read again by the next process.
 */
const known = new WeakMap<Disk, Map<string, readonly IdRange[]>>();

/** The ids that a run has planned or asked for; none of one that was given up. */
export async function takenIds(run: Run): Promise<readonly IdRange[]> {
  if (await isAbandoned(run)) return [];
  const { folder, plan } = run;
  if (!(await folder.has(names.complete))) return readTaken(run);
  const ofDisk = known.get(folder.disk) ?? new Map<string, readonly IdRange[]>();
  known.set(folder.disk, ofDisk);
  // A folder that was taken away and made anew has another plan.
  const key = JSON.stringify([folder.path, plan.created, plan.cards, plan.supplement?.kind]);
  const ranges = ofDisk.get(key) ?? (await readTaken(run));
  ofDisk.set(key, ranges);
  return ranges;
}

async function readTaken(run: Run): Promise<readonly IdRange[]> {
  const { folder, plan } = run;
  const { id, first } = plan.cards;
  const range = (from: number, count: number): IdRange => ({
    pattern: id,
    run: plan.run,
    first: from,
    count,
  });
  // Printed anew, the ids are those of the run that it makes up for.
  const isAgain = plan.supplement !== undefined && plan.supplement.kind !== 'replace';
  const ranges = isAgain ? [] : [range(first, cardCount(plan))];
  const end = first + cardCount(plan);
  for (const file of await folder.list('batches')) {
    if (!file.endsWith('.asked.json')) continue;
    const asked = (await folder.readJson(`batches/${file}`)) as AskedRecord;
    // What was planned is taken as a whole; only serials beyond the plan add to it.
    for (const { serial, count } of asked.cards) if (serial >= end) ranges.push(range(serial, count));
  }
  return ranges;
}

/** The serial after the last that any run of the account has taken under the same id pattern. */
export async function nextSerial(
  { account, cards, run }: Pick<Plan, 'account' | 'cards' | 'run'>,
  runs: readonly Run[],
): Promise<number> {
  let next = 1;
  // A supplement's ids are those of the run that it makes up for, whose name stands in its pattern.
  const own = runPattern(cards.id, run);
  for (const other of runs) {
    if (other.plan.account !== account || runPattern(other.plan.cards.id, other.plan.run) !== own) continue;
    for (const { first, count } of await takenIds(other)) next = Math.max(next, first + count);
  }
  return next;
}
