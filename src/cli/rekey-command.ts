// cardpress rekey: seals the keys of every run to a new operator's key.
import { countText } from '../base/count.ts';
import { nodeDisk } from '../base/disk.ts';
import { thisProcess, withLock } from '../base/lock.ts';
import { Failure } from '../base/failure.ts';
import { readOperatorKey, rekeyRun } from '../pipeline/keys.ts';
import { removeDrafts } from '../pipeline/output.ts';
import { listRuns } from '../pipeline/runs.ts';
import type { Call } from './call.ts';
import { keyPath, outputPath } from './environment.ts';

export async function rekeyCommand(
  newKey: string,
  options: { readonly output?: string },
  { terminal, env }: Call,
): Promise<void> {
  const from = await readOperatorKey(nodeDisk, keyPath(env));
  const to = await readOperatorKey(nodeDisk, newKey);
  const self = await thisProcess(nodeDisk, process.pid, new Date());
  const output = outputPath(env, options.output);
  await removeDrafts(nodeDisk, output, self);
  const runs = await listRuns(nodeDisk, output);
  for (const { folder, plan } of runs) {
    await withLock(
      nodeDisk,
      folder.path,
      self,
      () => rekeyRun(folder, from, to, plan.recipients),
      ({ holder }) => {
        throw new Failure(
          'unavailable',
          `${plan.run} is being made by process ${holder.pid}: wait for it, and run rekey again`,
        );
      },
    );
  }
  terminal.out(
    `${countText(runs.length, 'run is', 'runs are')} sealed to ${to.recipient}; set CARDPRESS_KEY=${newKey}\n`,
  );
}
