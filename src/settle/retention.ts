// When the secrets of a run are to be destroyed, and what stands before that.
import { dirname, join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { RunFolder, names } from '../base/run-folder.ts';
import type { Plan } from '../plan/plan.ts';

export const DAY_MS = 86_400_000;

/** `90d` in days. */
export const daysOf = (retention: string) => Number(retention.slice(0, -1));

/** A moment so many days later. @param from ISO */
export const daysAfter = (from: string, days: number) => new Date(Date.parse(from) + days * DAY_MS);

/** When a run was closed, while its secrets are there; undefined for one that is open or purged. */
export async function closedAt(folder: RunFolder): Promise<string | undefined> {
  if ((await folder.has(names.purged)) || !(await folder.has(names.closed))) return undefined;
  return ((await folder.readJson(names.closed)) as { readonly at: string }).at;
}

/** Whether the run, or the one that a supplement belongs to, is closed: nobody waits for its cards any more. */
export async function isClosed(
  disk: Disk,
  { folder, plan }: { readonly folder: RunFolder; readonly plan: Plan },
): Promise<boolean> {
  const root =
    plan.supplement === undefined
      ? folder
      : new RunFolder(disk, join(dirname(folder.path), plan.supplement.of));
  return (await root.has(names.closed)) || root.has(names.purging);
}
