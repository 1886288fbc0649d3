// What the commands share that go to a run's targets: its lock, its journal, and the tools to reach them. They need
// no key of the vault.
import { nodeDisk } from '../base/disk.ts';
import { type Busy, Held, thisProcess, withLock } from '../base/lock.ts';
import { combine } from '../base/log.ts';
import { stoppablePause } from '../base/pause.ts';
import { sessions } from '../deliver/session.ts';
import type { Target } from '../deliver/target.ts';
import type { Run } from '../pipeline/runs.ts';
import type { AckTools } from '../settle/acknowledge.ts';
import { type Call, clockOf } from './call.ts';
import { sftpAccess } from './environment.ts';
import { targetsOfRun } from './targets.ts';
import { whoCalls, withWitness } from './who.ts';

/**
 * Does work at the targets of a run, as its only holder.
 * @param moved the job file, where it has been moved
 * @returns what the work returned, or who holds the run
 */
export async function atTargets<T>(
  { plan, folder }: Run,
  moved: string | undefined,
  call: Call,
  work: (targets: readonly Target[], tools: AckTools) => Promise<T>,
): Promise<{ readonly came: T } | Busy> {
  const { env, log } = call;
  const now = clockOf(call);
  const access = await sftpAccess(env);
  const targets = await targetsOfRun(plan, moved, access);
  const self = await thisProcess(nodeDisk, process.pid, now());
  const by = await whoCalls(env);
  const deal = () =>
    withWitness(folder, env, now, async (journal) => ({
      came: await work(targets, {
        plan,
        folder,
        now,
        by,
        log: combine(journal, log),
        sleep: stoppablePause(call.stopping),
        openSession: sessions(nodeDisk, access),
      }),
    }));
  return withLock(nodeDisk, folder.path, self, deal, (busy) => busy);
}

/** @throws Held that says who holds the run */
export function refuseBusy(run: string, came: { readonly came: unknown } | Busy): void {
  if ('holder' in came) throw new Held(run, came);
}
