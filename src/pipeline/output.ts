// The output folder: made on first use, and locked while a run is planned or serials are taken.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Disk, makeFolders } from '../base/disk.ts';
import { Failure, badInput, hasCode } from '../base/failure.ts';
import { type Holder, withLock } from '../base/lock.ts';
import { RunFolder } from '../base/run-folder.ts';

const PATIENCE_MS = 60_000;
const LOOK_MS = 100;

export async function makeOutput(disk: Disk, output: string): Promise<void> {
  try {
    await makeFolders(disk, output);
  } catch (error) {
    if (hasCode(error, 'EEXIST', 'ENOTDIR'))
      throw badInput(`the output folder ${output} cannot be made: a file is in the way`);
    throw new Failure(
      'input',
      `the output folder ${output} cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

const DRAFT = '.draft-';

/** A run that is being planned: a folder of no name yet, to be made and moved under the planning lock. */
export function draftFolder(disk: Disk, output: string): RunFolder {
  return new RunFolder(disk, join(output, DRAFT + randomBytes(6).toString('hex')));
}

/**
 * Takes away what planners that died left behind. It holds a key, and of a reprint the codes: while it is there,
 * neither a purge nor another operator's key can be vouched for.
 */
export function removeDrafts(disk: Disk, output: string, self: Holder): Promise<void> {
  return withPlanningLock(disk, output, self, () => Promise.resolve());
}

/**
 * Does work that no other planner does at the same time. Planning is short; another process that plans is waited for.
 * Drafts that are there then are nobody's, and go.
 */
export async function withPlanningLock<T>(
  disk: Disk,
  output: string,
  self: Holder,
  work: () => Promise<T>,
): Promise<T> {
  const folder = join(output, '.planning');
  await makeOutput(disk, folder);
  for (let waited = 0; ; waited += LOOK_MS) {
    const came = await withLock(
      disk,
      folder,
      self,
      async () => {
        await sweep(disk, output);
        return { done: await work() };
      },
      (busy) => busy,
    );
    if ('done' in came) return came.done;
    if (waited > PATIENCE_MS) {
      throw new Failure(
        'unavailable',
        `process ${came.holder.pid} on ${came.holder.host} has been planning for a minute`,
      );
    }
    await sleep(LOOK_MS);
  }
}

async function sweep(disk: Disk, output: string): Promise<void> {
  const drafts = (await disk.list(output)).filter((name) => name.startsWith(DRAFT));
  for (const name of drafts) await disk.removeFolder(join(output, name));
  if (drafts.length > 0) await disk.syncFolder(output);
}
