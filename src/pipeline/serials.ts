// Fresh serials for cards that take the place of voided ones: above every serial that any run of the output
// folder has taken, kept by a lock until they are noted.
import type { Disk } from '../base/disk.ts';
import type { Holder } from '../base/lock.ts';
import type { Plan } from '../plan/plan.ts';
import { withPlanningLock } from './output.ts';
import { listRuns, nextSerial } from './runs.ts';

export function freshSerials(disk: Disk, output: string, plan: Plan, self: Holder) {
  let turn: Promise<unknown> = Promise.resolve();
  return <T>(use: (first: number) => Promise<T>): Promise<T> => {
    const work = () =>
      withPlanningLock(disk, output, self, async () =>
        use(await nextSerial(plan, await listRuns(disk, output))),
      );
    // One at a time in this process; the lock keeps the others away.
    const result = turn.then(work, work);
    turn = result.catch(() => undefined);
    return result;
  };
}
