// cardpress purge: what could be stolen of closed runs is destroyed, and a certificate says so.
import { countText } from '../base/count.ts';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { Held, takeLock } from '../base/lock.ts';
import { names } from '../base/run-folder.ts';
import { readJob } from '../plan/inputs.ts';
import { membersOf, readFamily } from '../pipeline/family.ts';
import { whyNotClosed } from '../pipeline/orders.ts';
import { type Run, listRuns } from '../pipeline/runs.ts';
import { purgeFolder } from '../settle/purge.ts';
import { closedAt, daysAfter, daysOf } from '../settle/retention.ts';
import { type Desk, atDesk } from './desk.ts';
import { outputPath, reader } from './environment.ts';
import { type Call, clockOf } from './run-command.ts';
import { openWitness } from './who.ts';

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
  let count = 0;
  for (const run of await listRuns(nodeDisk, output)) if (await purgeDue(run, flags, call)) count += 1;
  if (count === 0) call.terminal.out('no closed run is past its retention\n');
}

/** Purges a run that is past its retention. @returns whether it was */
export async function purgeDue(run: Run, flags: PurgeFlags, call: Call): Promise<boolean> {
  const output = outputPath(call.env, flags.output);
  const closed = run.plan.supplement === undefined ? await closedAt(run.folder) : undefined;
  if (closed === undefined) return false;
  const { retention } = (await readJob(reader, run.plan.jobFile)).value;
  if (retention === undefined || clockOf(call)() < daysAfter(closed, daysOf(retention))) return false;
  // A card that came back since, or an order that is open, has to be settled first.
  if (whyNotClosed(await readFamily(nodeDisk, output, run.plan.run)) !== undefined) return false;
  await purgeRun(run.plan.run, { ...flags, reason: 'past its retention' }, call);
  return true;
}

async function purgeRun(name: string, flags: PurgeFlags, call: Call): Promise<void> {
  const { terminal, env } = call;
  const now = clockOf(call);
  await atDesk(name, flags, call, { platform: false, key: false }, async (desk) => {
    const { root } = desk.family;
    if (name !== root.plan.run)
      throw badInput(`${name} belongs to ${root.plan.run}: both are purged together`, {
        hint: `cardpress purge ${root.plan.run}`,
      });
    const members = membersOf(desk.family);
    if (members.every(({ book }) => book.purged)) {
      terminal.out(`${name} was purged before: ${names.purged} says when\n`);
      return;
    }
    const isUnderWay = members.some(({ book }) => book.purging);
    const why = isUnderWay ? undefined : whyNotClosed(desk.family);
    if (why !== undefined) refuseOpen(name, why, flags);
    for (const { folder, plan, book } of members) {
      if (book.purged) continue;
      const about = {
        at: now().toISOString(),
        by: desk.by,
        reason: (flags.reason ?? '').trim() || 'closed',
        forced: why !== undefined,
        proofs: flags.proofs === true,
      };
      const isRoot = plan.run === root.plan.run;
      const files = isRoot ? await purgeOne(folder, about, desk) : await purgeSupplement(folder, about, desk);
      terminal.out(
        `${plan.run} is purged: ${countText(files, 'file')} destroyed; ${plan.run}/${names.purged} certifies it\n`,
      );
    }
  });

  async function purgeSupplement(
    folder: Desk['family']['root']['folder'],
    about: Parameters<typeof purgeFolder>[1],
    { around }: Desk,
  ): Promise<number> {
    const lock = await takeLock(nodeDisk, folder.path, around.self);
    if ('holder' in lock) throw new Held(folder.name, lock);
    const journal = await openWitness(folder, env, now);
    try {
      const { files } = await purgeFolder(folder, about, now);
      journal.emit({ event: 'run.purged', run: folder.name, files: files.length });
      return files.length;
    } finally {
      await journal.close();
      await lock.release();
    }
  }
}

async function purgeOne(
  folder: Desk['family']['root']['folder'],
  about: Parameters<typeof purgeFolder>[1],
  { log, around: { now } }: Desk,
): Promise<number> {
  const { files } = await purgeFolder(folder, about, now);
  log.emit({ event: 'run.purged', run: folder.name, files: files.length });
  return files.length;
}

function refuseOpen(name: string, why: string, { force, reason }: PurgeFlags): void {
  if (force !== true) {
    throw badInput(`${name} is not closed: ${why}`, {
      hint: 'what is purged can never be printed again; if that is meant: --force --reason TEXT',
    });
  }
  if ((reason ?? '').trim() === '') throw badInput('--force needs a --reason: an auditor will ask for it');
}
