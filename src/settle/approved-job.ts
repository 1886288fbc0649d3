// Whether a job file, byte for byte, is one that a person said yes to. Cheaper than the whole statement, for commands
// that take nothing of the job but what stands in the file itself: they need no key that signs, and no artwork.
import { basename, dirname, join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure } from '../base/failure.ts';
import { RunFolder, names } from '../base/run-folder.ts';
import type { Plan } from '../plan/plan.ts';
import { type Approval, approvalFault, approversIn, keptApprovals, saysYesTo } from './approval.ts';

/**
 * A yes that a run was made under, the run that it supplements, or one given since by the same approvers.
 * @param jobBytes the job file as it is now
 * @throws Failure of kind `mismatch` where one that lies in a run is not good
 */
export async function isApprovedJob(
  jobBytes: Uint8Array,
  { folder, plan }: { readonly folder: RunFolder; readonly plan: Plan },
  disk: Disk,
): Promise<boolean> {
  const output = dirname(folder.path);
  const own: Approval[] = [];
  for (const run of [basename(folder.path), ...(plan.supplement === undefined ? [] : [plan.supplement.of])]) {
    const there = new RunFolder(disk, join(output, run));
    if (!(await there.has(names.approval))) continue;
    const approval = (await there.readJson(names.approval)) as Approval;
    const { statement } = approval;
    const fault = await approvalFault(approval, statement, approversIn(statement));
    if (fault !== undefined) throw new Failure('mismatch', `${run}/${names.approval} is not good: ${fault}`);
    own.push(approval);
  }
  if (own.some((approval) => saysYesTo(approval, jobBytes))) return true;
  const approvers = own.flatMap(({ statement }) => approversIn(statement));
  for (const approval of await keptApprovals(disk, output))
    if (
      saysYesTo(approval, jobBytes) &&
      (await approvalFault(approval, approval.statement, approvers)) === undefined
    )
      return true;
  return false;
}
