// Where a run goes: where its job says today, or where a supplement was ordered to.
import { badInput } from '../base/failure.ts';
import { type SftpAccess, type Target, checkTargets } from '../deliver/target.ts';
import { readJob } from '../plan/read-job.ts';
import type { Plan } from '../plan/plan.ts';
import { reader } from './environment.ts';

/** @param moved the job file, where it lies elsewhere than when the run was planned */
export async function targetsOfRun(
  plan: Plan,
  moved: string | undefined,
  access: SftpAccess,
): Promise<readonly Target[]> {
  const job = await readJob(reader, moved ?? plan.jobFile);
  if (job.value.name !== plan.job)
    throw badInput(`${job.file} is job ${job.value.name}, run ${plan.run} is of job ${plan.job}`);
  const deliver = plan.supplement?.deliver ?? job.value.deliver;
  const targets = await checkTargets(
    reader,
    { ...job, value: { ...job.value, deliver: [...deliver] } },
    access,
  );
  if (targets.length === 0) throw badInput(`job ${plan.job} names no targets`, { place: job.at('deliver') });
  return targets;
}
