// Where a run goes: where its job says today, or where a supplement was ordered to.
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { type Target, checkTargets } from '../deliver/target.ts';
import type { SftpAccess } from '../deliver/target.ts';
import { readJob } from '../plan/read-job.ts';
import type { Plan } from '../plan/plan.ts';
import { BUILT_IN } from './environment.ts';

/** @param moved the job file, where it is no longer where the run was planned from */
export async function targetsOfRun(
  plan: Plan,
  moved: string | undefined,
  access: SftpAccess,
): Promise<readonly Target[]> {
  const reader = { disk: nodeDisk, builtIn: BUILT_IN };
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
