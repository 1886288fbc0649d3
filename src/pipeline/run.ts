// The loop. Reads what lies in the run folder, starts every step that may run now and is not in flight, and
// repeats until nothing is left to do or something needs a person. Continuing a run is the same loop.
import { Failure, asFailure } from '../base/failure.ts';
import type { Acceptable, Recovery } from '../plan/job.ts';
import type { Dispatch } from './dispatch.ts';
import { names } from '../base/run-folder.ts';
import { type Accounts, accountsOf, unbalancedText } from './accounts.ts';
import { type Ledger, LedgerReader } from './ledger.ts';
import { type Step, failedVolumes, nextSteps, stepName } from './next.ts';
import type { Tools } from './tools.ts';

export interface RunOptions {
  readonly accept: readonly Acceptable[];
  readonly recovery: Recovery;
  /** Print volumes anew whose last attempt did not read back. */
  readonly retry: boolean;
  /** Names of the job's targets. */
  readonly targets: readonly string[];
  /** Aborts to stop: nothing new is started, and what is in flight is finished. */
  readonly stopping: AbortSignal;
  /** Called each time the ledger was read. */
  readonly onLedger?: (ledger: Ledger) => void;
  readonly onStep?: (step: Step, what: 'begins' | 'ends') => void;
}

/** Brings a run to its end. Throws a Failure where it cannot go on. */
export async function runJob(
  tools: Tools,
  makeDispatch: (stopping: AbortSignal) => Dispatch,
  options: RunOptions,
): Promise<void> {
  const { plan, folder } = tools;
  const reader = new LedgerReader(folder, plan);
  const halt = new AbortController();
  const dispatch = makeDispatch(AbortSignal.any([halt.signal, options.stopping]));
  const inFlight = new Map<string, Promise<void>>();
  let failure: Failure | undefined;
  let before: ReadonlyMap<number, number> | undefined;
  let retry: ReadonlyMap<number, number> | undefined;
  try {
    for (;;) {
      const busy = new Set(inFlight.keys());
      const ledger = await reader.read();
      options.onLedger?.(ledger);
      before ??= new Map([...ledger.attempts].map(([batch, attempts]) => [batch, attempts.length]));
      retry ??= options.retry ? failedVolumes(ledger) : new Map();
      const { steps, stops } = nextSteps(plan, ledger, {
        accept: options.accept,
        recovery: options.recovery,
        targets: options.targets,
        before,
        retry,
        inFlight: busy,
      });
      for (const step of steps) {
        if (failure !== undefined || options.stopping.aborted) break;
        const name = stepName(step);
        options.onStep?.(step, 'begins');
        const flight = dispatch
          .perform(step)
          .catch((error: unknown) => {
            if (isDropped(error)) return;
            failure ??= asFailure(error);
            halt.abort();
          })
          .finally(() => {
            inFlight.delete(name);
            options.onStep?.(step, 'ends');
          });
        inFlight.set(name, flight);
      }
      if (inFlight.size > 0) {
        await Promise.race(inFlight.values());
        continue;
      }
      // A step that ended while the ledger was read has left something that was not seen.
      if (busy.size > 0) continue;
      const accounts = accountsOf(plan, ledger);
      await folder.replace(names.accounts, `${JSON.stringify(accounts, null, 2)}\n`);
      if (failure !== undefined) throw failure;
      if (options.stopping.aborted) throw new Failure('interrupted', 'stopped; run the job again to go on');
      const [stop] = stops;
      if (stop !== undefined) throw new Failure(stop.kind, stop);
      if (!accounts.balanced) throw unbalanced(accounts);
      tools.log.emit({ event: 'run.complete', run: plan.run });
      return;
    }
  } finally {
    await dispatch.close();
  }
}

/** The last word: whatever has changed since it was packed shows here. */
function unbalanced(accounts: Accounts): Failure {
  return new Failure('mismatch', {
    message: unbalancedText(accounts),
    hint: 'accounts.json in the run folder names them; hand nothing over before this is understood',
  });
}

/** A step whose turn had not come when the run was stopped. */
const isDropped = (error: unknown) => error instanceof Error && error.name === 'AbortError';
