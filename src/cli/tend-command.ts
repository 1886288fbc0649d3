// cardpress tend: what is due across the runs of the output folder.
import { nodeDisk } from '../base/disk.ts';
import { type Run, isAbandoned, listRuns } from '../pipeline/runs.ts';
import { type Tended, refuseFailures, tend } from '../schedule/tend.ts';
import { writeMetrics } from '../watch/metrics.ts';
import { type Call, clockOf } from './call.ts';
import { choresOf } from './chores.ts';
import { outputPath, reader } from './environment.ts';

export interface TendOptions {
  readonly output?: string;
  readonly metrics?: string | undefined;
}

export async function tendCommand(options: TendOptions, call: Call): Promise<void> {
  const output = outputPath(call.env, options.output);
  const tended = await tendRuns(await listRuns(nodeDisk, output), output, options, call);
  if (tended.done + tended.failures.length === 0 && !call.stopping.aborted)
    call.terminal.out('nothing is due\n');
  refuseFailures(tended, call);
}

/** Does what is due on these runs. */
export async function tendRuns(
  runs: readonly Run[],
  output: string,
  { metrics }: TendOptions,
  call: Call,
): Promise<Tended> {
  const kept: Run[] = [];
  for (const run of runs) if (!(await isAbandoned(run))) kept.push(run);
  const tended = await tend(kept, choresOf(output, metrics, call), call.stopping);
  if (metrics !== undefined && tended.done > 0) await writeMetrics(reader, output, metrics, clockOf(call)());
  return tended;
}
