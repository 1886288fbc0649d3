// What every command is given.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import type { Environment } from './environment.ts';
import type { Terminal } from './screen.ts';

/** Where to write, the environment, events' other sink, and the signal to stop. */
export interface Call {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly log: Log;
  readonly stopping: AbortSignal;
  /** The clock; the computer's own where none is given. */
  readonly now?: () => Date;
}

export function clockOf({ now }: Pick<Call, 'now'>): () => Date {
  return now ?? (() => new Date());
}

/** Waits so many milliseconds; rejects when the call is to stop. */
export const pauseOf =
  ({ stopping }: Pick<Call, 'stopping'>) =>
  (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: stopping });
