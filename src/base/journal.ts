// The run's events.jsonl: one event a line, each chained to the line before by its hash, so that a line
// that was changed or taken out is found. Who did it stands in each line.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';
import { diskFailure } from './failure.ts';
import type { Event, Log } from './log.ts';
import { RunFolder, names } from './run-folder.ts';

/** The hash that the first line is chained to. */
export const GENESIS = '0'.repeat(64);

export interface Journal extends Log {
  /** Notes a file and its checksum; durable when it returns. */
  readonly note: (file: string, sha256: string) => Promise<void>;
  /** Waits for the lines given so far, notes where the chain ends, and closes the file. Throws what writing threw. */
  readonly close: () => Promise<void>;
}

/** Where the chain ended when a process closed it: a last line that is changed or cut off is found by it. */
export interface Head {
  readonly lines: number;
  /** SHA-256 of the last line. */
  readonly sha256: string;
}

/**
 * Opens the journal of a run folder for writing. Only the holder of the run's lock may.
 * @param by who writes: user, host and the fingerprint of a key
 */
export async function openJournal(disk: Disk, path: string, now: () => Date, by?: string): Promise<Journal> {
  const name = join(path, names.events);
  const found = await disk.read(name);
  const before = new TextDecoder().decode(found ?? new Uint8Array());
  const file: DiskFile = await disk.append(name);
  // The name, too: a file that the journal names must not outlive the journal.
  if (found === undefined) await disk.syncFolder(path);
  // A line without its end was cut off by a crash. It stays as it is, ended, and the chain goes on from it.
  const torn = before !== '' && !before.endsWith('\n');
  const lines = before.split('\n');
  const lastLine = (torn ? lines.at(-1) : lines.at(-2)) ?? '';
  let previous = lastLine === '' ? GENESIS : lineHash(lastLine);
  let count = lines.length - (torn ? 0 : 1);
  let work: Promise<void> = torn ? file.write(bytesOf('\n')) : Promise.resolve();
  let broken: unknown;
  const emit = (event: Event) => {
    const line = JSON.stringify({
      at: now().toISOString(),
      previous,
      ...(by !== undefined && { by }),
      ...event,
    });
    previous = lineHash(line);
    count += 1;
    work = work
      .then(() => file.write(bytesOf(`${line}\n`)))
      .catch((error: unknown) => {
        broken ??= error;
      });
  };
  const written = async () => {
    await work;
    if (broken !== undefined) throw broken as Error;
  };
  return {
    emit,
    async note(noted, sha256) {
      emit({ event: 'file.noted', file: noted, sha256 });
      await written();
      await file.sync();
    },
    async close() {
      await work;
      await file.sync();
      await file.close();
      if (broken !== undefined) throw diskFailure(broken, name) as Error;
      const head: Head = { lines: count, sha256: previous };
      await new RunFolder(disk, path).replace(names.head, `${JSON.stringify(head)}\n`);
    },
  };
}

export const lineHash = (line: string) => createHash('sha256').update(line).digest('hex');
const bytesOf = (text: string) => new TextEncoder().encode(text);
