// Every crash point of a run of several batches and volumes, where a process is killed.
import { expect, test } from 'vitest';
import { crashPoints, effectsOfRun, tryAll } from './enumerate.ts';

test('a process is killed at any effect of a run, and the run still ends with its books equal', async () => {
  const effects = await effectsOfRun();
  expect(effects.filter((name) => name === 'send batch')).toHaveLength(3);
  const points = crashPoints(effects);
  expect(points.length).toBeGreaterThan(300);
  expect(await tryAll(points, effects, 'process')).toEqual([]);
}, 900_000);
