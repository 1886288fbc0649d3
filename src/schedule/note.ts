// What is noted of a scheduled job beside its run folders: since when it is scheduled, and what was begun. It lies in
// the output folder, durably, so that a restart forgets nothing.
import { join } from 'node:path';
import { type Disk, makeFolders } from '../base/disk.ts';
import { Failure } from '../base/failure.ts';
import { RunFolder } from '../base/run-folder.ts';
import type { Note } from './agenda.ts';

interface NoteFile extends Note {
  readonly cron: string;
  readonly timezone: string | null;
}

/** Beside the runs, and none of them. */
const FOLDER = '.schedule';

/** The job's note. A job that is new, or has other times than before, is scheduled from now on. */
export async function readNote(
  disk: Disk,
  output: string,
  job: string,
  { cron, timezone = null }: { readonly cron: string; readonly timezone?: string | null | undefined },
  now: Date,
): Promise<Note> {
  const bytes = await disk.read(join(output, FOLDER, `${job}.json`));
  const fresh: Note = { since: now.toISOString(), trying: null };
  if (bytes === undefined) return fresh;
  let file: NoteFile;
  try {
    file = JSON.parse(new TextDecoder().decode(bytes)) as NoteFile;
  } catch {
    throw new Failure('mismatch', `${join(output, FOLDER, `${job}.json`)} is damaged: it is not JSON`);
  }
  const isSame = file.cron === cron && file.timezone === timezone;
  return isSame ? { since: file.since, trying: file.trying } : { ...fresh, trying: file.trying };
}

export async function writeNote(
  disk: Disk,
  output: string,
  job: string,
  { cron, timezone = null }: { readonly cron: string; readonly timezone?: string | null | undefined },
  { since, trying }: Note,
): Promise<void> {
  const folder = join(output, FOLDER);
  await makeFolders(disk, folder);
  const file: NoteFile = { cron, timezone, since, trying };
  await new RunFolder(disk, folder).replace(`${job}.json`, `${JSON.stringify(file, null, 2)}\n`);
}
