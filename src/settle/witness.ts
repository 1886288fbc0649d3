// Makes a journal the witness of a run folder: receipts and the like are named in it before they are written.
import { createHash } from 'node:crypto';
import type { Journal } from '../base/journal.ts';
import { type RunFolder, names } from '../base/run-folder.ts';

export async function witness(folder: RunFolder, journal: Journal): Promise<void> {
  folder.witnessedBy(journal.note);
  // What a run was planned with is written before there is a journal.
  for (const name of [names.plan, names.approval])
    if (await folder.has(name))
      await journal.note(
        name,
        createHash('sha256')
          .update(await folder.read(name))
          .digest('hex'),
      );
}
