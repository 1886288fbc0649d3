// The run's events.jsonl: one event a line, each chained to the line before by its hash, so that a line
// that was changed or taken out is found.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';
import { diskFailure } from './failure.ts';
import type { Event, Log } from './log.ts';

/** The hash that the first line is chained to. */
const GENESIS = '0'.repeat(64);

export interface Journal extends Log {
  /** Waits for the lines given so far and closes the file. Throws what writing threw. */
  readonly close: () => Promise<void>;
}

/** Opens the journal of a run folder for writing. Only the holder of the run's lock may. */
export async function openJournal(disk: Disk, path: string, now: () => Date): Promise<Journal> {
  const name = join(path, 'events.jsonl');
  const before = new TextDecoder().decode((await disk.read(name)) ?? new Uint8Array());
  const file: DiskFile = await disk.append(name);
  // A line without its end was cut off by a crash. It stays as it is, ended, and the chain goes on from it.
  const torn = before !== '' && !before.endsWith('\n');
  const lines = before.split('\n');
  const lastLine = (torn ? lines.at(-1) : lines.at(-2)) ?? '';
  let previous = lastLine === '' ? GENESIS : hashOf(lastLine);
  let work: Promise<void> = torn ? file.write(bytesOf('\n')) : Promise.resolve();
  let broken: unknown;
  return {
    emit(event: Event) {
      const line = JSON.stringify({ at: now().toISOString(), previous, ...event });
      previous = hashOf(line);
      work = work
        .then(() => file.write(bytesOf(`${line}\n`)))
        .catch((error: unknown) => {
          broken ??= error;
        });
    },
    async close() {
      await work;
      await file.close();
      if (broken !== undefined) throw diskFailure(broken, name) as Error;
    },
  };
}

const hashOf = (line: string) => createHash('sha256').update(line).digest('hex');
const bytesOf = (text: string) => new TextEncoder().encode(text);
