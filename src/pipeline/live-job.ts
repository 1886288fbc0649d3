// The job of a run as its file says today: what orders after the handoff stand on, beside the run's own copy.
import { dirname } from 'node:path';
import { badInput } from '../base/failure.ts';
import { type Target, checkTargets } from '../deliver/target.ts';
import { type Signer, readSigningKey } from '../pack/signer.ts';
import type { Job } from '../plan/job.ts';
import { type Overrides, overriddenJob } from '../plan/overrides.ts';
import { isTestRun } from '../plan/plan.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Approval } from '../settle/approval.ts';
import { type Standing, firstApproval, freshApproval, standingApproval } from './approved.ts';
import { type Surroundings, checkJob } from './check-job.ts';
import type { Member } from './family.ts';

/** What the job says now of keys, people and places. */
export interface LiveJob {
  readonly job: Checked<Job>;
  readonly signer: Signer | undefined;
  readonly targets: readonly Target[];
  /** The yes that this is done under; undefined where none is needed. */
  readonly approval: Approval | undefined;
  /** Whether it is another than that of the run. */
  readonly isLater: boolean;
}

/**
 * The job of a run as it is today, with what another manufacturer is given.
 * @param supplement the one that is to go on, where it is planned already
 */
export async function readLiveJob(
  root: Member,
  overrides: Overrides,
  around: Surroundings,
  supplement?: Member,
): Promise<LiveJob> {
  const { reader, now, passphrase, sftp } = around;
  const { plan } = root;
  const job = await overriddenJob(reader, plan.jobFile, overrides);
  if (job.value.name !== plan.job || job.value.account !== plan.account)
    throw badInput(
      `${job.file} is job ${job.value.name} of ${job.value.account}, run ${plan.run} is of job ${plan.job} of ${plan.account}`,
    );
  return {
    job,
    signer: await readSigningKey(reader, job, passphrase, now()),
    targets: await checkTargets(reader, job, sftp ?? { password: undefined, passphrase: undefined }),
    ...(await approvalFor(root, overrides, supplement, around)),
  };
}

/**
 * The yes to the run that was ordered holds for its supplements, while the job is as it was; other keys, sheets or
 * places need one of their own.
 */
async function approvalFor(
  root: Member,
  overrides: Overrides,
  supplement: Member | undefined,
  around: Surroundings,
): Promise<Standing> {
  if (isTestRun(root.plan)) return { approval: await firstApproval(root), isLater: false };
  const begun = supplement && new Date(supplement.plan.created);
  const checked = await checkJob(around, root.plan.jobFile, overrides, begun);
  const find = Object.keys(overrides).length === 0 ? standingApproval : freshApproval;
  return find(root, checked, dirname(root.folder.path), around.reader.disk);
}
