// cardpress deliver: a packed handoff to the job's targets. It needs no key of the vault.
import { nodeDisk } from '../base/disk.ts';
import { type Failure, asFailure, badInput } from '../base/failure.ts';
import { takeLock, thisProcess } from '../base/lock.ts';
import { combine } from '../base/log.ts';
import { names } from '../base/run-folder.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliver, noteReceived } from '../deliver/deliver.ts';
import { readDeliveries, writeComplete } from '../deliver/receipt.ts';
import { sessions } from '../deliver/session.ts';
import { fetchAcknowledgement } from '../settle/acknowledge.ts';
import { outputPath, sftpAccess } from './environment.ts';
import { findRun } from './find-run.ts';
import type { Call } from './run-command.ts';
import { targetsOfRun } from './targets.ts';
import { openWitness, whoCalls } from './who.ts';

export interface DeliverFlags {
  readonly again?: boolean;
  /** The manufacturer has what may have been fetched. */
  readonly received?: boolean;
  readonly output?: string;
  readonly job?: string;
}

export async function deliverCommand(name: string, flags: DeliverFlags, call: Call): Promise<void> {
  const { env, terminal, stopping } = call;
  if (flags.again === true && flags.received === true)
    throw badInput('--again and --received: either they have it or they do not');
  const { plan, folder } = await findRun(nodeDisk, outputPath(env, flags.output), name);
  if (!(await folder.has(names.done)))
    throw badInput(`${plan.run} is not packed yet`, { hint: 'cardpress run brings it to its handoff' });
  const access = await sftpAccess(env);
  const targets = await targetsOfRun(plan, flags.job, access);

  const self = await thisProcess(nodeDisk, process.pid, new Date());
  const lock = await takeLock(nodeDisk, folder.path, self);
  if ('holder' in lock)
    throw badInput(`${plan.run} is held by process ${lock.holder.pid} on ${lock.holder.host}`);
  const now = () => new Date();
  const journal = await openWitness(folder, env);
  const tools = {
    plan,
    folder,
    now,
    by: await whoCalls(env),
    log: combine(journal, call.log),
    sleep: (milliseconds: number) => sleep(milliseconds, undefined, { signal: stopping }),
    openSession: sessions(nodeDisk, access),
  };
  try {
    let failure: Failure | undefined;
    for (const target of targets) {
      try {
        if (flags.received === true) await noteReceived(target, tools);
        await deliver(target, flags.again === true, tools);
        const isThere = await fetchAcknowledgement(target, tools);
        terminal.out(`${plan.run} is delivered to ${target.shown}${isThere ? ', and acknowledged' : ''}\n`);
      } catch (error) {
        // One box that is down is no reason to keep the others waiting.
        const found = asFailure(error);
        journal.emit({ event: 'failed', kind: found.kind, message: found.message });
        if (failure !== undefined) terminal.err(`${failure.message}\n`);
        failure = found;
      }
    }
    if (failure !== undefined) throw failure;
    const states = await readDeliveries(folder);
    if (targets.every((target) => states.get(target.name)?.reached === 'done'))
      await writeComplete(
        folder,
        targets.map((target) => target.name),
        now(),
      );
  } finally {
    await journal.close();
    await lock.release();
  }
}
