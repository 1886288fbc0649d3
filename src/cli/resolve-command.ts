// cardpress resolve: a person's decision on a batch in doubt.
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { heldBy, thisProcess, withLock } from '../base/lock.ts';
import { names } from '../base/run-folder.ts';
import type { ResolvedRecord } from '../issue/records.ts';
import { LedgerReader } from '../pipeline/ledger.ts';
import { type Run, findRun } from '../pipeline/runs.ts';
import { type Call, clockOf } from './call.ts';
import { outputPath } from './environment.ts';
import { whoCalls, withWitness } from './who.ts';

export interface ResolveFlags {
  readonly batch: string;
  readonly as: string;
  readonly output?: string;
}

export async function resolveCommand(name: string, flags: ResolveFlags, call: Call): Promise<void> {
  const { as } = flags;
  if (as !== 'replace' && as !== 'reissue') throw badInput(`--as is ${as}: it must be replace or reissue`);
  const { env, terminal } = call;
  const now = clockOf(call);
  const run = await findRun(nodeDisk, outputPath(env, flags.output), name);
  const batch = Number(flags.batch);
  const decide = () =>
    withWitness(run.folder, env, now, async (journal) => {
      const attempt = await doubted(run, flags.batch);
      const record: ResolvedRecord = { at: now().toISOString(), by: await whoCalls(env), as };
      if (!(await run.folder.write(names.resolved(batch, attempt), `${JSON.stringify(record)}\n`)))
        throw badInput(`batch ${batch} was decided before: run the job to go on`);
      journal.emit({ event: 'batch.resolved', batch, as });
    });
  const self = await thisProcess(nodeDisk, process.pid, now());
  await withLock(nodeDisk, run.folder.path, self, decide, heldBy(name));
  terminal.out(`batch ${batch} of ${name}: ${as}; run the job to go on\n`);
}

/** The attempt at a batch that waits for a decision. */
async function doubted({ folder, plan }: Run, batch: string): Promise<number> {
  const ledger = await new LedgerReader(folder, plan).read();
  const last = ledger.attempts.get(Number(batch))?.at(-1);
  if (last === undefined) throw badInput(`--batch is ${batch}: run ${plan.run} has asked for no such batch`);
  if (last.looked === undefined || last.looked.found.length === 0 || last.voided !== undefined)
    throw badInput(`batch ${batch} is not in doubt: there is nothing to decide`);
  return last.attempt;
}
