// One holder at a time: who gets a lock, who is told of its holder, and who finds that he lost it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Disk, nodeDisk } from '../../src/base/disk.ts';
import { Failure, asFailure } from '../../src/base/failure.ts';
import { type Busy, type Holder, type Lock, takeLock, thisProcess, withLock } from '../../src/base/lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const self = await thisProcess(nodeDisk, process.pid, new Date());
const DEAD: Holder = { ...self, pid: await pidOfEndedProcess() };

async function pidOfEndedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

async function livingProcess(): Promise<Holder> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  onTestFinished(() => void child.kill());
  await once(child, 'spawn');
  return thisProcess(nodeDisk, child.pid!, new Date());
}

async function take(folder: string, holder = self, disk: Disk = nodeDisk): Promise<Lock> {
  const lock = await takeLock(disk, folder, holder);
  if ('holder' in lock) throw new Error('the lock is taken');
  onTestFinished(() => lock.release());
  return lock;
}

const isLock = (result: Lock | Busy): result is Lock => 'release' in result;

test('of two takers one gets the lock and the other is told who has it', async () => {
  const folder = await temporaryFolder();
  const results = await Promise.all([takeLock(nodeDisk, folder, self), takeLock(nodeDisk, folder, self)]);
  expect(results.filter(isLock)).toHaveLength(1);
  const [busy] = results.filter((result): result is Busy => !isLock(result));
  expect(busy?.holder).toMatchObject({ pid: process.pid, host: self.host, since: self.since });
});

test('a lock of another living process is respected', async () => {
  const folder = await temporaryFolder();
  const other = await livingProcess();
  await take(folder, other);
  expect(await takeLock(nodeDisk, folder, self)).toMatchObject({ holder: { pid: other.pid } });
});

test('a living process of which the system hides when it started is respected', async () => {
  const folder = await temporaryFolder();
  const other = await livingProcess();
  await take(folder, other);
  const hiding: Disk = {
    ...nodeDisk,
    read: (path) => (path === `/proc/${other.pid}/stat` ? Promise.resolve(undefined) : nodeDisk.read(path)),
  };
  expect(await takeLock(hiding, folder, self)).toMatchObject({ holder: { pid: other.pid } });
});

test('a released lock is taken again, and again', async () => {
  const folder = await temporaryFolder();
  for (let round = 0; round < 5; round += 1) {
    const lock = await take(folder);
    await lock.assertHeld();
    await lock.release();
  }
  expect(await readdir(folder)).toEqual(['lock.10']);
});

const refuse = (): never => {
  throw new Error('the lock is taken');
};

test('a lock is given up by work that fails, and its failure goes before that of giving up', async () => {
  const folder = await temporaryFolder();
  const fail = () => Promise.reject(new Error('the work failed'));
  await expect(withLock(nodeDisk, folder, self, fail, refuse)).rejects.toThrow('the work failed');
  expect(await withLock(nodeDisk, folder, self, () => Promise.resolve('came'), refuse)).toBe('came');
  const failing = fullDisk((path) => path.includes('lock') || path.includes('.writing'));
  const full = () => {
    failing.full();
    return fail();
  };
  await expect(withLock(failing.disk, folder, self, full, refuse)).rejects.toThrow('the work failed');
});

/** A disk that is full for some files once it is said to be. */
function fullDisk(files: (path: string) => boolean) {
  let isFull = false;
  const disk: Disk = {
    ...nodeDisk,
    create: (path) =>
      isFull && files(path)
        ? Promise.reject(Object.assign(new Error('no room'), { code: 'ENOSPC' }))
        : nodeDisk.create(path),
  };
  const full = () => {
    isFull = true;
  };
  return { disk, full };
}

test('a lock that could not be given up on a full disk is no longer held by this process', async () => {
  const folder = await temporaryFolder();
  const { disk, full } = fullDisk(() => true);
  const work = () => {
    full();
    return Promise.resolve();
  };
  await expect(withLock(disk, folder, self, work, refuse)).rejects.toThrow('no room');
  const other = await livingProcess();
  expect(await takeLock(nodeDisk, folder, self)).toHaveProperty('release');
  // That it is held again is seen by the others, and by this process.
  expect(await takeLock(nodeDisk, folder, other)).toHaveProperty('holder');
  expect(await takeLock(nodeDisk, folder, self)).toHaveProperty('holder');
});

test('a lock that was half taken when the disk failed is held by nobody', async () => {
  const folder = await temporaryFolder();
  const disk: Disk = { ...nodeDisk, syncFolder: () => Promise.reject(new Error('the disk failed')) };
  await expect(takeLock(disk, folder, self)).rejects.toThrow('the disk failed');
  expect(await readdir(folder)).toEqual(['lock.1']);
  await take(folder);
});

test.each<[string, Holder]>([
  ['a process that ended', DEAD],
  ['a process whose number another one has now', { ...self, started: '1' }],
  ['another boot of this host', { ...self, boot: 'before-the-power-cut' }],
])('a lock of %s is stale', async (_, holder) => {
  const folder = await temporaryFolder();
  await take(folder, holder);
  const lock = await take(folder);
  await lock.assertHeld();
});

test('of twenty takers of a stale lock at once exactly one wins', async () => {
  const folder = await temporaryFolder();
  await take(folder, DEAD);
  const takers = await Promise.all(Array.from({ length: 20 }, () => takeLock(nodeDisk, folder, self)));
  const winners = takers.filter(isLock);
  expect(winners).toHaveLength(1);
  await winners[0]!.assertHeld();
});

test('who slept while another took over is stopped at his next step, and takes nothing with him', async () => {
  const folder = await temporaryFolder();
  const sleeper = await take(folder, DEAD);
  const lock = await take(folder);
  await expect(sleeper.assertHeld()).rejects.toMatchObject({ kind: 'unavailable' });
  await sleeper.release();
  await lock.assertHeld();
  expect(await takeLock(nodeDisk, folder, self)).toHaveProperty('holder');
});

test('a lock is held again after its holder was overtaken and the other one is done', async () => {
  const folder = await temporaryFolder();
  await take(folder, DEAD);
  const second = await take(folder);
  await second.release();
  const third = await take(folder);
  await third.assertHeld();
  await expect(second.assertHeld()).rejects.toBeInstanceOf(Failure);
});

test('a lock on another machine that shows a beat is respected', async () => {
  const folder = await temporaryFolder();
  await take(folder, { ...self, host: 'another.example' });
  const beat = setTimeout(() => void writeFile(join(folder, 'beat.1'), '1'), 1000);
  onTestFinished(() => clearTimeout(beat));
  expect(await takeLock(nodeDisk, folder, self)).toMatchObject({ holder: { host: 'another.example' } });
}, 20_000);

test('an old look at the folder cannot make two holders', async () => {
  // takeLock does not look again after it wrote: lock.2 is free once more when its taker has released.
  const folder = await temporaryFolder();
  await take(folder, DEAD);
  let slow = true;
  const disk: Disk = {
    ...nodeDisk,
    async create(path) {
      if (slow) {
        slow = false;
        const faster = await take(folder);
        await faster.release();
      }
      return nodeDisk.create(path);
    },
  };
  const first = await takeLock(disk, folder, self);
  const second = await takeLock(nodeDisk, folder, self);
  expect([first, second].filter(isLock)).toHaveLength(1);
});

test('a system without /proc does not take a living process for a dead one', async () => {
  // isAlive compares undefined (no /proc/PID/stat) with '' (thisProcess): every lock is stale on macOS.
  const folder = await temporaryFolder();
  const disk: Disk = {
    ...nodeDisk,
    read: (path) => (path.startsWith('/proc/') ? Promise.resolve(undefined) : nodeDisk.read(path)),
  };
  const me = await thisProcess(disk, process.pid, new Date());
  await take(folder, me, disk);
  expect(await takeLock(disk, folder, me)).toHaveProperty('holder');
});

test('a file system without links is no bug of ours', async () => {
  // writeLock needs link; where there is none (EPERM) the raw error ends the program with exit 70.
  const folder = await temporaryFolder();
  const disk: Disk = {
    ...nodeDisk,
    link: () => Promise.reject(Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' })),
  };
  const result = await takeLock(disk, folder, self).catch(asFailure);
  expect(result).not.toMatchObject({ kind: 'bug' });
});
