// Many that wait at once, as a batch in doubt does card by card, are no leak: nobody is warned of one.
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { stoppablePause } from '../../src/base/pause.ts';

test('a hundred wait at once without a warning, and leave no listener behind', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const stop = new AbortController();
  const pause = stoppablePause(stop.signal);
  await Promise.all(Array.from({ length: 100 }, () => pause(1)));
  await turn();
  expect(warnings).toEqual([]);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

test('all that wait end when it is stopped, and none begins after', async () => {
  const stop = new AbortController();
  const pause = stoppablePause(stop.signal);
  const waits = Array.from({ length: 20 }, () => pause(1_000_000));
  stop.abort();
  const names = (await Promise.allSettled([...waits, pause(1_000_000)])).map((result) =>
    result.status === 'rejected' ? (result.reason as Error).name : 'waited',
  );
  expect([...new Set(names)]).toEqual(['AbortError']);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});
