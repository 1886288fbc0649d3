// A file that the journal names and that never came to be, told from one that was taken away.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, nodeDisk } from '../../src/base/disk.ts';
import { openJournal } from '../../src/base/journal.ts';
import { RunFolder, names } from '../../src/base/run-folder.ts';
import { auditFolder } from '../../src/settle/audit.ts';
import { witness } from '../../src/settle/witness.ts';
import { temporaryFolder } from '../base/temporary-folder.ts';

const ORDER = names.book(1, 'void');

async function session(
  path: string,
  disk: Disk,
  work: (folder: RunFolder) => Promise<unknown>,
): Promise<void> {
  const folder = new RunFolder(disk, path);
  const journal = await openJournal(nodeDisk, path, () => new Date());
  await witness(folder, journal);
  await work(folder).catch(() => undefined);
  await journal.close();
}

async function runFolder(): Promise<{ path: string; wrong: () => Promise<readonly string[]> }> {
  const path = await temporaryFolder();
  mkdirSync(join(path, 'books'));
  mkdirSync(join(path, 'receipts'));
  writeFileSync(join(path, names.plan), '{}');
  return { path, wrong: async () => (await auditFolder(new RunFolder(nodeDisk, path))).wrong };
}

const nothing = () => Promise.resolve();
const order = (folder: RunFolder) => folder.write(ORDER, '{}');
/** Without room for the file, or with a process that dies right after the line that names it. */
const FULL: Disk = { ...nodeDisk, create: () => Promise.reject(new Error('no room')) };

test('a file that could not be written after it was named is accepted once the journal says so', async () => {
  const { path, wrong } = await runFolder();
  await session(path, FULL, order);
  expect(await wrong()).toEqual([`${ORDER} is named in events.jsonl, and is not there`]);
  await session(path, nodeDisk, nothing);
  expect(await wrong()).toEqual([]);
  // It may be written later, and is named anew.
  await session(path, nodeDisk, order);
  expect(await wrong()).toEqual([]);
});

test('a file that was there and was taken away is missed, whoever writes the journal after', async () => {
  const { path, wrong } = await runFolder();
  await session(path, nodeDisk, order);
  rmSync(join(path, ORDER));
  await session(path, nodeDisk, nothing);
  expect(await wrong()).toEqual([`${ORDER} is named in events.jsonl, and is not there`]);
});

test('a file that is put where none came to be is named by nothing', async () => {
  const { path, wrong } = await runFolder();
  await session(path, FULL, order);
  await session(path, nodeDisk, nothing);
  writeFileSync(join(path, ORDER), '{}');
  await session(path, nodeDisk, nothing);
  expect(await wrong()).toEqual([`${ORDER} is there, and events.jsonl names no such file`]);
});
