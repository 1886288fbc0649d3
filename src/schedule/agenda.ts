// What a scheduled job has to do now, from its run folders, its times and the clock. Pure, so that a restart forgets
// nothing and a year can be tried in a second.
import { type Due, type Times, isRunOf, lastDue, nextDues } from '../plan/cron.ts';

export interface RunState {
  readonly run: string;
  readonly complete: boolean;
}

/** What is noted of a job beside its runs. */
export interface Note {
  /** Times up to here are none of ours: the job was scheduled later, or they were skipped. */
  readonly since: string;
  /** A due run that was begun, and may not have come to a folder. */
  readonly trying: string | null;
}

export interface Agenda {
  /** The run to make or go on with; undefined where nothing is to be done. */
  readonly run: string | undefined;
  /** When to look again, where nothing is to be done. */
  readonly until: Date;
  /** What is to be noted before. */
  readonly note: Note;
}

export interface Scheduled extends Times {
  readonly catchUp: 'once' | 'skip';
}

/** A time is missed once it is this long ago and nobody has begun it. */
const GRACE_MS = 15 * 60_000;

export function agendaOf(
  job: string,
  schedule: Scheduled,
  runs: readonly RunState[],
  note: Note,
  now: Date,
): Agenda {
  const until = nextDues(job, schedule, now, 1)[0]?.at ?? new Date(8.64e15);
  const isMade = (name: string) => runs.some(({ run }) => isRunOf(name, run));
  const open = runs.find(({ complete }) => !complete);
  if (open !== undefined) return { run: open.run, until, note };
  // What was begun is done before what is due since.
  if (note.trying !== null && !isMade(note.trying)) return { run: note.trying, until, note };
  const last: Due | undefined = lastDue(job, schedule, now);
  if (last === undefined || last.at.getTime() <= Date.parse(note.since) || isMade(last.run))
    return { run: undefined, until, note: { ...note, trying: null } };
  const isMissed = now.getTime() - last.at.getTime() > GRACE_MS;
  if (isMissed && schedule.catchUp === 'skip')
    return { run: undefined, until, note: { since: last.at.toISOString(), trying: null } };
  return { run: last.run, until, note: { ...note, trying: last.run } };
}
