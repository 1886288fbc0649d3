// cardpress purge: what could be stolen of closed runs is destroyed, and a certificate says so.
import { countText } from '../base/count.ts';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { heldBy, withLock } from '../base/lock.ts';
import type { Log } from '../base/log.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import { readJob } from '../plan/read-job.ts';
import { whyNotClosed } from '../pipeline/closing.ts';
import { type Member, readFamily } from '../pipeline/family.ts';
import { removeDrafts } from '../pipeline/output.ts';
import { type Run, listRuns } from '../pipeline/runs.ts';
import { refuseFailures, tend } from '../schedule/tend.ts';
import { keepsProofs, purgeProofs, purgeTogether } from '../settle/purge.ts';
import { closedAt, daysAfter, daysOf, isHalfPurged } from '../settle/retention.ts';
import { type Call, clockOf } from './call.ts';
import { type Desk, atDesk } from './desk.ts';
import { outputPath, reader } from './environment.ts';
import { withWitness } from './who.ts';

export interface PurgeFlags {
  readonly proofs?: boolean;
  readonly force?: boolean;
  readonly reason?: string;
  readonly output?: string;
}

export async function purgeCommand(name: string | undefined, flags: PurgeFlags, call: Call): Promise<void> {
  if (name !== undefined) {
    await purgeRun(name, flags, call);
    return;
  }
  if (flags.force === true) throw badInput('--force is for one run: name it');
  const output = outputPath(call.env, flags.output);
  // A job file that is gone, or a run that is held, keeps no other run's secrets.
  const tended = await tend(
    await listRuns(nodeDisk, output),
    [(run) => purgeDue(run, flags, call)],
    call.stopping,
  );
  if (tended.done + tended.failures.length === 0 && !call.stopping.aborted)
    call.terminal.out('no closed run is past its retention\n');
  refuseFailures(tended, call);
}

/** Purges a run that is past its retention, and goes on with a purge that was cut off. @returns whether it did */
export async function purgeDue(run: Run, flags: PurgeFlags, call: Call): Promise<boolean> {
  const root = run.plan.supplement?.of ?? run.plan.run;
  if (await isPast(run)) {
    await purgeRun(root, { ...flags, reason: 'past its retention' }, call);
    return true;
  }
  // What somebody ordered to be destroyed is, and no more than that.
  if (!(await isHalfPurged(run))) return false;
  await purgeRun(root, flags, call, 'begun');
  return true;

  async function isPast({ plan }: Run): Promise<boolean> {
    const closed = await closedAt(run);
    if (closed === undefined) return false;
    const { retention } = (await readJob(reader, plan.jobFile)).value;
    if (retention === undefined || clockOf(call)() < daysAfter(closed, daysOf(retention))) return false;
    // A card that came back since, or an order that is open, has to be settled first.
    return whyNotClosed(await readFamily(nodeDisk, outputPath(call.env, flags.output), root)) === undefined;
  }
}

/** @param which all that has secrets, or only what a purge that was cut off had begun with */
async function purgeRun(
  name: string,
  flags: PurgeFlags,
  call: Call,
  which: 'all' | 'begun' = 'all',
): Promise<void> {
  const { terminal } = call;
  const now = clockOf(call);
  await atDesk(name, flags, call, { platform: false, key: false }, async (desk) => {
    const { root, supplements } = desk.family;
    if (name !== root.plan.run)
      throw badInput(`${name} belongs to ${root.plan.run}: both are purged together`, {
        hint: `cardpress purge ${root.plan.run}`,
      });
    // A supplement of these runs is planned by who holds the desk: from now on there is none.
    await removeDrafts(nodeDisk, desk.output, desk.around.self);
    const members = [...supplements, root];
    const left = members.filter(({ book }) => !book.purged);
    const proven: Member[] = [];
    if (flags.proofs === true)
      for (const member of members) if (await keepsProofs(member.folder)) proven.push(member);
    if (left.length + proven.length === 0) {
      terminal.out(`${name} was purged before: ${names.purged} says when\n`);
      return;
    }
    const begun = left.filter(({ book }) => book.purging);
    const chosen = which === 'all' ? left : begun;
    const why = chosen.length === begun.length ? undefined : whyNotClosed(desk.family);
    if (why !== undefined) refuseOpen(name, why, flags);
    const about = {
      at: now().toISOString(),
      by: desk.by,
      reason: (flags.reason ?? '').trim() || 'closed',
      forced: why !== undefined,
      proofs: flags.proofs === true,
    };
    await holding([...chosen, ...proven], desk, call, async (held) => {
      const parts = held.slice(0, chosen.length);
      await purgeTogether(
        parts.map(({ folder }) => folder),
        about,
        now,
        ({ run, files }) => {
          parts
            .find(({ folder }) => folder.name === run)
            ?.log.emit({ event: 'run.purged', run, files: files.length });
          terminal.out(
            `${run} is purged: ${countText(files.length, 'file')} destroyed; ${run}/${names.purged} certifies it\n`,
          );
        },
      );
      // Also of a purge that had begun without --proofs.
      for (const { folder } of flags.proofs === true ? held : []) {
        if (!(await keepsProofs(folder))) continue;
        await purgeProofs(folder, about, now);
        terminal.out(
          `${folder.name}: the key of the commitments is destroyed; ${folder.name}/${names.proofPurged} certifies it\n`,
        );
      }
    });
  });
}

/** A run folder that nobody else changes, with its journal. */
interface Holding {
  readonly folder: RunFolder;
  readonly log: Log;
}

/** Does work while nobody else changes any of these runs. */
async function holding(
  [run, ...others]: readonly Run[],
  desk: Desk,
  call: Call,
  work: (held: readonly Holding[]) => Promise<void>,
  held: readonly Holding[] = [],
): Promise<void> {
  if (run === undefined) return work(held);
  const { folder, plan } = run;
  const goOn = (log: Log) => holding(others, desk, call, work, [...held, { folder, log }]);
  // The run that was ordered is held by the desk.
  if (plan.supplement === undefined) return goOn(desk.log);
  await withLock(
    nodeDisk,
    folder.path,
    desk.around.self,
    () => withWitness(folder, call.env, clockOf(call), goOn),
    heldBy(folder.name),
  );
}

function refuseOpen(name: string, why: string, { force, reason }: PurgeFlags): void {
  if (force !== true) {
    throw badInput(`${name} is not closed: ${why}`, {
      hint: 'what is purged can never be printed again; if that is meant: --force --reason TEXT',
    });
  }
  if ((reason ?? '').trim() === '') throw badInput('--force needs a --reason: an auditor will ask for it');
}
