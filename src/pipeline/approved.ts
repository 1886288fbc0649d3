// Under whose yes a run is begun, and goes on.
import type { Disk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { isTest } from '../plan/job.ts';
import { type Approval, approvalFault, findApproval } from '../settle/approval.ts';
import type { CheckedJob } from './check-job.ts';
import type { Run } from './runs.ts';

type Asked = Pick<CheckedJob, 'job' | 'statement' | 'approvers'>;

/**
 * The approval of what was checked.
 * @throws Failure of kind `input` where a P account has none, `mismatch` where there is one that is not good
 */
export async function approvalOf(asked: Asked, output: string, disk: Disk): Promise<Approval | undefined> {
  const { job } = asked;
  const approval = await goodApproval(asked, output, disk);
  if (approval !== undefined || isTest(job.value)) return approval;
  throw badInput(`${job.file} is not approved as it is now: a P account is run by a person's yes`, {
    hint: `cardpress approve ${job.file} shows what would be made`,
  });
}

export interface Standing {
  /** Undefined on a T account that nobody approved. */
  readonly approval: Approval | undefined;
  /** The job is not as it was when the run was begun, and this is the yes to it as it is now. */
  readonly isLater: boolean;
}

/**
 * The yes that a run goes on under. What is read live (targets, recovery, accept, approvers, the signing key, the
 * ceiling) is part of what was said yes to, so a job that is another by a byte needs another yes.
 * @throws Failure as `approvalOf`
 */
export async function standingApproval(
  { folder, plan }: Run,
  asked: Asked,
  output: string,
  disk: Disk,
): Promise<Standing> {
  const { job, statement, approvers } = asked;
  const has = await folder.has(names.approval);
  if (!has && !isTest(job.value))
    throw new Failure(
      'mismatch',
      `${folder.name}/${names.approval} is missing: a P account is run by a person's yes`,
    );
  const own = has ? ((await folder.readJson(names.approval)) as Approval) : undefined;
  if (isTest(job.value)) return { approval: own, isLater: false };
  if (own?.statement === statement) {
    const fault = await approvalFault(own, statement, approvers);
    if (fault === undefined) return { approval: own, isLater: false };
    throw new Failure('mismatch', `${folder.name}/${names.approval} is not good: ${fault}`);
  }
  const approval = await goodApproval(asked, output, disk);
  if (approval !== undefined) return { approval, isLater: true };
  throw badInput(
    `${job.file} is not approved as it is now: it was changed since the yes that ${plan.run} was made under, and a run of a P account goes on under a person's yes to the job as it is, also where recovery was changed to decide what is in doubt`,
    {
      hint: `change it back, or have it approved: cardpress approve ${job.file}; cardpress resolve decides a batch in doubt without a change of the job`,
    },
  );
}

async function goodApproval(
  { job, statement, approvers }: Asked,
  output: string,
  disk: Disk,
): Promise<Approval | undefined> {
  const approval = await findApproval(disk, output, statement);
  if (approval === undefined) return undefined;
  const fault = await approvalFault(approval, statement, approvers);
  if (fault !== undefined) throw new Failure('mismatch', `the approval of ${job.file} is not good: ${fault}`);
  return approval;
}
