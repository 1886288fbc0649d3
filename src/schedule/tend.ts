// Housekeeping across runs: what is due of each is done, and what fails keeps nothing else waiting. Doing it twice is
// harmless, since a chore that was done is not due.
import { type Failure, asFailure } from '../base/failure.ts';
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
