// cardpress acknowledge: the manufacturer has it, by its own file at the target or by a person's word.
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { takeLock, thisProcess } from '../base/lock.ts';
import { combine } from '../base/log.ts';
import { sessions } from '../deliver/session.ts';
import { findRun } from '../pipeline/runs.ts';
import { acknowledge, fetchAcknowledgement } from '../settle/acknowledge.ts';
import { outputPath, sftpAccess } from './environment.ts';
import type { Call } from './run-command.ts';
import { targetsOfRun } from './targets.ts';
import { openWitness, whoCalls } from './who.ts';

export async function acknowledgeCommand(
  name: string,
  target: string | undefined,
  flags: { readonly job?: string; readonly output?: string },
  { env, terminal, log, stopping }: Call,
): Promise<void> {
  const { plan, folder } = await findRun(nodeDisk, outputPath(env, flags.output), name);
  const access = await sftpAccess(env);
  const all = await targetsOfRun(plan, flags.job, access);
  const targets = all.filter((one) => target === undefined || one.name === target || one.shown === target);
  if (targets.length === 0) {
    throw badInput(`${plan.run} goes to no target ${target ?? ''}`, {
      hint: `targets: ${all.map(({ shown }) => shown).join(', ')}`,
    });
  }
  const self = await thisProcess(nodeDisk, process.pid, new Date());
  const lock = await takeLock(nodeDisk, folder.path, self);
  if ('holder' in lock)
    throw badInput(`${plan.run} is held by process ${lock.holder.pid} on ${lock.holder.host}`);
  const journal = await openWitness(folder, env);
  const tools = {
    plan,
    folder,
    now: () => new Date(),
    by: await whoCalls(env),
    log: combine(journal, log),
    sleep: (milliseconds: number) => sleep(milliseconds, undefined, { signal: stopping }),
    openSession: sessions(nodeDisk, access),
  };
  try {
    for (const one of targets) {
      const isByFile = await fetchAcknowledgement(one, tools);
      if (!isByFile) await acknowledge(one, tools);
      terminal.out(`${plan.run}: ${one.shown} is acknowledged${isByFile ? ', by its own file' : ''}\n`);
    }
  } finally {
    await journal.close();
    await lock.release();
  }
}
