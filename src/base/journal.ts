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

/** Where the next line is chained to. */
interface End {
  readonly previous: string;
  readonly lines: number;
  /** A crash, or a full disk, cut the last line off. It stays as it is, ended, and the chain goes on from it. */
  readonly isTorn: boolean;
}

/**
 * Opens the journal of a run folder for writing. Only the holder of the run's lock may.
 * What could not be written is written with the next event, or when the journal is closed: the disk may have room
 * by then, and the chain must not miss a line.
 * @param by who writes: user, host and the fingerprint of a key
 */
export async function openJournal(disk: Disk, path: string, now: () => Date, by?: string): Promise<Journal> {
  const name = join(path, names.events);
  const isNew = (await disk.size(name)) === undefined;
  const file: DiskFile = await disk.append(name);
  // The name, too: a file that the journal names must not outlive the journal.
  if (isNew) await disk.syncFolder(path);
  const waiting: { readonly at: string; readonly event: Event }[] = [];
  let end: End | undefined = endOf(await disk.read(name));
  let work: Promise<void> = Promise.resolve();
  let fault: { readonly error: unknown } | undefined;
  const append = async () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      // Nobody knows how much of a line got there before its writing failed.
      const last: End = end ?? endOf(await disk.read(name));
      const { at, event } = next;
      const line = JSON.stringify({
        at,
        previous: last.previous,
        ...(by !== undefined && { by }),
        ...event,
      });
      end = undefined;
      await file.write(bytesOf(`${last.isTorn ? '\n' : ''}${line}\n`));
      end = { previous: lineHash(line), lines: last.lines + 1, isTorn: false };
      waiting.shift();
    }
  };
  const flush = () => {
    work = work.then(append).then(
      () => {
        fault = undefined;
      },
      (error: unknown) => {
        fault = { error };
      },
    );
  };
  const written = async () => {
    await work;
    if (fault !== undefined) throw fault.error;
  };
  const emit = (event: Event) => {
    waiting.push({ at: now().toISOString(), event });
    flush();
  };
  return {
    emit,
    async note(noted, sha256) {
      emit({ event: 'file.noted', file: noted, sha256 });
      await written();
      await file.sync();
    },
    async close() {
      flush();
      await work;
      await file.sync();
      await file.close();
      if (fault !== undefined) throw diskFailure(fault.error, name) as Error;
      const { lines, previous } = end ?? endOf(await disk.read(name));
      const head: Head = { lines, sha256: previous };
      await new RunFolder(disk, path).replace(names.head, `${JSON.stringify(head)}\n`);
    },
  };
}

function endOf(journal: Uint8Array | undefined): End {
  const text = new TextDecoder().decode(journal ?? new Uint8Array());
  const lines = text.split('\n');
  const isTorn = text !== '' && !text.endsWith('\n');
  if (!isTorn) lines.pop();
  const last = lines.at(-1);
  return { previous: last === undefined ? GENESIS : lineHash(last), lines: lines.length, isTorn };
}

export const lineHash = (line: string) => createHash('sha256').update(line).digest('hex');
const bytesOf = (text: string) => new TextEncoder().encode(text);
