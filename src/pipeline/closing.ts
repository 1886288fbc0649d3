// Where a run stands with all that became of its cards, and whether that closes it.
import type { Log } from '../base/log.ts';
import { type Witness, names } from '../base/run-folder.ts';
import { writeRecord } from '../settle/records.ts';
import { whyOpen } from '../settle/rules.ts';
import type { Surroundings } from './check-job.ts';
import { type Family, isBalanced, membersOf, readFamily, writeAccounts } from './family.ts';

/** What the books of a run are kept with. The caller holds the lock of the run that was ordered. */
export interface Bookkeeping {
  readonly output: string;
  readonly around: Surroundings;
  readonly by: string;
  readonly log: Log;
  /** Is told what is written into the folder of the run that was ordered. */
  readonly witness: Witness;
}

/** What stands now, and whether that closes the run. */
export async function conclude(name: string, desk: Bookkeeping): Promise<Family> {
  const { around, by, log } = desk;
  const family = await familyAt(name, desk);
  const { root, settlement } = family;
  await writeAccounts(family);
  if (isToBeClosed(family)) {
    await writeRecord(root.folder, names.closed, { at: around.now().toISOString(), by, settlement });
    log.emit({ event: 'run.closed', run: root.plan.run });
  }
  return familyAt(name, desk);
}

/** A family as it is now, whose writing is witnessed. */
export function familyAt(
  name: string,
  { around, output, witness }: Pick<Bookkeeping, 'around' | 'output' | 'witness'>,
): Promise<Family> {
  return readFamily(around.reader.disk, output, name, witness);
}

/** Whether all is settled, and the closing not noted. */
export const isToBeClosed = (family: Family) =>
  !family.root.book.closed && whyNotClosed(family) === undefined;

/** Why a run is not closed, with what to do; undefined where nothing stands in the way. */
export function whyNotClosed(family: Family): string | undefined {
  const { root, supplements, settlement, open } = family;
  const unfinished = membersOf({ root, supplements }).find(({ ledger }) => !ledger.complete);
  if (open !== undefined)
    return `order ${open.number} (${open.what}) is not carried out: cardpress ${open.what} ${root.plan.run} goes on`;
  if (unfinished !== undefined) return `${unfinished.plan.run} is not complete`;
  if (!isBalanced(family)) return 'the books do not balance';
  return whyOpen(root.plan.run, settlement, root.plan.unused ?? 'keep');
}
