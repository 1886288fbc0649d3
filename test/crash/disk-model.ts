// A file system in memory that forgets what was not synced. A process that is killed loses nothing that it
// wrote; a power cut loses every byte and every name that was not made durable. Both are modelled, so that a
// missing fsync is seen.
import { dirname } from 'node:path';
import type { Disk, DiskFile } from '../../src/base/disk.ts';
import { nodeDisk } from '../../src/base/disk.ts';

interface Inode {
  bytes: Buffer;
  synced: Buffer;
}

interface Folder {
  names: Map<string, Inode | Folder>;
  synced: Map<string, Inode | Folder>;
}

export type Loss = 'process' | 'power';

/** Called around every effect; throws to stop the process there. */
export interface Effects {
  /** `half` performs the first half of the effect, where it has one. */
  readonly effect: <T>(name: string, perform: () => T, half?: () => void) => T;
}

const ROOT = '/model';

export class DiskModel {
  readonly root = ROOT;
  readonly #top: Folder = newFolder();
  /** Processes that are alive, by pid: what /proc would show. */
  readonly alive = new Set<number>();
  /** Names whose syncing is left out, to show that the test sees it. */
  unsynced: (path: string) => boolean = () => false;

  /** What is left after the process, or the power, is gone. */
  lose(loss: Loss): void {
    if (loss === 'power') forget(this.#top);
    else remember(this.#top);
  }

  /** The disk as one process sees it. */
  disk(effects: Effects): Disk {
    const find = (path: string) => this.#find(path);
    const parent = (path: string) => {
      const folder = find(dirname(path));
      if (folder === undefined || !isFolder(folder)) throw missing(path);
      return folder;
    };
    const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
    const open = (path: string, inode: Inode): DiskFile => ({
      write: async (bytes) => {
        await Promise.resolve();
        const add = (piece: Uint8Array) => {
          inode.bytes = Buffer.concat([inode.bytes, piece]);
        };
        effects.effect(
          `write ${path}`,
          () => add(bytes),
          () => add(bytes.subarray(0, bytes.length / 2)),
        );
      },
      sync: async () => {
        effects.effect(`sync ${path}`, () => {
          if (!this.unsynced(path)) inode.synced = inode.bytes;
        });
        await Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
    return {
      read: (path) => {
        if (!path.startsWith(ROOT)) return this.#outside(path);
        const found = find(path);
        return Promise.resolve(found === undefined || isFolder(found) ? undefined : Buffer.from(found.bytes));
      },
      async *stream(path) {
        const found = find(path);
        if (found === undefined || isFolder(found)) throw missing(path);
        await Promise.resolve();
        for (let at = 0; at < found.bytes.length; at += 65_536) yield found.bytes.subarray(at, at + 65_536);
      },
      peek: (path, most) => {
        const found = find(path);
        return Promise.resolve(
          found === undefined
            ? undefined
            : isFolder(found)
              ? 'not a file'
              : Buffer.from(found.bytes.subarray(0, most)),
        );
      },
      list: (path) => {
        if (!path.startsWith(ROOT)) return nodeDisk.list(path);
        const found = find(path);
        return Promise.resolve(found !== undefined && isFolder(found) ? [...found.names.keys()].sort() : []);
      },
      size: (path) => {
        const found = find(path);
        return Promise.resolve(found === undefined ? undefined : isFolder(found) ? 4096 : found.bytes.length);
      },
      mode: () => Promise.resolve(0o600),
      create: async (path) => {
        await Promise.resolve();
        return effects.effect(`create ${path}`, () => {
          const folder = parent(path);
          if (folder.names.has(nameOf(path)))
            throw Object.assign(new Error(`EEXIST ${path}`), { code: 'EEXIST' });
          const inode: Inode = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) };
          folder.names.set(nameOf(path), inode);
          return open(path, inode);
        });
      },
      append: async (path) => {
        await Promise.resolve();
        const found = find(path);
        if (found !== undefined && !isFolder(found)) return open(path, found);
        return effects.effect(`create ${path}`, () => {
          const inode: Inode = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) };
          parent(path).names.set(nameOf(path), inode);
          return open(path, inode);
        });
      },
      link: async (from, to) => {
        await Promise.resolve();
        return effects.effect(`link ${to}`, () => {
          const inode = find(from);
          if (inode === undefined) throw missing(from);
          if (parent(to).names.has(nameOf(to))) return false;
          parent(to).names.set(nameOf(to), inode);
          return true;
        });
      },
      rename: async (from, to) => {
        await Promise.resolve();
        effects.effect(`rename ${to}`, () => {
          const inode = find(from);
          if (inode === undefined) throw missing(from);
          parent(from).names.delete(nameOf(from));
          parent(to).names.set(nameOf(to), inode);
        });
      },
      remove: async (path) => {
        await Promise.resolve();
        if (find(path) === undefined) return;
        effects.effect(`unlink ${path}`, () => void parent(path).names.delete(nameOf(path)));
      },
      makeFolder: async (path) => {
        await Promise.resolve();
        if (find(path) !== undefined) return false;
        return effects.effect(`mkdir ${path}`, () => {
          parent(path).names.set(nameOf(path), newFolder());
          return true;
        });
      },
      removeFolder: async (path) => {
        await Promise.resolve();
        if (find(path) === undefined) return;
        effects.effect(`rmdir ${path}`, () => void parent(path).names.delete(nameOf(path)));
      },
      hasProcess: (pid) => this.alive.has(pid),
      syncFolder: async (path) => {
        await Promise.resolve();
        effects.effect(`sync ${path}/`, () => {
          const folder = find(path);
          if (folder === undefined || !isFolder(folder)) throw missing(path);
          if (!this.unsynced(`${path}/`)) folder.synced = new Map(folder.names);
        });
      },
    };
  }

  #find(path: string): Inode | Folder | undefined {
    if (path === ROOT) return this.#top;
    let node: Inode | Folder | undefined = this.#top;
    for (const name of path.slice(ROOT.length + 1).split('/')) {
      if (node === undefined || !isFolder(node)) return undefined;
      if (name !== '.') node = node.names.get(name);
    }
    return node;
  }

  #outside(path: string): Promise<Uint8Array | undefined> {
    const pid = /^\/proc\/(\d+)\/stat$/.exec(path)?.[1];
    if (pid === undefined) return nodeDisk.read(path);
    if (!this.alive.has(Number(pid))) return Promise.resolve(undefined);
    return Promise.resolve(Buffer.from(`${pid} (cardpress) S ${'0 '.repeat(18)}${pid}`));
  }
}

const newFolder = (): Folder => ({ names: new Map(), synced: new Map() });
const isFolder = (node: Inode | Folder): node is Folder => 'names' in node;
const missing = (path: string) => Object.assign(new Error(`ENOENT ${path}`), { code: 'ENOENT' });

function forget(folder: Folder): void {
  folder.names = new Map(folder.synced);
  for (const node of folder.names.values()) {
    if (isFolder(node)) forget(node);
    else node.bytes = node.synced;
  }
}

/** A killed process loses nothing that it wrote; later losses start from there. */
function remember(folder: Folder): void {
  for (const node of folder.names.values()) if (isFolder(node)) remember(node);
}
