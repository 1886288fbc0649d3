// Waiting that ends at once when the program is asked to stop.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits so many milliseconds, for any number of callers at once; throws the AbortError once `stopping` aborts. */
export function stoppablePause(stopping: AbortSignal): (milliseconds: number) => Promise<void> {
  // Each caller listens while it waits, and not after: Node would warn of the eleventh as of a leak.
  setMaxListeners(0, stopping);
  return (milliseconds) => sleep(milliseconds, undefined, { signal: stopping });
}
