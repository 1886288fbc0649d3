// cardpress resolve: a person's decision on a batch in doubt.
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import type { ResolvedRecord } from '../issue/records.ts';
import { LedgerReader } from '../pipeline/ledger.ts';
import { findRun } from '../pipeline/runs.ts';
import { outputPath } from './environment.ts';
import type { Call } from './run-command.ts';

export interface ResolveFlags {
  readonly batch: string;
  readonly as: string;
  readonly output?: string;
}

export async function resolveCommand(
  name: string,
  flags: ResolveFlags,
  { terminal, env }: Call,
): Promise<void> {
  if (flags.as !== 'replace' && flags.as !== 'reissue')
    throw badInput(`--as is ${flags.as}: it must be replace or reissue`);
  const { folder, plan } = await findRun(nodeDisk, outputPath(env, flags.output), name);
  const ledger = await new LedgerReader(folder, plan).read();
  const last = ledger.attempts.get(Number(flags.batch))?.at(-1);
  if (last === undefined)
    throw badInput(`--batch is ${flags.batch}: run ${name} has asked for no such batch`);
  if (last.looked === undefined || last.looked.found.length === 0 || last.voided !== undefined) {
    throw badInput(`batch ${flags.batch} is not in doubt: there is nothing to decide`);
  }
  const record: ResolvedRecord = { at: new Date().toISOString(), as: flags.as };
  if (
    !(await folder.write(names.resolved(Number(flags.batch), last.attempt), `${JSON.stringify(record)}\n`))
  ) {
    throw badInput(`batch ${flags.batch} was decided before: run the job to go on`);
  }
  terminal.out(`batch ${flags.batch} of ${name}: ${flags.as}; run the job to go on\n`);
}
