// Writing in a run folder: once, whole or not at all, and durable when it returns.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, nodeDisk } from '../../src/base/disk.ts';
import { FOLDERS, RunFolder } from '../../src/base/run-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

const NAME = 'batches/0001.1.age';

async function newRun(disk: Disk = nodeDisk): Promise<RunFolder> {
  const folder = new RunFolder(disk, join(await temporaryFolder(), 'spring-2026-11-23'));
  await folder.make();
  return folder;
}

const text = async (folder: RunFolder, name: string) => new TextDecoder().decode(await folder.read(name));
const everyName = (folder: RunFolder) => readdir(folder.path, { recursive: true });

test('a new run has all its folders, for its owner alone, and may be made again', async () => {
  const folder = await newRun();
  await folder.make();
  expect((await everyName(folder)).sort()).toEqual([...FOLDERS].sort());
  expect(await nodeDisk.mode(folder.path)).toBe(0o700);
  expect(folder.name).toBe('spring-2026-11-23');
});

test('a file is written once: the second write says so and leaves every byte', async () => {
  const folder = await newRun();
  expect(await folder.write(NAME, 'first')).toBe(true);
  expect(await folder.write(NAME, 'second, and longer')).toBe(false);
  expect(await text(folder, NAME)).toBe('first');
  expect(await folder.list('batches')).toEqual(['0001.1.age']);
});

test('of many writers of one name at once exactly one succeeds, and its bytes are there', async () => {
  const folder = await newRun();
  const writers = Array.from({ length: 20 }, (_, index) => folder.write(NAME, `writer ${index}`));
  const made = await Promise.all(writers);
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(await text(folder, NAME)).toBe(`writer ${made.indexOf(true)}`);
});

test('bytes, text and pieces come out as they went in, mode 0600', async () => {
  const folder = await newRun();
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream that happens to be ready
  async function* pieces() {
    yield bytes.subarray(0, 100);
    yield new Uint8Array();
    yield bytes.subarray(100);
  }
  await folder.write('volumes/pieces', pieces());
  await folder.write('volumes/bytes', bytes);
  await folder.write('volumes/text', 'kr ½ €');
  expect(Buffer.from(await folder.read('volumes/pieces'))).toEqual(Buffer.from(bytes));
  expect(Buffer.from(await folder.read('volumes/bytes'))).toEqual(Buffer.from(bytes));
  expect(await text(folder, 'volumes/text')).toBe('kr ½ €');
  expect(await nodeDisk.mode(join(folder.path, 'volumes/bytes'))).toBe(0o600);
});

test.each(['write', 'replace'] as const)(
  'content that breaks off half-way leaves no name and nothing temporary (%s)',
  async (how) => {
    const folder = await newRun();
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream that happens to be ready
    async function* pieces() {
      yield new Uint8Array(100_000);
      throw new Error('the vault does not open');
    }
    await expect(folder[how](NAME, pieces())).rejects.toThrow('the vault does not open');
    expect((await everyName(folder)).sort()).toEqual([...FOLDERS].sort());
    expect(await folder.write(NAME, 'now whole')).toBe(true);
  },
);

test('a derived file is replaced whole', async () => {
  const folder = await newRun();
  await folder.replace('accounts.json', 'first and long');
  await folder.replace('accounts.json', 'second');
  expect(await text(folder, 'accounts.json')).toBe('second');
  expect((await readdir(folder.path)).filter((name) => !FOLDERS.some((known) => known === name))).toEqual([
    'accounts.json',
  ]);
});

test('what a dead writer left is not listed, and tidied away', async () => {
  const folder = await newRun();
  await folder.write(NAME, 'whole');
  await writeFile(join(folder.path, 'batches/.writing-0123456789ab'), 'ha');
  expect(await folder.list('batches')).toEqual(['0001.1.age']);
  await folder.tidy();
  expect(await readdir(join(folder.path, 'batches'))).toEqual(['0001.1.age']);
});

test('a file that must be there and is not, or is no JSON, is a mismatch', async () => {
  const folder = await newRun();
  await expect(folder.read('plan.json')).rejects.toMatchObject({
    kind: 'mismatch',
    message: 'spring-2026-11-23/plan.json is missing from the run folder',
  });
  await folder.write('plan.json', '{"run":');
  await expect(folder.readJson('plan.json')).rejects.toMatchObject({ kind: 'mismatch' });
});

test('a removed file is gone, and its name is free', async () => {
  const folder = await newRun();
  await folder.write(NAME, 'first');
  await folder.remove(NAME);
  expect(await folder.has(NAME)).toBe(false);
  expect(await folder.write(NAME, 'second')).toBe(true);
});

test('a draft gets its final name with everything in it', async () => {
  const draft = await newRun();
  await draft.write('plan.json', '{}');
  const folder = await draft.moveTo(`${draft.path}-2`);
  expect(folder.name).toBe('spring-2026-11-23-2');
  expect(await folder.readJson('plan.json')).toEqual({});
  await expect(readFile(join(draft.path, 'plan.json'))).rejects.toThrow('ENOENT');
});

test('bytes are safe before they have a name, and the name before the write returns', async () => {
  const steps: string[] = [];
  const folder = await newRun({
    ...nodeDisk,
    async create(path) {
      const file = await nodeDisk.create(path);
      return { ...file, sync: () => (steps.push('bytes synced'), file.sync()) };
    },
    link: (from, to) => (steps.push('named'), nodeDisk.link(from, to)),
    rename: (from, to) => (steps.push('named'), nodeDisk.rename(from, to)),
    syncFolder: (path) => (steps.push('folder synced'), nodeDisk.syncFolder(path)),
  });
  for (const how of ['write', 'replace', 'moveTo'] as const) {
    steps.length = 0;
    if (how === 'moveTo') await folder.moveTo(`${folder.path}-2`);
    else await folder[how](how, 'text');
    expect(steps).toEqual([...(how === 'moveTo' ? [] : ['bytes synced']), 'named', 'folder synced']);
  }
});

test.each([
  ['ENOSPC', 'no space left'],
  ['EDQUOT', 'no space left'],
  ['EROFS', 'may not write'],
  ['EACCES', 'may not write'],
  ['EIO', 'the disk failed'],
])('%s is said in words, with the file, and the run can be called again', async (code, words) => {
  const folder = await newRun({
    ...nodeDisk,
    create: () => Promise.reject(Object.assign(new Error(`${code}: write`), { code })),
  });
  const failure = await folder.write(NAME, 'text').catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'unavailable', exitCode: 4 });
  expect(String(failure)).toContain(words);
  expect(String(failure)).toContain(NAME);
});
