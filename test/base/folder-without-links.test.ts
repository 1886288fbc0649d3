// A file system without links (a memory stick, some network shares): a claim is made, then the file moved.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, nodeDisk } from '../../src/base/disk.ts';
import { RunFolder } from '../../src/base/run-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

const NAME = 'batches/0001.1.age';

const withoutLinks: Disk = {
  ...nodeDisk,
  link: () => Promise.reject(Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' })),
};

async function newRun(): Promise<RunFolder> {
  const folder = new RunFolder(withoutLinks, join(await temporaryFolder(), 'run'));
  await folder.make();
  return folder;
}

const text = async (folder: RunFolder) => new TextDecoder().decode(await folder.read(NAME));

test('a file is written once there, too', async () => {
  const folder = await newRun();
  expect(await folder.write(NAME, 'first')).toBe(true);
  expect(await folder.write(NAME, 'second')).toBe(false);
  expect(await text(folder)).toBe('first');
  expect(await readdir(join(folder.path, 'batches'))).toEqual(['0001.1.age']);
});

test('a claim that a dead writer left is taken away by the run’s next holder', async () => {
  const folder = await newRun();
  await writeFile(join(folder.path, 'batches/.writing-claim-0001.1.age'), '');
  expect(await folder.list('batches')).toEqual([]);
  await folder.tidy();
  expect(await folder.write(NAME, 'whole')).toBe(true);
  expect(await text(folder)).toBe('whole');
});

test('a name that was filled while this writer prepared its bytes stays as it is', async () => {
  const folder = await newRun();
  async function* slow() {
    yield Buffer.from('late');
    await writeFile(join(folder.path, NAME), 'early');
  }
  expect(await folder.write(NAME, slow())).toBe(false);
  expect(await text(folder)).toBe('early');
  expect(await readdir(join(folder.path, 'batches'))).toEqual(['0001.1.age']);
});

/** A disk that fails once, at the first call of this kind. */
function failingOnce(disk: Disk, what: 'rename' | 'syncFolder'): Disk {
  let failed = false;
  const fail = <Rest extends readonly unknown[], Made>(work: (...rest: Rest) => Promise<Made>) =>
    ((...rest) => {
      if (failed) return work(...rest);
      failed = true;
      return Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
    }) satisfies typeof work;
  return what === 'rename'
    ? { ...disk, rename: fail((from, to) => disk.rename(from, to)) }
    : { ...disk, syncFolder: fail((path) => disk.syncFolder(path)) };
}

test('a name that could not be given is given at the next attempt, and nothing is left beside it', async () => {
  const { path } = await newRun();
  const folder = new RunFolder(failingOnce(withoutLinks, 'rename'), path);
  await expect(folder.write(NAME, 'the answer')).rejects.toThrow(/disk failed/);
  expect(await folder.write(NAME, 'the answer')).toBe(true);
  expect(await text(folder)).toBe('the answer');
  expect(await readdir(join(path, 'batches'))).toEqual(['0001.1.age']);
});

test('a claim that cannot be removed is taken over by the writer that made it', async () => {
  const { path } = await newRun();
  const once = failingOnce(withoutLinks, 'rename');
  let stuck = true;
  const folder = new RunFolder(
    {
      ...once,
      remove: (name) =>
        stuck && name.includes('claim')
          ? ((stuck = false), Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })))
          : once.remove(name),
    },
    path,
  );
  await expect(folder.write(NAME, 'the answer')).rejects.toThrow(/disk failed/);
  expect(await readdir(join(path, 'batches'))).toEqual(['.writing-claim-0001.1.age']);
  expect(await folder.write(NAME, 'the answer')).toBe(true);
  expect(await readdir(join(path, 'batches'))).toEqual(['0001.1.age']);
});

test('a claim that another writer left is no file: what is in memory alone is not given up for it', async () => {
  const folder = await newRun();
  await writeFile(join(folder.path, 'batches/.writing-claim-0001.1.age'), '');
  await expect(folder.write(NAME, 'the answer')).rejects.toThrow(/claim-0001\.1\.age is in the way/);
  await folder.tidy();
  expect(await folder.write(NAME, 'the answer')).toBe(true);
});

test('a name whose folder could not be synced is synced by whoever comes back', async () => {
  const { path } = await newRun();
  const synced: string[] = [];
  const once = failingOnce(nodeDisk, 'syncFolder');
  const folder = new RunFolder(
    {
      ...once,
      async syncFolder(name) {
        await once.syncFolder(name);
        synced.push(name);
      },
    },
    path,
  );
  await expect(folder.write(NAME, 'the answer')).rejects.toThrow(/disk failed/);
  expect(synced).toEqual([]);
  expect(await folder.write(NAME, 'the answer')).toBe(false);
  expect(synced).toEqual([join(path, 'batches')]);
});

test('of two writers at once exactly one succeeds', async () => {
  const folder = await newRun();
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, index) => folder.write(NAME, `writer ${index}`)),
  );
  expect(made.filter(Boolean)).toHaveLength(1);
});
