// When a job is due, by its cron pattern and its time zone, and what the run of each time is called.
import { Cron } from 'croner';

export interface Times {
  readonly cron: string;
  /** The computer's own where none is said. */
  readonly timezone?: string | undefined;
}

/** One time at which a job is due. */
export interface Due {
  readonly at: Date;
  /** The name of its run: job and day, and the time where the job is due more than once a day. */
  readonly run: string;
}

/** Whether a run is the one of this name, or one that took its place: `spring-2026-11-23-2`. Times have four digits. */
export function isRunOf(name: string, run: string): boolean {
  return run === name || (run.startsWith(`${name}-`) && /^[1-9]\d{0,2}$/.test(run.slice(name.length + 1)));
}

/** What is wrong with a pattern; undefined where it is good. */
export function cronComplaint(times: Times): string | undefined {
  try {
    return open(times).nextRun() === null ? 'it is never due' : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `it must be five fields such as 0 2 * * 1: ${reason}`;
  }
}

/** The last time that has come; undefined where there was none. */
export function lastDue(job: string, times: Times, now: Date): Due | undefined {
  // The library looks for a time before the one it is given.
  const [at] = open(times).previousRuns(1, new Date(now.getTime() + 1));
  return at === undefined ? undefined : { at, run: naming(job, times)(at) };
}

/** The next times. A time that the clock shows twice, in autumn, is due once. */
export function nextDues(job: string, times: Times, now: Date, count: number): readonly Due[] {
  const nameOf = naming(job, times);
  const cron = open(times);
  const dues: Due[] = [];
  let before = lastDue(job, times, now)?.run;
  for (let from = now; dues.length < count;) {
    const at = cron.nextRun(from);
    if (at === null) break;
    const run = nameOf(at);
    if (run !== before) dues.push({ at, run });
    before = run;
    from = at;
  }
  return dues;
}

function naming(job: string, { cron, timezone }: Times): (at: Date) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    ...(timezone !== undefined && { timeZone: timezone }),
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const often = isOftenADay(cron);
  return (at) => {
    const [day = '', time = ''] = format.format(at).split(' ');
    return often ? `${job}-${day}-${time.replace(':', '')}` : `${job}-${day}`;
  };
}

/** Whether a day can have more than one time. */
function isOftenADay(cron: string): boolean {
  const [first, second] = open({ cron, timezone: 'UTC' }).nextRuns(2, new Date(0));
  return first?.toISOString().slice(0, 10) === second?.toISOString().slice(0, 10);
}

function open({ cron, timezone }: Times): Cron {
  return new Cron(cron, {
    mode: '5-part',
    paused: true,
    // Several hours a day are hours of the clock, as one is: none is due twice when the clock goes back.
    fixedTimeRule: 'no-wildcard',
    ...(timezone !== undefined && { timezone }),
  });
}
