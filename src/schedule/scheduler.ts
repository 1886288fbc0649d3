// The loop of a scheduled job: look what is due, do it, wait. A job has one loop, so it never runs beside itself
// here; against other processes stands the lock of its run.
import type { Failure } from '../base/failure.ts';
import { type Note, type RunState, type Scheduled, agendaOf } from './agenda.ts';

export interface Clock {
  readonly now: () => Date;
  /** Returns at a time, or earlier when `stopping` aborts. */
  readonly until: (at: Date, stopping: AbortSignal) => Promise<void>;
}

/** How an attempt at a run ended. `elsewhere`: another process is at it. */
export type Ended = 'done' | 'elsewhere' | Failure;

export interface LoopTools {
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  /** The job as its file says now. Throws where it cannot be read. */
  readonly readJob: () => Promise<{ readonly name: string; readonly schedule: Scheduled }>;
  readonly runs: (job: string) => Promise<readonly RunState[]>;
  readonly readNote: (job: string, schedule: Scheduled) => Promise<Note>;
  readonly writeNote: (job: string, schedule: Scheduled, note: Note) => Promise<void>;
  readonly perform: (run: string) => Promise<Ended>;
  /** Housekeeping of the job's runs, once a day while nothing else is to be done. */
  readonly tend: (job: string) => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
}

const MINUTE = 60_000;

/** After "not to be had for now": five minutes, then twice as long each time, up to an hour. */
const PATIENCE = { first: 5 * MINUTE, most: 60 * MINUTE };

/** After what needs a person: another day. The next due time comes first where it is nearer. */
const DAY = 24 * 60 * MINUTE;

/** A job file that was changed is seen within a day. */
const LOOK = DAY;

export async function jobLoop(tools: LoopTools): Promise<void> {
  const { clock, stopping } = tools;
  let failures = 0;
  let tended: Date | undefined;
  while (!stopping.aborted) {
    let wait: Date;
    try {
      wait = await turn();
    } catch (error) {
      // Neither a job file under an editor nor a full disk may end the others' schedule.
      tools.onTrouble(error);
      wait = after(PATIENCE.first);
    }
    await clock.until(wait, stopping);
  }

  /** One look; returns when to take the next. */
  async function turn(): Promise<Date> {
    const { name, schedule } = await tools.readJob();
    const before = await tools.readNote(name, schedule);
    const { run, until, note } = agendaOf(name, schedule, await tools.runs(name), before, clock.now());
    await tools.writeNote(name, schedule, note);
    if (run === undefined) {
      if (tended === undefined || clock.now().getTime() - tended.getTime() >= DAY) {
        tended = clock.now();
        await tools.tend(name);
      }
      return earlier(until, after(LOOK));
    }
    const ended = await tools.perform(run);
    if (ended === 'done') {
      failures = 0;
      return clock.now();
    }
    if (ended === 'elsewhere') return after(PATIENCE.first);
    failures += 1;
    if (ended.kind === 'unavailable')
      return after(Math.min(PATIENCE.most, PATIENCE.first * 2 ** (failures - 1)));
    return earlier(until, after(DAY));
  }

  function after(milliseconds: number): Date {
    return new Date(clock.now().getTime() + milliseconds);
  }
}

const earlier = (a: Date, b: Date) => (a < b ? a : b);
