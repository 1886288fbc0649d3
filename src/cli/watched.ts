// A command on a job, watched: what its end is told to the webhook, the heartbeat and the metrics. None of them
// changes how the command ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeDisk } from '../base/disk.ts';
import { asFailure, badInput } from '../base/failure.ts';
import { Held } from '../base/lock.ts';
import type { Secret } from '../base/secret.ts';
import type { Run } from '../pipeline/runs.ts';
import { readJob } from '../plan/read-job.ts';
import { type Job, isTest } from '../plan/job.ts';
import { readMemory, stillTold, writeMemory } from '../watch/memory.ts';
import { writeMetrics } from '../watch/metrics.ts';
import { type Notice, deliveryNotice, failureNotice, newsOf } from '../watch/notice.ts';
import { type Reminder, reminderNotice } from '../watch/reminder.ts';
import { beat, postNotice } from '../watch/webhook.ts';
import { type Call, clockOf } from './call.ts';
import { notifySecret, reader } from './environment.ts';

/** What the work has come to, told as it goes. */
export interface Outcome {
  /** The run that it is at; one call may finish an old run and then make the one that is due. */
  run?: string | undefined;
  /** Everything is done that was to be done; not so where another process is at it. */
  isWell?: boolean;
  /** Runs that were delivered now, each with the targets that have got it. */
  delivered?: readonly { readonly run: string; readonly targets: readonly string[] }[];
}

export interface WatchOptions {
  readonly jobPath: string;
  readonly output: string;
  /** A file for Prometheus. */
  readonly metrics?: string | undefined;
  /** Housekeeping: how it ends well says nothing of the job, and only a failure is told. */
  readonly housekeeping?: true;
}

export async function watched(
  { jobPath, output, metrics, housekeeping }: WatchOptions,
  call: Call,
  work: (outcome: Outcome, job: Job) => Promise<void>,
): Promise<Outcome> {
  const { value: job } = await readJob(reader, jobPath);
  const key = await webhookKey(job, call);
  const outcome: Outcome = {};
  const now = clockOf(call);
  try {
    await work(outcome, job);
  } catch (error) {
    // How it ends is told by the process that is at it; what was delivered before is told by nobody else.
    if (error instanceof Held) {
      if (deliveries().length > 0) await tell(deliveries(), 0);
      throw error;
    }
    const failure = asFailure(error);
    const failed = failureNotice(failure, { ...about(outcome.run), at: now() });
    await tell([...deliveries(), ...(failed === undefined ? [] : [failed])], failure.exitCode);
    throw error;
  }
  if (housekeeping !== true) await tell(deliveries(), 0);
  return outcome;

  function about(run: string | undefined) {
    return { job: job.name, test: isTest(job), run };
  }

  function deliveries(): readonly Notice[] {
    return (outcome.delivered ?? []).flatMap(({ run, targets }) =>
      targets.length === 0 ? [] : [deliveryNotice(targets, { ...about(run), at: now() })],
    );
  }

  async function tell(notices: readonly Notice[], exitCode: number): Promise<void> {
    const { notify } = job;
    const tools = { sleep: (milliseconds: number) => sleep(milliseconds) };
    for (const one of [giveNotice, giveHeartbeat, giveMetrics]) {
      try {
        await one();
      } catch (error) {
        call.terminal.err(`${job.name}: ${asFailure(error).message}\n`);
      }
    }

    async function giveNotice(): Promise<void> {
      if (notify.webhook === undefined && metrics === undefined) return;
      const at = now();
      const last = { at: at.toISOString(), exitCode };
      const memory = await readMemory(nodeDisk, output, job.name);
      let told = exitCode === 0 ? {} : stillTold(memory, at);
      await writeMemory(nodeDisk, output, job.name, { ...memory, last, told });
      if (notify.webhook === undefined || key === undefined) return;
      for (const notice of notices) {
        const news = newsOf(notice);
        if (!notify.on.includes(notice.event) || news in told) continue;
        await postNotice(notify.webhook, notice, key, tools);
        told = { ...told, [news]: at.toISOString() };
        await writeMemory(nodeDisk, output, job.name, { ...memory, last, told });
      }
    }

    async function giveHeartbeat(): Promise<void> {
      if (notify.heartbeat !== undefined && outcome.isWell === true) await beat(notify.heartbeat, tools);
    }

    async function giveMetrics(): Promise<void> {
      if (metrics !== undefined) await writeMetrics(reader, output, metrics, now());
    }
  }
}

/**
 * Tells what people forget, each thing once: on the terminal, and to the webhook where the job wants it.
 * @returns how many were told now
 */
export async function remindOnce(
  reminders: readonly Reminder[],
  run: Run,
  job: Job,
  output: string,
  call: Call,
): Promise<number> {
  let count = 0;
  const { webhook, on } = job.notify;
  for (const reminder of reminders) {
    const memory = await readMemory(nodeDisk, output, job.name);
    if (memory.reminded?.[reminder.news] !== undefined) continue;
    const at = clockOf(call)();
    const key = await webhookKey(job, call);
    call.terminal.out(`${reminder.message}\n`);
    if (webhook !== undefined && key !== undefined && on.includes(reminder.event))
      await postNotice(webhook, reminderNotice(reminder, run, at), key, {
        sleep: (milliseconds) => sleep(milliseconds),
      });
    const reminded = { ...memory.reminded, [reminder.news]: at.toISOString() };
    await writeMemory(nodeDisk, output, job.name, { ...memory, reminded });
    count += 1;
  }
  return count;
}

/** The secret that signs notices, where the job has a webhook. */
export async function webhookKey({ notify }: Job, { env }: Pick<Call, 'env'>): Promise<Secret | undefined> {
  if (notify.webhook === undefined) return undefined;
  const key = await notifySecret(env);
  if (key !== undefined) return key;
  throw badInput('the job has a webhook, and CARDPRESS_NOTIFY_SECRET is not set', {
    hint: 'set it, or CARDPRESS_NOTIFY_SECRET_FILE to the name of a file that holds it: notices are signed with it',
  });
}
