// A folder as a target: an outbox that something else sends on, or a mounted share.
import { dirname, join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure, diskFailure } from '../base/failure.ts';
import type { Session, Target } from './target.ts';

export async function openFolder(disk: Disk, target: Extract<Target, { kind: 'folder' }>): Promise<Session> {
  if ((await disk.size(target.path)) === undefined)
    throw new Failure('unavailable', `${target.path} is not there: is it mounted?`);
  const guard = async <T>(path: string, work: (at: string) => Promise<T>): Promise<T> => {
    const at = join(target.path, path);
    try {
      return await work(at);
    } catch (error) {
      throw diskFailure(error, at);
    }
  };
  return {
    // A copy on this machine is soon made again.
    resumes: false,
    size: (path) => disk.size(join(target.path, path)),
    makeFolder: (path) =>
      guard(path, async (at) => {
        if (await disk.makeFolder(at)) await disk.syncFolder(dirname(at));
      }),
    write: (path, _from, pieces) =>
      guard(path, async (at) => {
        await disk.remove(at);
        const file = await disk.create(at);
        try {
          for await (const piece of pieces) await file.write(piece);
          await file.sync();
        } finally {
          await file.close();
        }
        // The name too: that `.done` lies there unnamed is what tells a crash before closing from one after.
        await disk.syncFolder(dirname(at));
      }),
    read: (path) => disk.stream(join(target.path, path)),
    async peek(path, most) {
      const bytes = await guard(path, (at) => disk.peek(at, most));
      if (bytes !== 'not a file') return bytes;
      throw new Failure('mismatch', `${target.shown}: ${path} is no plain file: it is not read`);
    },
    rename: (from, to) =>
      guard(to, async (at) => {
        await disk.rename(join(target.path, from), at);
        await disk.syncFolder(dirname(at));
      }),
    remove: (path) =>
      guard(path, async (at) => {
        await disk.remove(at);
        await disk.syncFolder(dirname(at));
      }),
    close: () => Promise.resolve(),
  };
}
