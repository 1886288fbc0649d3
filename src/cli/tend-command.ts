// cardpress tend: what is due across the runs of the output folder.
import { nodeDisk } from '../base/disk.ts';
import { Failure } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { targetsOf } from '../deliver/target.ts';
import { type Run, isComplete, listRuns } from '../pipeline/runs.ts';
import { readJob } from '../plan/inputs.ts';
import { type Chore, type Tended, tend } from '../schedule/tend.ts';
import { deliverCommand } from './deliver-command.ts';
import { outputPath, reader } from './environment.ts';
import type { Call } from './run-command.ts';
import { watched } from './watched.ts';

export interface TendOptions {
  readonly output?: string;
  readonly metrics?: string | undefined;
}

export async function tendCommand(options: TendOptions, call: Call): Promise<void> {
  const output = outputPath(call.env, options.output);
  const { done, failures } = await tendRuns(await listRuns(nodeDisk, output), output, options, call);
  const [first, ...others] = failures;
  if (first === undefined) {
    if (done === 0) call.terminal.out('nothing is due\n');
    return;
  }
  for (const { run, failure } of others) call.terminal.err(`${run}: ${failure.message}\n`);
  throw new Failure(first.failure.kind, `${first.run}: ${first.failure.message}`, { cause: first.failure });
}

/** Does what is due on these runs. */
export function tendRuns(
  runs: readonly Run[],
  output: string,
  { metrics }: TendOptions,
  call: Call,
): Promise<Tended> {
  /** A handoff that did not reach every target of its job. */
  const deliverAgain: Chore = {
    async isDue({ folder, plan }) {
      if (!(await folder.has(names.done)) || (await isComplete({ folder, plan }))) return false;
      return targetsOf(await readJob(reader, plan.jobFile)).length > 0;
    },
    async perform({ plan }) {
      await watched({ jobPath: plan.jobFile, output, metrics }, call, async (outcome, job) => {
        outcome.run = plan.run;
        await deliverCommand(plan.run, { output }, call);
        outcome.delivered = targetsOf({ file: plan.jobFile, value: job }).map(({ shown }) => shown);
      });
    },
  };
  return tend(runs, [deliverAgain]);
}
