// A process of its own for thousand.test.ts: one schedule of the built program, driven by a clock that jumps from
// time to time. Prints what it holds after each so many runs.
import { readdirSync } from 'node:fs';
import { scheduleCommand } from '../../dist/cli/schedule-command.js';

const [job, output, runs, every] = process.argv.slice(2);
const stop = new AbortController();
let time = Date.parse('2026-01-01T00:10:00Z');
let made = 0;
const held = () => {
  for (let round = 0; round < 3; round += 1) globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    made,
    memory: heapUsed + external,
    rss,
    files: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
  };
};
const clock = {
  now: () => new Date(time),
  async until(at) {
    time = Math.max(time, at.getTime());
    // What was closed is given back in the next rounds of the loop.
    for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  },
};
const log = {
  emit({ event }) {
    if (event === 'run.complete') made += 1;
  },
};
const out = () => undefined;
const err = (text) => process.stderr.write(text);
let printed = 0;
const watched = {
  ...clock,
  async until(at, stopping) {
    await clock.until(at, stopping);
    const isLast = made >= Number(runs);
    if (made >= printed + Number(every) || isLast) {
      printed = made;
      process.stdout.write(`${JSON.stringify(held())}\n`);
    }
    // Between two runs, as all the measuring is: a run that is stopped is held until the process ends.
    if (isLast) stop.abort();
  },
};
const call = { terminal: { out, err, bars: undefined }, env: process.env, log, stopping: stop.signal };
await scheduleCommand([job], { output, metrics: `${output}/../cardpress.prom` }, call, watched).catch(
  (error) => {
    if (error.kind !== 'interrupted') throw error;
  },
);
