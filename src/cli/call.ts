// What every command is given.
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
