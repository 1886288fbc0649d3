// What people forget: a manufacturer that never said that it has the cards, and secrets whose time is over. Each is
// told once.
import type { Disk } from '../base/disk.ts';
import { names } from '../base/run-folder.ts';
import type { Run } from '../pipeline/runs.ts';
import { isTestRun } from '../plan/plan.ts';
import type { Job } from '../plan/job.ts';
import { unacknowledged } from '../settle/acknowledge.ts';
import { closedAt, daysAfter, daysOf, isClosed } from '../settle/retention.ts';
import { type Notice, noticeOf } from './notice.ts';

export interface Reminder {
  readonly event: 'acknowledgement' | 'retention';
  /** What makes it this one; it is told once. */
  readonly news: string;
  readonly message: string;
}

/** A manufacturer that did not answer is asked, and reminded of, for so many days more; then nobody expects it. */
const PATIENCE_DAYS = 30;

/** Days before the secrets are destroyed in which it is told. */
const WARNING_DAYS = 7;

const dayOf = (at: Date) => at.toISOString().slice(0, 10);

/** Deliveries whose acknowledgement is still to be expected. */
export async function expected(disk: Disk, run: Run, { notify }: Job, now: Date) {
  const receipts = await unacknowledged(run.folder);
  if (receipts.length === 0 || (await isClosed(disk, run))) return [];
  const days = daysOf(notify.acknowledgeWithin);
  return receipts.filter(({ at }) => now < daysAfter(at, days + PATIENCE_DAYS));
}

/**
 * What is to be said of a run now.
 * @param whyNotClosed what keeps a run from being purged that is past its retention; undefined where nothing does
 */
export async function remindersOf(
  disk: Disk,
  run: Run,
  job: Job,
  now: Date,
  whyNotClosed: () => Promise<string | undefined>,
): Promise<readonly Reminder[]> {
  const name = run.plan.run;
  const days = daysOf(job.notify.acknowledgeWithin);
  const missing = (await expected(disk, run, job, now))
    .filter(({ at }) => now >= daysAfter(at, days))
    .map(({ target, delivery, shown, at }): Reminder => ({
      event: 'acknowledgement',
      news: `acknowledgement ${name} ${target}.${delivery}`,
      message: `${name} was delivered to ${shown} on ${dayOf(new Date(at))}, and nobody has acknowledged it: ask there, then cardpress acknowledge ${name}`,
    }));
  const retention = await retentionOf(run, job, now, whyNotClosed);
  return retention === undefined ? missing : [...missing, { event: 'retention', ...retention }];
}

async function retentionOf(
  { folder, plan }: Run,
  { retention }: Job,
  now: Date,
  whyNotClosed: () => Promise<string | undefined>,
): Promise<Omit<Reminder, 'event'> | undefined> {
  if (retention === undefined || plan.supplement !== undefined) return undefined;
  const { run } = plan;
  const closed = await closedAt({ folder, plan });
  if (closed !== undefined) {
    const end = daysAfter(closed, daysOf(retention));
    if (now < daysAfter(end.toISOString(), -WARNING_DAYS)) return undefined;
    const why = now < end ? undefined : await whyNotClosed();
    return why === undefined
      ? {
          news: `retention ${run} ${dayOf(end)}`,
          message: `${run} was closed on ${dayOf(new Date(closed))}: its secrets are destroyed on ${dayOf(end)} (retention ${retention})`,
        }
      : {
          news: `retention ${run} open`,
          message: `${run} is past its retention of ${retention}, and its secrets stay: ${why}`,
        };
  }
  if (!(await folder.has(names.complete)) || (await folder.has(names.purging))) return undefined;
  const { at } = (await folder.readJson(names.complete)) as { readonly at: string };
  if (now < daysAfter(at, daysOf(retention))) return undefined;
  return {
    news: `retention ${run} never closed`,
    message: `${run} was completed on ${dayOf(new Date(at))} and was never closed: its secrets stay until it is (cardpress status ${run} says what is missing)`,
  };
}

export function reminderNotice({ event, message }: Reminder, { plan }: Run, at: Date): Notice {
  return noticeOf(event, 0, message, { job: plan.job, test: isTestRun(plan), run: plan.run, at });
}
