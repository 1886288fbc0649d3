// What falls due on a run after it is packed, each kind as a chore that does nothing where nothing is due.
import { nodeDisk } from '../base/disk.ts';
import { Held } from '../base/lock.ts';
import { names } from '../base/run-folder.ts';
import { conclude, isToBeClosed, whyNotClosed } from '../pipeline/closing.ts';
import { readFamily } from '../pipeline/family.ts';
import { type Run, isComplete } from '../pipeline/runs.ts';
import { readJob } from '../plan/read-job.ts';
import type { Chore } from '../schedule/tend.ts';
import { acknowledgedText, fetchAcknowledgement, unacknowledged } from '../settle/acknowledge.ts';
import { closedAt, isHalfPurged } from '../settle/retention.ts';
import { expected, remindersOf } from '../watch/reminder.ts';
import { type Call, clockOf } from './call.ts';
import { deliverOnly } from './deliver-command.ts';
import { atTargets } from './delivery-desk.ts';
import { atDesk } from './desk.ts';
import { reader } from './environment.ts';
import { purgeDue } from './purge-command.ts';
import { remindOnce, watched } from './watched.ts';

export function choresOf(output: string, metrics: string | undefined, call: Call): readonly Chore[] {
  const now = clockOf(call);
  return [deliverAgain, fetchAcknowledgements, close, purge, remind].map(unlessHeld);

  /** A handoff that did not reach every target of its job. */
  async function deliverAgain({ folder, plan }: Run): Promise<boolean> {
    if (!(await folder.has(names.done)) || (await isComplete({ folder, plan }))) return false;
    const targets = plan.supplement?.deliver ?? (await readJob(reader, plan.jobFile)).value.deliver;
    if (targets.length === 0) return false;
    await watched({ jobPath: plan.jobFile, output, metrics }, call, async (outcome) => {
      outcome.run = plan.run;
      await deliverOnly(plan.run, { output }, call);
      const complete = (await folder.readJson(names.complete)) as { readonly targets: readonly string[] };
      outcome.delivered = [{ run: plan.run, targets: await shownOf(folder, complete.targets) }];
    });
    return true;
  }

  /** The manufacturer's word, where it is still to be expected. */
  async function fetchAcknowledgements(run: Run): Promise<boolean> {
    const { folder, plan } = run;
    if ((await unacknowledged(folder)).length === 0 || (await folder.has(names.purging))) return false;
    let isFound = false;
    await watched({ jobPath: plan.jobFile, output, housekeeping: true }, call, async (outcome, job) => {
      outcome.run = plan.run;
      const names = new Set((await expected(nodeDisk, run, job, now())).map(({ target }) => target));
      if (names.size === 0) return;
      await atTargets(run, undefined, call, async (targets, tools) => {
        for (const target of targets) {
          if (!names.has(target.name)) continue;
          const how = await fetchAcknowledgement(target, tools);
          if (how === undefined) continue;
          call.terminal.out(`${plan.run}: ${target.shown} is ${acknowledgedText(how)}\n`);
          isFound = true;
        }
      });
    });
    return isFound;
  }

  /** A run of which all is settled, by a process that died before it was noted. */
  async function close({ folder, plan }: Run): Promise<boolean> {
    if (plan.supplement !== undefined || !(await folder.has(names.complete))) return false;
    if ((await folder.has(names.closed)) || !isToBeClosed(await readFamily(nodeDisk, output, plan.run)))
      return false;
    await watched({ jobPath: plan.jobFile, output, housekeeping: true }, call, async (outcome) => {
      outcome.run = plan.run;
      const needs = { platform: false, key: false };
      await atDesk(plan.run, { output }, call, needs, (desk) => conclude(plan.run, desk));
    });
    call.terminal.out(`${plan.run} is closed\n`);
    return true;
  }

  /** A closed run that is past its retention, or one of which half is gone. */
  async function purge(run: Run): Promise<boolean> {
    if ((await closedAt(run)) === undefined && !(await isHalfPurged(run))) return false;
    let isDone = false;
    await watched({ jobPath: run.plan.jobFile, output, housekeeping: true }, call, async (outcome) => {
      outcome.run = run.plan.run;
      isDone = await purgeDue(run, { output }, call);
    });
    return isDone;
  }

  async function remind(run: Run): Promise<boolean> {
    const { folder, plan } = run;
    // A run that nothing is left of to be said needs no job file any more.
    if ((await folder.has(names.purging)) || !(await folder.has(names.complete))) return false;
    // Whom to remind, and of what, stands in the job: where it was taken away, nobody is.
    if ((await nodeDisk.size(plan.jobFile)) === undefined) return false;
    const { value: job } = await readJob(reader, plan.jobFile);
    const reminders = await remindersOf(nodeDisk, run, job, now(), async () =>
      whyNotClosed(await readFamily(nodeDisk, output, plan.run)),
    );
    return (await remindOnce(reminders, run, job, output, call)) > 0;
  }
}

/** What another process is at is not due: it goes on with it, or leaves it to the next call. */
function unlessHeld(chore: Chore): Chore {
  return (run) =>
    chore(run).catch((error: unknown) => {
      if (error instanceof Held) return false;
      throw error;
    });
}

/** How people know the targets of these names. */
async function shownOf(folder: Run['folder'], targets: readonly string[]): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const file of await folder.list('receipts'))
    if (file.endsWith('.done.json') && targets.some((target) => file.startsWith(`${target}.`)))
      shown.push(((await folder.readJson(`receipts/${file}`)) as { readonly shown: string }).shown);
  return [...new Set(shown)];
}
