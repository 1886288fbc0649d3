// Under whose yes a run is begun, and goes on.
import type { Disk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { isTest } from '../plan/job.ts';
import { isTestRun } from '../plan/plan.ts';
import { type Approval, approvalFault, approversIn, findApproval } from '../settle/approval.ts';
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
  throw notApproved(job.file);
}

const notApproved = (file: string) =>
  badInput(`${file} is not approved as it is now: a P account is run by a person's yes`, {
    hint: `cardpress approve ${file} shows what would be made`,
  });

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
  run: Run,
  asked: Asked,
  output: string,
  disk: Disk,
): Promise<Standing> {
  const { job, statement, approvers } = asked;
  const own = await firstApproval(run);
  if (isTest(job.value)) return { approval: own, isLater: false };
  if (own?.statement === statement) {
    const fault = await approvalFault(own, statement, approvers);
    if (fault === undefined) return { approval: own, isLater: false };
    throw new Failure('mismatch', `${run.folder.name}/${names.approval} is not good: ${fault}`);
  }
  const approval = await laterApproval(run, asked, output, disk);
  if (approval !== undefined) return { approval, isLater: true };
  throw badInput(
    `${job.file} is not approved as it is now: it was changed since the yes that ${run.plan.run} was made under, and a run of a P account goes on under a person's yes to the job as it is, also where recovery was changed to decide what is in doubt`,
    {
      hint: `change it back, or have it approved: cardpress approve ${job.file}; cardpress resolve decides a batch in doubt without a change of the job`,
    },
  );
}

/**
 * The yes that a run of a P account does something under that it was not begun for: for another manufacturer, say.
 * @throws Failure as `approvalOf`
 */
export async function freshApproval(run: Run, asked: Asked, output: string, disk: Disk): Promise<Standing> {
  const approval = await laterApproval(run, asked, output, disk);
  if (approval === undefined) throw notApproved(asked.job.file);
  return { approval, isLater: true };
}

/**
 * The yes that a run was begun under.
 * @throws Failure of kind `mismatch` where a P account's run has none
 */
export async function firstApproval({ folder, plan }: Run): Promise<Approval | undefined> {
  if (await folder.has(names.approval)) return (await folder.readJson(names.approval)) as Approval;
  if (isTestRun(plan)) return undefined;
  throw new Failure(
    'mismatch',
    `${folder.name}/${names.approval} is missing: a P account is run by a person's yes`,
  );
}

/**
 * A yes to the job as it is now. Whoever edits a job can take its approvers out: while the yes that the run was
 * begun under names approvers, a later one is one of theirs as well.
 */
async function laterApproval(
  run: Run,
  asked: Asked,
  output: string,
  disk: Disk,
): Promise<Approval | undefined> {
  const { job, statement } = asked;
  const approval = await goodApproval(asked, output, disk);
  if (approval === undefined) return undefined;
  const first = approversIn((await firstApproval(run))?.statement ?? '');
  if ((await approvalFault(approval, statement, first)) === undefined) return approval;
  throw badInput(
    `${job.file} is approved as it is now, but by none of the approvers that ${run.plan.run} was begun under: ${first.map(({ fingerprint }) => fingerprint).join(', ')}`,
    {
      ...(job.value.approvers !== undefined && { place: job.at('approvers') }),
      hint: 'a run keeps its approvers: name them in the job, and have one of them approve it',
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
