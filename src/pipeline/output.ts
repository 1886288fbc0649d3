// The output folder: made on first use, and locked while a run is planned or serials are taken.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Disk, makeFolders } from '../base/disk.ts';
import { Failure } from '../base/failure.ts';
import { type Holder, type Lock, takeLock } from '../base/lock.ts';

const PATIENCE_MS = 60_000;
const LOOK_MS = 100;

export async function makeOutput(disk: Disk, output: string): Promise<void> {
  try {
    await makeFolders(disk, output);
  } catch (error) {
    throw new Failure(
      'input',
      `the output folder ${output} cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** Planning is short; another process that plans is waited for. */
export async function takePlanningLock(disk: Disk, output: string, self: Holder): Promise<Lock> {
  const folder = join(output, '.planning');
  await makeOutput(disk, folder);
  for (let waited = 0; ; waited += LOOK_MS) {
    const lock = await takeLock(disk, folder, self);
    if (!('holder' in lock)) return lock;
    if (waited > PATIENCE_MS) {
      throw new Failure(
        'unavailable',
        `process ${lock.holder.pid} on ${lock.holder.host} has been planning for a minute`,
      );
    }
    await sleep(LOOK_MS);
  }
}
