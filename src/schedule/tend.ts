// Housekeeping across runs: what is due of each is done, and what fails keeps nothing else waiting. Doing it twice is
// harmless, since a chore that was done is not due.
import { Failure, asFailure, refuseStopped } from '../base/failure.ts';
import type { Run } from '../pipeline/runs.ts';

/** Does what is due of one kind on a run. @returns whether anything was done */
export type Chore = (run: Run) => Promise<boolean>;

export interface Tended {
  /** How many chores came to something. */
  readonly done: number;
  readonly failures: readonly { readonly run: string; readonly failure: Failure }[];
}

/** @param stopping once it aborts, no further chore is begun */
export async function tend(
  runs: readonly Run[],
  chores: readonly Chore[],
  stopping: AbortSignal,
): Promise<Tended> {
  let done = 0;
  const failures: { run: string; failure: Failure }[] = [];
  for (const run of runs) {
    for (const chore of chores) {
      if (stopping.aborted) return { done, failures };
      try {
        if (await chore(run)) done += 1;
      } catch (error) {
        const failure = asFailure(error);
        if (failure.kind !== 'interrupted') failures.push({ run: run.plan.run, failure });
      }
    }
  }
  return { done, failures };
}

/**
 * Tells of every failure but the first, and fails with that one; where it was stopped, with that.
 * @throws Failure
 */
export function refuseFailures(
  { failures }: Tended,
  {
    stopping,
    terminal,
  }: { readonly stopping: AbortSignal; readonly terminal: { err: (text: string) => void } },
): void {
  const [first, ...others] = failures;
  for (const { run, failure } of stopping.aborted ? failures : others)
    terminal.err(`${run}: ${failure.message}\n`);
  refuseStopped(stopping);
  if (first !== undefined)
    throw new Failure(first.failure.kind, `${first.run}: ${first.failure.message}`, { cause: first.failure });
}
