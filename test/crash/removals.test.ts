// What the enumeration is worth: where one way of making things durable is taken out, it finds a crash after
// which the books are not equal.
import { describe, expect, test } from 'vitest';
import { type Loss } from './disk-model.ts';
import { crashPoints, effectsOfRun, tryAll } from './enumerate.ts';

const REMOVALS: readonly (readonly [string, (path: string) => boolean])[] = [
  ['the bytes of asked-files and answers are not synced', (path) => path.includes('/batches/.writing')],
  ['the folder of asked-files and answers is not synced', (path) => path.endsWith('/batches/')],
  ['the bytes of volumes are not synced', (path) => path.includes('/volumes/.writing')],
  ['the bytes of the handoff are not synced', (path) => path.includes('/handoff/.writing')],
  ['the folder of the handoff is not synced', (path) => path.endsWith('/handoff/')],
  ['the output folder is not synced', (path) => path.endsWith('/output/')],
  ['the bytes of plan and keys are not synced', (path) => /\.draft-\w+\/\.writing/.test(path)],
];

describe('the enumeration finds that', () => {
  test.each(REMOVALS)('%s', async (_, unsynced) => {
    const effects = await effectsOfRun();
    const loss: Loss = 'power';
    // Late points first: there is more to lose. One that is found is enough.
    const points = crashPoints(effects)
      .filter(({ at }) => at % 3 === 0)
      .reverse();
    let found: readonly string[] = [];
    for (const point of points) {
      found = await tryAll([point], effects, loss, unsynced);
      if (found.length > 0) break;
    }
    expect(found).not.toEqual([]);
  });
});
