// The run's events.jsonl: each line is chained to the one before, over restarts and torn lines.
import { createHash } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Disk, nodeDisk } from '../../src/base/disk.ts';
import { type Head, lineHash, openJournal } from '../../src/base/journal.ts';
import type { Event } from '../../src/base/log.ts';
import { temporaryFolder } from './temporary-folder.ts';

const now = () => new Date('2026-11-23T12:00:00Z');
const waiting = (what: string): Event => ({ event: 'waiting', what, seconds: 1 });

/** Reads a journal as a stranger would: the numbers of the lines that do not follow from the line before. */
function brokenLinks(journal: string): number[] {
  const lines = journal.split('\n').slice(0, -1);
  return lines.flatMap((line, index) => {
    const before = lines[index - 1];
    const expected =
      before === undefined ? '0'.repeat(64) : createHash('sha256').update(before).digest('hex');
    return linkOf(line) === undefined || linkOf(line) === expected ? [] : [index + 1];
  });
}

/** Undefined for a line that a crash cut off. */
function linkOf(line: string): string | undefined {
  try {
    return (JSON.parse(line) as { previous: string }).previous;
  } catch {
    return undefined;
  }
}

async function write(folder: string, ...events: Event[]): Promise<string> {
  const journal = await openJournal(nodeDisk, folder, now);
  for (const event of events) journal.emit(event);
  await journal.close();
  return readFile(join(folder, 'events.jsonl'), 'utf8');
}

test('every event is a line with its time, chained to the one before, over restarts', async () => {
  const folder = await temporaryFolder();
  await write(folder, waiting('the disk'), { event: 'run.continued', run: 'spring' });
  const journal = await write(folder, { event: 'run.complete', run: 'spring' });
  const lines = journal
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ event }) => event)).toEqual(['waiting', 'run.continued', 'run.complete']);
  expect(lines.map(({ at }) => at)).toEqual(lines.map(() => '2026-11-23T12:00:00.000Z'));
  expect(brokenLinks(journal)).toEqual([]);
});

test('a line that was changed or taken out is found', async () => {
  const folder = await temporaryFolder();
  const journal = await write(folder, ...['a', 'b', 'c', 'd'].map(waiting));
  expect(brokenLinks(journal.replace('"what":"b"', '"what":"B"'))).toEqual([3]);
  expect(brokenLinks(journal.split('\n').toSpliced(1, 1).join('\n'))).toEqual([2]);
});

test('events given at once are written in their order, each line whole', async () => {
  const folder = await temporaryFolder();
  const names = Array.from({ length: 200 }, (_, index) => `event ${index}`);
  const journal = await write(folder, ...names.map(waiting));
  expect(
    journal
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { what: string }).what),
  ).toEqual(names);
  expect(brokenLinks(journal)).toEqual([]);
});

/** A journal cut off after so many bytes, and gone on with. */
async function goOnAfter(bytes: number, whole: string, folder: string): Promise<string> {
  const path = join(folder, 'events.jsonl');
  await writeFile(path, whole);
  await truncate(path, bytes);
  return write(folder, waiting('after the crash'), waiting('and on'));
}

test('a line that a crash cut off stays as it is, and the chain goes on from it', async () => {
  const folder = await temporaryFolder();
  const whole = await write(folder, waiting('nospaces'), waiting('nonehere'));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (bytes) => {
      const journal = await goOnAfter(bytes, whole, folder);
      expect(journal.startsWith(whole.slice(0, bytes))).toBe(true);
      expect(brokenLinks(journal)).toEqual([]);
      expect(journal).toContain('after the crash');
      expect(journal.endsWith('\n')).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('also where it was cut off behind a space', async () => {
  // openJournal hashes the torn line without its trailing spaces, which stay in the file: the chain breaks.
  const folder = await temporaryFolder();
  const whole = await write(folder, waiting('no space left on the disk'));
  const journal = await goOnAfter(whole.indexOf(' left') + 1, whole, folder);
  expect(brokenLinks(journal)).toEqual([]);
});

test('after a disk that was full for a while no line is missing, and the chain holds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      async (isFull, share) => {
        const folder = await temporaryFolder();
        let call = 0;
        const disk: Disk = {
          ...nodeDisk,
          async append(path) {
            const file = await nodeDisk.append(path);
            return {
              ...file,
              async write(bytes) {
                call += 1;
                if (isFull[call - 1] !== true) return file.write(bytes);
                // A full disk takes some of the bytes, or none, or all but says otherwise.
                await file.write(bytes.subarray(0, share % (bytes.length + 1)));
                throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
              },
            };
          },
        };
        const journal = await openJournal(disk, folder, now);
        for (let index = 0; index < 8; index++) {
          if (index % 3 === 2) await journal.note(`books/${index}.json`, 'sum').catch(() => undefined);
          else journal.emit(waiting(`event ${index}`));
        }
        const closed = await journal.close().then(
          () => true,
          () => false,
        );
        if (!closed) await write(folder, { event: 'run.continued', run: 'spring' });
        const text = await readFile(join(folder, 'events.jsonl'), 'utf8');
        expect(brokenLinks(text)).toEqual([]);
        if (!closed) return;
        const told = text.split('\n').flatMap((line) => (linkOf(line) === undefined ? [] : [line]));
        for (let index = 0; index < 8; index++)
          expect(
            told.some((line) => line.includes(index % 3 === 2 ? `books/${index}.json` : `event ${index}`)),
          ).toBe(true);
        const head = JSON.parse(await readFile(join(folder, 'events.head.json'), 'utf8')) as Head;
        const lines = text.split('\n').slice(0, -1);
        expect(head).toEqual({ lines: lines.length, sha256: lineHash(lines.at(-1) ?? '') });
      },
    ),
    { numRuns: 100 },
  );
});

test('what writing threw is thrown at the end, once, and not into the run', async () => {
  const full: Disk = {
    ...nodeDisk,
    async append(path) {
      const file = await nodeDisk.append(path);
      return { ...file, write: () => Promise.reject(new Error('ENOSPC: no space left on device')) };
    },
  };
  const journal = await openJournal(full, await temporaryFolder(), now);
  journal.emit(waiting('a'));
  journal.emit(waiting('b'));
  await expect(journal.close()).rejects.toThrow('ENOSPC');
});
