// Which run a call is about: the job's open one, one by its name, or a new one and what it is called.
import { join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { isRunOf } from '../plan/cron.ts';
import type { Job } from '../plan/job.ts';
import { type Run, isAbandoned, isComplete, listRuns } from './runs.ts';

export interface RunRequest {
  readonly jobPath: string;
  readonly output: string;
  /** The platform's base URL. */
  readonly origin: string;
  /** A run by this name, instead of the job's open one. */
  readonly run?: string;
  /** What a new run is called where no name is given: after the time at which it is due. Default: after today. */
  readonly due?: string | undefined;
  /** Begin a new run even where one is open. */
  readonly fresh: boolean;
}

/** The run to continue, or the name of the one to make. */
export async function whichRun(job: Job, request: RunRequest, disk: Disk, now: Date): Promise<Run | string> {
  const runs: Run[] = [];
  for (const run of await listRuns(disk, request.output))
    if (run.plan.job === job.name && run.plan.supplement === undefined && !(await isAbandoned(run)))
      runs.push(run);
  const taken = new Set(await disk.list(request.output));
  const open: Run[] = [];
  for (const run of runs) if (!(await isComplete(run))) open.push(run);
  if (request.run !== undefined) {
    const named = runs.find(({ plan }) => plan.run === request.run);
    if (named !== undefined) return named;
    if (taken.has(request.run))
      throw badInput(
        `${join(request.output, request.run)} is there already, and is no run of job ${job.name}`,
      );
    const [other] = open;
    if (other !== undefined && !request.fresh) {
      throw badInput(
        `job ${job.name} has an open run, ${other.plan.run}: a new one would order again beside it`,
        {
          hint: `continue that one, or say --new`,
        },
      );
    }
    return request.run;
  }
  const [oldest] = open;
  if (oldest !== undefined && !request.fresh) return oldest;
  const base = request.due ?? `${job.name}-${dateIn(job.schedule?.timezone, now)}`;
  // Where one was given up, the next of the day has taken its place.
  const today = runs.find(({ plan }) => isRunOf(base, plan.run));
  if (today !== undefined && !request.fresh) return today;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** The day in a time zone (the system's where none is given) as 2026-11-23. */
function dateIn(timezone: string | undefined, now: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { ...(timezone !== undefined && { timeZone: timezone }) }).format(
    now,
  );
}
