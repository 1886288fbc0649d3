// The run that a command names.
import type { Disk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { type Run, listRuns } from '../pipeline/runs.ts';

export async function findRun(disk: Disk, output: string, name: string): Promise<Run> {
  const runs = await listRuns(disk, output);
  const run = runs.find(({ plan }) => plan.run === name);
  if (run === undefined) {
    throw badInput(`there is no run ${name} in ${output}`, {
      hint: runs.length === 0 ? 'there are none' : `runs: ${runs.map(({ plan }) => plan.run).join(', ')}`,
    });
  }
  return run;
}
