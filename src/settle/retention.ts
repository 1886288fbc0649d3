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

interface InFolder {
  readonly folder: RunFolder;
  readonly plan: Plan;
}

/**
 * When a run, or the one that a supplement belongs to, was closed, while its own secrets are there; undefined where
 * that is open, or this is purged.
 */
export async function closedAt(run: InFolder): Promise<string | undefined> {
  const root = rootOf(run.folder.disk, run);
  if ((await run.folder.has(names.purged)) || !(await root.has(names.closed))) return undefined;
  return ((await root.readJson(names.closed)) as { readonly at: string }).at;
}

/** Whether somebody began to destroy the secrets of a run, and was cut off. */
export async function isHalfPurged({ folder }: InFolder): Promise<boolean> {
  return (await folder.has(names.purging)) && !(await folder.has(names.purged));
}

/** Whether the run, or the one that a supplement belongs to, is closed: nobody waits for its cards any more. */
export async function isClosed(disk: Disk, run: InFolder): Promise<boolean> {
  const root = rootOf(disk, run);
  return (await root.has(names.closed)) || root.has(names.purging);
}

function rootOf(disk: Disk, { folder, plan }: InFolder): RunFolder {
  return plan.supplement === undefined
    ? folder
    : new RunFolder(disk, join(dirname(folder.path), plan.supplement.of));
}
