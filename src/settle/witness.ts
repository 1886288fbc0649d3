// Makes a journal the witness of a run folder: receipts and the like are named in it before they are written.
import type { Journal } from '../base/journal.ts';
import { type RunFolder, type Witness, names } from '../base/run-folder.ts';
import { digest } from '../pack/place.ts';

export async function witness(folder: RunFolder, journal: Journal): Promise<void> {
  for (const file of await neverWritten(folder)) journal.emit({ event: 'file.unwritten', file });
  folder.witnessedBy(witnessOf(journal));
  // What a run was planned with is written before there is a journal.
  for (const name of [names.plan, names.approval])
    if (await folder.has(name)) await journal.note(name, (await digest(folder.stream(name))).sha256);
}

/** Names files in a journal, each before it is there, and once it is. */
export const witnessOf =
  (journal: Journal): Witness =>
  async (file, sha256) => {
    await journal.note(file, sha256);
    return () => {
      journal.emit({ event: 'file.written', file });
    };
  };

/**
 * Files that were named and never came to be: their writer died before, or had no room. One that the journal says was
 * there, and is not, was taken away since; it is none of these.
 */
async function neverWritten(folder: RunFolder): Promise<ReadonlySet<string>> {
  const text = (await folder.has(names.events)) ? await folder.read(names.events) : new Uint8Array();
  const files = new Set<string>();
  const there = new Set<string>();
  for (const line of new TextDecoder().decode(text).split('\n')) {
    if (!line.includes('"file.')) continue;
    const { event, file = '' } = parseLine(line);
    if (event === 'file.noted') files.add(file);
    if (event === 'file.written') there.add(file);
    if (event === 'file.unwritten') files.delete(file);
  }
  for (const file of files) if (there.has(file) || (await folder.has(file))) files.delete(file);
  return files;
}

/** A line that a crash cut off says nothing. */
function parseLine(line: string): { readonly event?: string; readonly file?: string } {
  try {
    return JSON.parse(line) as { event: string };
  } catch {
    return {};
  }
}
