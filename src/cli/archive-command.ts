// cardpress archive: a closed and purged run with its supplements as one file.
import { countText } from '../base/count.ts';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolders, nodeDisk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { type Holder, heldBy, thisProcess, withLock } from '../base/lock.ts';
import { RunFolder, names } from '../base/run-folder.ts';
import { digest } from '../pack/place.ts';
import { whyNotClosed } from '../pipeline/closing.ts';
import { type Family, membersOf, readFamily } from '../pipeline/family.ts';
import { type Archive, archiveOf, checkArchive } from '../settle/archive.ts';
import { auditFolder } from '../settle/audit.ts';
import { type Call, clockOf } from './call.ts';
import { outputPath } from './environment.ts';

export interface ArchiveFlags {
  /** The file; beside the run where none is given. */
  readonly to?: string;
  readonly output?: string;
}

export async function archiveCommand(name: string, flags: ArchiveFlags, call: Call): Promise<void> {
  const output = outputPath(call.env, flags.output);
  const family = await readFamily(nodeDisk, output, name);
  const { run } = family.root.plan;
  if (name !== run)
    throw badInput(`${name} belongs to ${run}: both are archived together`, {
      hint: `cardpress archive ${run}`,
    });
  refuseOpen(family);
  const path = resolve(flags.to ?? join(output, '.archive', `${run}.tar.gz`));
  const self = await thisProcess(nodeDisk, process.pid, clockOf(call)());
  const folders = membersOf(family).map(({ folder }) => folder);
  await withLocks(folders, self, async () => {
    // What does not agree with itself is not filed as if it did.
    for (const folder of folders) {
      const [wrong] = (await auditFolder(folder)).wrong;
      if (wrong !== undefined)
        throw new Failure('mismatch', {
          message: `${folder.name}/${wrong}`,
          hint: `cardpress audit ${run} says all that does not agree`,
        });
    }
    const archive = await archiveOf(folders);
    const isNew = await write(path, archive);
    await checkArchive(nodeDisk.stream(path), archive, path);
    const { sha256 } = await digest(nodeDisk.stream(path));
    const count = folders.length - 1;
    const more = count === 0 ? '' : ` with ${countText(count, 'supplement')}`;
    call.terminal.out(
      `${run} is archived${isNew ? '' : ' already'}${more}: ${countText(archive.entries.length, 'file')}, read back\n\n  ${path}\n  sha256 ${sha256}\n`,
    );
  });
}

/** Does work while nobody changes any of these folders. */
async function withLocks(
  [folder, ...others]: readonly RunFolder[],
  self: Holder,
  work: () => Promise<void>,
): Promise<void> {
  if (folder === undefined) return work();
  await withLock(nodeDisk, folder.path, self, () => withLocks(others, self, work), heldBy(folder.name));
}

/** Whole or not at all, and never over another file. */
async function write(path: string, { content }: Archive): Promise<boolean> {
  await makeFolders(nodeDisk, dirname(path));
  return new RunFolder(nodeDisk, dirname(path)).write(basename(path), content());
}

/** @throws Failure of kind `input` that says what is to be done before */
function refuseOpen(family: Family): void {
  const { run } = family.root.plan;
  const why = whyNotClosed(family);
  if (why !== undefined)
    throw badInput(`${run} is not closed: ${why}`, { hint: 'what is open is not filed' });
  if (!family.root.book.closed)
    throw badInput(`${run} is not closed yet`, { hint: 'its closing was cut off: cardpress tend notes it' });
  const unpurged = membersOf(family).find(({ book }) => !book.purged);
  if (unpurged !== undefined)
    throw badInput(
      unpurged.book.purging
        ? `${unpurged.plan.run} is not purged to its end`
        : `${unpurged.plan.run} is not purged: there are secrets in it`,
      { hint: `cardpress purge ${run} destroys them, and writes ${names.purged}` },
    );
}
