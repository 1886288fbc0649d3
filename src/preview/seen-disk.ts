// A disk that remembers which files a design was read from, and gives the same bytes for as long as a file has
// not changed, so that what was made of them is kept.
import { resolve } from 'node:path';
import type { Disk } from '../base/disk.ts';

export interface SeenDisk {
  readonly disk: Disk;
  /** Begins a new reading. */
  begin(): void;
  /** Files that were asked for since, whether they were there or not. */
  seen(): readonly string[];
  /** Whether any of them is another than at the reading before. */
  changed(): boolean;
  /** What a file held when it was last read. */
  lastOf(path: string): Uint8Array | undefined;
}

export function seenDisk(disk: Disk): SeenDisk {
  const known = new Map<string, Uint8Array | undefined>();
  let seen = new Set<string>();
  let changed = false;
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const full = resolve(path);
    seen.add(full);
    const bytes = await disk.read(path).catch((error: unknown) => {
      changed = true;
      throw error;
    });
    const before = known.get(full);
    if (bytes !== undefined && before !== undefined && Buffer.compare(bytes, before) === 0) return before;
    if (bytes !== before || !known.has(full)) changed = true;
    known.set(full, bytes);
    return bytes;
  };
  return {
    disk: { ...disk, read },
    begin() {
      seen = new Set();
      changed = false;
    },
    seen: () => [...seen],
    changed: () => changed,
    lastOf: (path) => known.get(resolve(path)),
  };
}
