// A run that never made a card holds nothing that could be lost: where its job has been changed since, it is
// given up, and the job is planned anew. So is one for another platform that was never asked for a card.
import type { Disk } from '../base/disk.ts';
import { type Holder, withLock } from '../base/lock.ts';
import { names } from '../base/run-folder.ts';
import { accountsOf } from './accounts.ts';
import { LedgerReader } from './ledger.ts';
import type { Run } from './runs.ts';

/** What is noted in a run that was given up. */
export interface AbandonedRecord {
  readonly at: string;
  /** What of the job is no longer as the run was planned. */
  readonly changed: readonly string[];
}

/** The name of the platform's address among what was changed. */
export const PLATFORM = 'CARDPRESS_API_URL';

/**
 * Gives a run up for good if every id that it asked for was refused; under another platform, if it asked for none:
 * what one platform said is not forgotten over another. False: it made cards, or may have, or another process makes it.
 */
export async function abandonRun(
  run: Run,
  changed: readonly string[],
  { disk, self, now }: { readonly disk: Disk; readonly self: Holder; readonly now: () => Date },
): Promise<boolean> {
  const giveUp = async () => {
    const accounts = accountsOf(run.plan, await new LedgerReader(run.folder, run.plan).read());
    const most = changed.includes(PLATFORM) ? 0 : accounts.neverCreated;
    if (accounts.asked > most) return false;
    const record: AbandonedRecord = { at: now().toISOString(), changed };
    await run.folder.write(names.abandoned, `${JSON.stringify(record)}\n`);
    return true;
  };
  return withLock(disk, run.folder.path, self, giveUp, () => false);
}
