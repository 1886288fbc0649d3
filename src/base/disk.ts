// The few file operations that the program stands on. Durability is explicit: what was not synced may be
// lost in a power cut, and so may a name whose folder was not synced. Tests put a model of exactly that in
// place of the node implementation.
import { constants, createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, statfs, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './failure.ts';

/** A file open for writing at its end. */
export interface DiskFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the bytes durable; the name needs `Disk.syncFolder`. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  /** The whole file, or undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The file in pieces; throws where there is none. */
  stream(path: string): AsyncIterable<Uint8Array>;
  /**
   * The first bytes, at most so many, of a file that somebody else may have put there; undefined where there is none.
   * `not a file` where it is a link, which could lead anywhere, or a pipe or device, which could hold us for ever.
   */
  peek(path: string, most: number): Promise<Uint8Array | 'not a file' | undefined>;
  /** Names in a folder, sorted; none where there is no folder. */
  list(path: string): Promise<readonly string[]>;
  /** Bytes of a file, or undefined where there is none. */
  size(path: string): Promise<number | undefined>;
  /** Permission bits of a file, or undefined where there is none. */
  mode(path: string): Promise<number | undefined>;
  /** A new file, mode 0600 where no other is said; fails where the name is taken. */
  create(path: string, mode?: number): Promise<DiskFile>;
  /** A file to write on at its end, made where there is none. */
  append(path: string): Promise<DiskFile>;
  /** A second name for a file. False: the name was taken. */
  link(from: string, to: string): Promise<boolean>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; silent where there is none. */
  remove(path: string): Promise<void>;
  /** Makes a folder, mode 0700. False: it was there. */
  makeFolder(path: string): Promise<boolean>;
  /** Whether a process of this number runs on this computer. */
  hasProcess(pid: number): boolean;
  /** Removes a folder and all in it; silent where there is none. */
  removeFolder(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

/** The computer's own file system. */
export const nodeDisk: Disk = {
  read: (path) => unlessMissing(readFile(path)),
  stream: (path) => createReadStream(path),
  async peek(path, most) {
    // A link is not followed, and a pipe not waited for. What was opened is asked what it is: a name may change.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await unlessMissing(open(path, flags)).catch((error: unknown) => {
      if (hasCode(error, 'ELOOP', 'EMLINK', 'ENXIO')) return 'not a file' as const;
      throw error;
    });
    if (file === undefined || file === 'not a file') return file;
    try {
      if (!(await file.stat()).isFile()) return 'not a file';
      const bytes = Buffer.alloc(most);
      let length = 0;
      for (let read = -1; read !== 0 && length < most; length += read)
        read = (await file.read(bytes, length, most - length)).bytesRead;
      return bytes.subarray(0, length);
    } finally {
      await file.close();
    }
  },
  list: async (path) => ((await unlessMissing(readdir(path))) ?? []).sort(),
  size: async (path) => (await unlessMissing(stat(path)))?.size,
  async mode(path) {
    const found = await unlessMissing(stat(path));
    return found && found.mode & 0o777;
  },
  create: (path, mode) => openFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode),
  append: (path) => openFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND),
  async link(from, to) {
    try {
      await link(from, to);
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
  },
  rename: (from, to) => rename(from, to),
  async remove(path) {
    await unlessMissing(unlink(path));
  },
  async makeFolder(path) {
    try {
      await mkdir(path, { mode: 0o700 });
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
  },
  hasProcess(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return hasCode(error, 'EPERM');
    }
  },
  removeFolder: (path) => rm(path, { recursive: true, force: true }),
  async syncFolder(path) {
    const folder = await open(path, constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

/** Makes a folder and what is missing above it, durably. */
export async function makeFolders(disk: Disk, path: string): Promise<void> {
  const parent = dirname(path);
  if (parent !== path && (await disk.size(parent)) === undefined) await makeFolders(disk, parent);
  await disk.makeFolder(path);
  await disk.syncFolder(parent);
}

/** Bytes that this user may still write where a folder lies. */
export async function freeSpace(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Whether a file system refuses links. */
export function hasNoLinks(error: unknown): boolean {
  return hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK');
}

async function openFile(path: string, flags: number, mode = 0o600): Promise<DiskFile> {
  const file = await open(path, flags, mode);
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
