// One holder at a time, over crashes and over machines that share a folder. The highest `lock.N` in the
// folder holds; it is made by link, so that of two callers one wins. A lock is given up by a released
// `lock.N+1`, never by removing the highest: numbers only grow, so an old listing cannot make two holders.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Disk, hasNoLinks } from './disk.ts';
import { Failure, hasCode, lastly } from './failure.ts';

/** Who holds a lock: enough to tell whether the process is still there. */
export interface Holder {
  readonly host: string;
  /** Changes with every boot of the host. */
  readonly boot: string;
  readonly pid: number;
  /** When the process started, in the system's own ticks: a pid alone is used again. */
  readonly started: string;
  readonly since: string;
}

interface LockFile extends Holder {
  readonly nonce: string;
  readonly released?: true;
}

/** A lock that another live process holds. */
export interface Busy {
  readonly holder: Holder;
}

/** A command needs a folder that another live process holds. That process goes on with it: nothing is wrong. */
export class Held extends Failure {
  constructor(what: string, { holder: { pid, host } }: Busy) {
    super('input', `${what} is held by process ${pid} on ${host}: wait for it`);
  }
}

export interface Lock {
  /** Throws where somebody else has taken the lock, say after this process slept for long. */
  readonly assertHeld: () => Promise<void>;
  readonly release: () => Promise<void>;
}

const HEARTBEAT_MS = 10_000;
const STILL_MS = 60_000;

/** This process, read from the system where it tells (Linux); elsewhere pid and host must do. */
export async function thisProcess(disk: Disk, pid: number, now: Date): Promise<Holder> {
  return {
    host: hostname(),
    boot: await bootId(disk),
    pid,
    started: (await startTime(disk, pid)) ?? '',
    since: now.toISOString(),
  };
}

/** Locks that this process is done with: it holds none of them, also where that could not be written. */
const over = new Set<string>();

/**
 * Does work as the only holder of a folder, and gives the lock up whatever comes of it: a process that stays would
 * keep itself away for ever.
 * @param otherwise what to do where another live process holds it
 */
export async function withLock<T, U>(
  disk: Disk,
  folder: string,
  self: Holder,
  work: (lock: Lock) => Promise<T>,
  otherwise: (busy: Busy) => U,
): Promise<T | U> {
  const lock = await takeLock(disk, folder, self);
  if ('holder' in lock) return otherwise(lock);
  return lastly(() => work(lock), lock.release);
}

/** @throws Held that says who holds it */
export const heldBy =
  (what: string) =>
  (busy: Busy): never => {
    throw new Held(what, busy);
  };

/** Takes the lock of a folder, or says who holds it. Work is done `withLock`, which gives it up again. */
export async function takeLock(disk: Disk, folder: string, self: Holder): Promise<Lock | Busy> {
  for (;;) {
    const highest = await highestLock(disk, folder);
    if (highest !== undefined && !highest.file.released && (await isAlive(disk, folder, highest, self))) {
      return { holder: highest.file };
    }
    const number = (highest?.number ?? 0) + 1;
    const mine: LockFile = { ...self, nonce: randomBytes(8).toString('hex') };
    try {
      if (!(await writeLock(disk, folder, number, mine))) continue; // somebody else was faster: look again
      // A listing may be old: where a higher number was there by now, this one was free because it is over.
      if (!(await isHighest(disk, folder, number, mine))) {
        await disk.remove(join(folder, `lock.${number}`));
        continue;
      }
    } catch (error) {
      // It may be there, and nobody will give it up.
      over.add(mine.nonce);
      throw error;
    }
    return hold(disk, folder, number, mine);
  }
}

/** Who holds a folder's lock, as far as it can be told at once: a process of another host is taken at its word. */
export async function holderOf(disk: Disk, folder: string, self: Holder): Promise<Holder | undefined> {
  const highest = await highestLock(disk, folder);
  if (highest === undefined || highest.file.released) return undefined;
  const { file } = highest;
  return file.host !== self.host || (await isAlive(disk, folder, highest, self)) ? file : undefined;
}

function hold(disk: Disk, folder: string, number: number, mine: LockFile): Lock {
  const beat = join(folder, `beat.${number}`);
  let beats = 0;
  const timer = setInterval(() => {
    beats += 1;
    void writeBeat(disk, beat, beats).catch(() => undefined); // a missed beat is what the reader allows for
  }, HEARTBEAT_MS);
  timer.unref();
  const isMine = () => isHighest(disk, folder, number, mine);
  return {
    async assertHeld() {
      if (await isMine()) return;
      throw new Failure('unavailable', `${folder} has been taken over by another process; this one stops`);
    },
    async release() {
      clearInterval(timer);
      over.add(mine.nonce);
      if (await isMine()) await writeLock(disk, folder, number + 1, { ...mine, released: true });
      over.delete(mine.nonce);
      for (const name of await disk.list(folder)) {
        const other = lockNumber(name) ?? beatNumber(name);
        if (other !== undefined && other <= number) await disk.remove(join(folder, name));
      }
    },
  };
}

async function isHighest(disk: Disk, folder: string, number: number, mine: LockFile): Promise<boolean> {
  const highest = await highestLock(disk, folder);
  return highest?.number === number && highest.file.nonce === mine.nonce;
}

async function writeLock(disk: Disk, folder: string, number: number, file: LockFile): Promise<boolean> {
  const final = join(folder, `lock.${number}`);
  const temporary = join(folder, `.writing-${file.nonce}-${number}`);
  await writeFile(disk, temporary, file);
  let made: boolean;
  try {
    made = await disk.link(temporary, final);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    // Without links the name is taken first and filled after; a reader waits for what is still empty.
    made = await writeFile(disk, final, file).then(
      () => true,
      (reason: unknown) => {
        if (hasCode(reason, 'EEXIST')) return false;
        throw reason;
      },
    );
  }
  await disk.remove(temporary);
  await disk.syncFolder(folder);
  return made;
}

async function writeFile(disk: Disk, path: string, file: LockFile): Promise<void> {
  const out = await disk.create(path);
  await out.write(new TextEncoder().encode(JSON.stringify(file)));
  await out.sync();
  await out.close();
}

async function writeBeat(disk: Disk, path: string, beats: number): Promise<void> {
  const temporary = `${path}.${beats}`;
  const out = await disk.create(temporary);
  await out.write(new TextEncoder().encode(String(beats)));
  await out.close();
  await disk.rename(temporary, path);
}

async function highestLock(
  disk: Disk,
  folder: string,
): Promise<{ number: number; file: LockFile } | undefined> {
  for (let tries = 1; ; tries += 1) {
    const numbers = (await disk.list(folder)).map(lockNumber).filter((number) => number !== undefined);
    if (numbers.length === 0) return undefined;
    const number = Math.max(...numbers);
    const file = parseLock(await disk.read(join(folder, `lock.${number}`)));
    if (file !== undefined) return { number, file };
    // Tidied away since, or still being filled; one that stays empty was left by a writer that died.
    if (tries === 40) return { number, file: { ...NOBODY, released: true } };
    await sleep(25);
  }
}

const NOBODY: LockFile = { host: '', boot: '', pid: 0, started: '', since: '', nonce: '' };

function parseLock(bytes: Uint8Array | undefined): LockFile | undefined {
  try {
    return JSON.parse(text(bytes)) as LockFile;
  } catch {
    return undefined;
  }
}

/** Same host: by boot, pid and start time. Another host: by its heartbeat, watched on our own clock. */
async function isAlive(
  disk: Disk,
  folder: string,
  lock: { number: number; file: LockFile },
  self: Holder,
): Promise<boolean> {
  const { file, number } = lock;
  if (over.has(file.nonce)) return false;
  if (file.host === self.host) {
    if (file.boot !== self.boot) return false;
    const started = await startTime(disk, file.pid);
    // Where the system does not tell when a process started, or hides those of others, its number must do.
    return started === undefined ? disk.hasProcess(file.pid) : started === file.started;
  }
  const beat = async () =>
    new TextDecoder().decode((await disk.read(join(folder, `beat.${number}`))) ?? new Uint8Array());
  const first = await beat();
  for (let waited = 0; waited < STILL_MS; waited += HEARTBEAT_MS / 2) {
    await sleep(HEARTBEAT_MS / 2);
    if ((await beat()) !== first) return true;
    if ((await highestLock(disk, folder))?.number !== number) return true; // it moved: look again from the start
  }
  return false;
}

const lockNumber = (name: string) => numbered(name, /^lock\.(\d+)$/);
const beatNumber = (name: string) => numbered(name, /^beat\.(\d+)/);

function numbered(name: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

async function bootId(disk: Disk): Promise<string> {
  return text(await disk.read('/proc/sys/kernel/random/boot_id')).trim();
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces, so count from its closing bracket. */
async function startTime(disk: Disk, pid: number): Promise<string | undefined> {
  const stat = await disk.read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const line = text(stat);
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes ?? new Uint8Array());
