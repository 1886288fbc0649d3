// The file .ack in a folder target is somebody else's: nothing but a plain, small file is read.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { silent } from '../../src/base/log.ts';
import { RunFolder } from '../../src/base/run-folder.ts';
import { folderAtTarget } from '../../src/deliver/deliver.ts';
import { openFolder } from '../../src/deliver/folder.ts';
import type { Target } from '../../src/deliver/target.ts';
import { type AckTools, acknowledge, fetchAcknowledgement } from '../../src/settle/acknowledge.ts';
import { have } from '../support/programs.ts';

const SUMS = 'ab'.repeat(32);
const SECRET = 'AGE-SECRET-KEY-1SOMEBODYELSES';

let dir: string;
let target: Extract<Target, { kind: 'folder' }>;
let tools: AckTools;
let ack: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cardpress-'));
  const path = join(dir, 'outbox');
  target = { kind: 'folder', name: 'box', shown: path, path, readBack: 'none' };
  const plan = { run: 'run', account: 'T1' } as AckTools['plan'];
  tools = {
    plan,
    folder: new RunFolder(nodeDisk, join(dir, 'run')),
    openSession: () => openFolder(nodeDisk, target),
    now: () => new Date(),
    sleep: () => Promise.resolve(),
    by: 'ola',
    log: silent,
  };
  mkdirSync(join(dir, 'run/receipts'), { recursive: true });
  mkdirSync(join(path, folderAtTarget(plan)), { recursive: true });
  const receipt = JSON.stringify({ target: 'box', shown: path, delivery: 1, sums: SUMS });
  for (const what of ['begun', 'closing', 'done'])
    writeFileSync(join(dir, `run/receipts/box.1.${what}.json`), receipt);
  writeFileSync(join(dir, 'key.txt'), SECRET);
  ack = join(path, folderAtTarget(plan), '.ack');
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const noted = () => readFileSync(join(dir, 'run/receipts/box.1.acknowledged.json'), 'utf8');

test('none, and a plain one', async () => {
  expect(await fetchAcknowledgement(target, tools)).toBe(undefined);
  writeFileSync(ack, `${SUMS}\r\nreceived, Ola\r\n`);
  expect(await fetchAcknowledgement(target, tools)).toBe('file');
  expect(JSON.parse(noted())).toMatchObject({ how: 'file', said: `${SUMS} received, Ola` });
});

test('a person’s word is no file, and keeps none from being looked at', async () => {
  await acknowledge(target, tools);
  expect(JSON.parse(noted())).toMatchObject({ how: 'word', said: '' });
  expect(await fetchAcknowledgement(target, tools)).toBe('word');
  writeFileSync(ack, '0'.repeat(64));
  await expect(fetchAcknowledgement(target, tools)).rejects.toMatchObject({ kind: 'mismatch', exitCode: 7 });
  writeFileSync(ack, SUMS);
  expect(await fetchAcknowledgement(target, tools)).toBe('word');
  // What was noted first stands.
  expect(JSON.parse(noted())).toMatchObject({ how: 'word', said: '' });
});

test.each([
  ['a file of ours', () => join(dir, 'key.txt')],
  ['a device without end', () => '/dev/zero'],
  ['nothing', () => join(dir, 'none')],
])('a link to %s is not followed', async (_, to) => {
  symlinkSync(to(), ack);
  await expect(fetchAcknowledgement(target, tools)).rejects.toMatchObject({
    kind: 'mismatch',
    message: expect.stringMatching(/\.ack is no plain file: it is not read/) as string,
  });
  expect(noted).toThrow(/ENOENT/);
});

test.runIf(have('mkfifo'))('a pipe is not waited for', async () => {
  execFileSync('mkfifo', [ack]);
  await expect(fetchAcknowledgement(target, tools)).rejects.toThrow(/\.ack is no plain file/);
});

test('a long one is refused, and no more of it is read than shows that it is', async () => {
  writeFileSync(ack, 'x'.repeat(4097));
  await expect(fetchAcknowledgement(target, tools)).rejects.toThrow(/has more than 4096 bytes/);
  writeFileSync(ack, 'x'.repeat(1_000_000));
  const session = await openFolder(nodeDisk, target);
  expect(await session.peek(`${folderAtTarget(tools.plan)}/.ack`, 4097)).toHaveLength(4097);
});
