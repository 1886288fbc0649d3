// Waits for answers as long as any comes: those to many requests share a slow line. Where none comes at all, or the
// line is gone, everything that is waited for fails.
import type { Failure } from '../base/failure.ts';

export interface Patience {
  /** The answer; rejects with why there will be none. */
  readonly wait: <T>(answer: Promise<T>) => Promise<T>;
  /** There will be no answer any more. */
  readonly end: (why: Failure) => void;
}

/** @param giveUp is called when nothing was answered for so many milliseconds; says why there will be nothing */
export function patience(milliseconds: number, giveUp: () => Failure): Patience {
  const waiting = new Set<(why: Failure) => void>();
  let over: Failure | undefined;
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    clearTimeout(timer);
    if (waiting.size === 0) return;
    timer = setTimeout(() => {
      end(giveUp());
    }, milliseconds);
  };
  const end = (why: Failure) => {
    over ??= why;
    clearTimeout(timer);
    for (const fail of waiting) fail(over);
    waiting.clear();
  };
  return {
    end,
    wait: <T>(answer: Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        const isFirst = waiting.size === 0;
        if (over === undefined) waiting.add(reject);
        else reject(over);
        if (isFirst) begin();
        answer.then(resolve, reject).finally(() => {
          waiting.delete(reject);
          begin();
        });
      }),
  };
}
