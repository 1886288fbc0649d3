// cardpress schedule: jobs at their times, in one process that stays.
import { nodeDisk } from '../base/disk.ts';
import { Failure, asFailure, badInput } from '../base/failure.ts';
import { stoppablePause } from '../base/pause.ts';
import { type Run, isAbandoned, isComplete, listRuns } from '../pipeline/runs.ts';
import { nextDues } from '../plan/cron.ts';
import { readJob } from '../plan/read-job.ts';
import { type RunState, type Scheduled, agendaOf } from '../schedule/agenda.ts';
import { readNote, writeNote } from '../schedule/note.ts';
import { scheduledOf } from '../schedule/scheduled.ts';
import { type Clock, type Ended, jobLoop } from '../schedule/scheduler.ts';
import { type Call, clockOf } from './call.ts';
import { outputPath, reader } from './environment.ts';
import { runCommand } from './run-command.ts';
import { tendRuns } from './tend-command.ts';

export interface ScheduleOptions {
  readonly list?: boolean;
  readonly output?: string;
  readonly metrics?: string;
}

/** Times that `--list` shows of each job. */
const SHOWN = 3;

/** A wait is taken in pieces: a clock that is set, or a computer that slept, is noticed. */
const PIECE_MS = 60_000;

export async function scheduleCommand(
  jobPaths: readonly string[],
  options: ScheduleOptions,
  call: Call,
  clock: Clock = systemClock(call),
): Promise<void> {
  const output = outputPath(call.env, options.output);
  const jobs = await Promise.all(jobPaths.map(readScheduled));
  for (const [index, { name }] of jobs.entries()) {
    if (jobs.findIndex((other) => other.name === name) !== index)
      throw badInput(`two jobs are named ${name}: runs are known by the job's name`);
  }
  if (options.list === true) {
    for (const { name, schedule } of jobs) call.terminal.out(await listText(name, schedule));
    return;
  }
  // What is noted now is known after a restart: from here on no time is forgotten.
  for (const { name, schedule } of jobs)
    await writeNote(
      nodeDisk,
      output,
      name,
      schedule,
      await readNote(nodeDisk, output, name, schedule, clock.now()),
    );
  const names = jobs.map(({ name }) => name).join(', ');
  call.terminal.err(`scheduled: ${names}; SIGTERM ends it when the steps in flight are done\n`);
  await Promise.all(
    jobPaths.map((jobPath) =>
      jobLoop({
        clock,
        stopping: call.stopping,
        readJob: () => readScheduled(jobPath),
        runs: (name) => runStates(output, name),
        readNote: (name, schedule) => readNote(nodeDisk, output, name, schedule, clock.now()),
        writeNote: (name, schedule, note) => writeNote(nodeDisk, output, name, schedule, note),
        perform: (run) => perform(jobPath, run),
        tend: (name) => tendJob(name),
        onTrouble: (error) => {
          call.terminal.err(`${jobPath}: ${asFailure(error).message}\n`);
        },
      }),
    ),
  );
  throw new Failure('interrupted', 'stopped; what is open is gone on with when it is started again');

  async function tendJob(name: string): Promise<void> {
    const runs = (await listRuns(nodeDisk, output)).filter(({ plan }) => plan.job === name);
    const { failures } = await tendRuns(runs, output, options, { ...call, now: clock.now });
    for (const { run, failure } of failures) call.terminal.err(`${run}: ${failure.message}\n`);
  }

  async function perform(jobPath: string, run: string): Promise<Ended> {
    try {
      const { isWell } = await runCommand(
        jobPath,
        { output, due: run, metrics: options.metrics },
        { ...call, now: clock.now },
      );
      return isWell === true ? 'done' : 'elsewhere';
    } catch (error) {
      const failure = asFailure(error);
      if (!call.stopping.aborted)
        call.terminal.err(`${run}: ${failure.message} (exit code ${failure.exitCode})\n`);
      return failure;
    }
  }

  async function listText(name: string, schedule: Scheduled): Promise<string> {
    const now = clock.now();
    const runs = await runStates(output, name);
    const note = await readNote(nodeDisk, output, name, schedule, now);
    const { run } = agendaOf(name, schedule, runs, note, now);
    const isOpen = runs.some((state) => state.run === run);
    const rows = [
      ...(run === undefined ? [] : [['now', run, isOpen ? 'open: is gone on with' : 'is due']]),
      ...nextDues(name, schedule, now, SHOWN).map((due, index) => [
        index === 0 ? 'next' : '',
        due.run,
        timeText(due.at, schedule.timezone),
      ]),
    ];
    const width = Math.max(...rows.map(([, label = '']) => label.length));
    const lines = rows.map(
      ([head = '', label = '', says = '']) => `  ${head.padEnd(6)}${label.padEnd(width)}  ${says}\n`,
    );
    return `${name}: ${schedule.cron}, ${schedule.timezone ?? 'this computer’s time zone'}\n${lines.join('')}`;
  }
}

const readScheduled = async (jobPath: string) => scheduledOf(await readJob(reader, jobPath));

async function runStates(output: string, job: string): Promise<readonly RunState[]> {
  const runs: Run[] = [];
  for (const run of await listRuns(nodeDisk, output))
    if (run.plan.job === job && run.plan.supplement === undefined && !(await isAbandoned(run)))
      runs.push(run);
  return Promise.all(runs.map(async (run) => ({ run: run.plan.run, complete: await isComplete(run) })));
}

function timeText(at: Date, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...(timeZone !== undefined && { timeZone }),
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(at);
}

function systemClock(call: Call): Clock {
  const now = clockOf(call);
  return {
    now,
    async until(at, stopping) {
      const pause = stoppablePause(stopping);
      while (!stopping.aborted && now() < at) {
        const left = Math.min(PIECE_MS, at.getTime() - now().getTime());
        await pause(left).catch(() => undefined);
      }
    },
  };
}
