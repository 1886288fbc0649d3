// What runs have taken of the serials: read from the folders, and of complete runs read once a process.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, nodeDisk } from '../../src/base/disk.ts';
import { RunFolder, names } from '../../src/base/run-folder.ts';
import { nextSerial } from '../../src/pipeline/runs.ts';
import type { Plan } from '../../src/plan/plan.ts';

test('a complete run’s records are read once; an open one’s are looked at each time', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cardpress-'));
  let reads = 0;
  const counting = (): Disk => ({
    ...nodeDisk,
    read(path) {
      reads += 1;
      return nodeDisk.read(path);
    },
  });
  try {
    const cards = { id: 'T-{serial}', first: 1, ordered: 10, overs: 0 };
    const plan = { run: 'taken', account: 'T00000001', created: '2026-11-21', cards } as unknown as Plan;
    const disk = counting();
    const folder = new RunFolder(disk, join(dir, 'taken'));
    await folder.make();
    const asked = (batch: number, serial: number) =>
      folder.write(names.asked(batch, 2), JSON.stringify({ cards: [{ position: 0, serial, count: 2 }] }));
    /** As each look of a process lists its runs anew. */
    const next = async (on = disk) => {
      reads = 0;
      const run = { folder: new RunFolder(on, folder.path), plan };
      return [await nextSerial({ ...plan, run: 'other' }, [run]), reads];
    };
    expect(await next()).toEqual([11, 0]);
    await asked(1, 11);
    expect(await next()).toEqual([13, 1]);
    await asked(2, 13);
    expect(await next()).toEqual([15, 2]);
    await folder.write(names.complete, '{}');
    expect(await next()).toEqual([15, 2]);
    expect(await next()).toEqual([15, 0]);
    // Another process asks the folder.
    expect(await next(counting())).toEqual([15, 2]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
