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

test('of two writers at once exactly one succeeds', async () => {
  const folder = await newRun();
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, index) => folder.write(NAME, `writer ${index}`)),
  );
  expect(made.filter(Boolean)).toHaveLength(1);
});
