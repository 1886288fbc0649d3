// A clock that stands still while somebody works, and jumps when everybody waits.
import type { Clock } from '../../src/schedule/scheduler.ts';

export interface SimulatedClock extends Clock {
  /** Waits until so many wait, then moves to the earliest time that one of them waits for, or to `latest`. */
  readonly step: (waiters: number, latest: Date) => Promise<void>;
  /** Time that work takes. */
  readonly spend: (milliseconds: number) => void;
}

export function simulatedClock(start: string): SimulatedClock {
  let time = Date.parse(start);
  let waiting: { readonly at: number; readonly wake: () => void }[] = [];
  let onWait: () => void = () => undefined;
  const wakeUp = () => {
    const due = waiting.filter(({ at }) => at <= time);
    waiting = waiting.filter(({ at }) => at > time);
    for (const { wake } of due) wake();
  };
  return {
    now: () => new Date(time),
    until: (at, stopping) =>
      new Promise((resolve) => {
        if (stopping.aborted || at.getTime() <= time) {
          resolve();
          return;
        }
        const leave = () => {
          waiting = waiting.filter((other) => other !== waiter);
          waiter.wake();
        };
        const waiter = {
          at: at.getTime(),
          wake: () => {
            stopping.removeEventListener('abort', leave);
            resolve();
          },
        };
        waiting.push(waiter);
        stopping.addEventListener('abort', leave);
        onWait();
      }),
    async step(waiters, latest) {
      while (waiting.length < waiters)
        await new Promise<void>((resolve) => {
          onWait = resolve;
        });
      time = Math.max(time, Math.min(latest.getTime(), ...waiting.map(({ at }) => at)));
      wakeUp();
    },
    spend(milliseconds) {
      time += milliseconds;
      wakeUp();
    },
  };
}
