// What runs have taken of the serials: read from the folders, and of complete runs read once a process.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, nodeDisk } from '../../src/base/disk.ts';
import { RunFolder, names } from '../../src/base/run-folder.ts';
import { type Run, nextSerial } from '../../src/pipeline/runs.ts';
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

test('a pattern with the run in it, and the supplement’s that has it resolved, are one pattern', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cardpress-'));
  try {
    const planned = (run: string, id: string, first: number, ordered: number, more = {}): Run => ({
      folder: new RunFolder(nodeDisk, join(dir, run)),
      plan: {
        run,
        account: 'T00000001',
        created: '2026-11-21',
        cards: { id, first, ordered, overs: 0 },
        ...more,
      } as unknown as Plan,
    });
    const runs = [
      planned('a-1', '{run}{serial:2}', 1, 8),
      planned('a-1-s1', 'a-1{serial:2}', 1, 3, { supplement: { of: 'a-1', kind: 'reissue' } }),
      planned('b-1', '{run}{serial:2}', 1, 20),
    ];
    const next = (at: number) => nextSerial(runs[at]!.plan, runs);
    expect([await next(0), await next(1), await next(2)]).toEqual([9, 9, 21]);
    // A run of its own begins anew.
    expect(await nextSerial(planned('c-1', '{run}{serial:2}', 1, 1).plan, runs)).toBe(1);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
