// cardpress approve: shows what would be made, and keeps a person's yes to exactly that.
import { countText } from '../base/count.ts';
import { join } from 'node:path';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { RunFolder } from '../base/run-folder.ts';
import { groupedFingerprint } from '../pack/recipients.ts';
import { openSigner } from '../pack/signer.ts';
import type { CheckedJob } from '../pipeline/check-job.ts';
import { readOverrides } from '../plan/overrides.ts';
import { outlookFor } from '../preview/outlook.ts';
import { previewFiles } from '../preview/preview.ts';
import { openSpecimen } from '../preview/specimen.ts';
import { jobSubject } from '../preview/subject.ts';
import { type Approval, approverOf, findApproval, keepApproval, kindOf } from '../settle/approval.ts';
import type { Call } from './call.ts';
import { inspectJob } from './check-command.ts';
import { outputPath, reader, signPassphrase } from './environment.ts';
import { whoCalls } from './who.ts';

export interface ApproveFlags {
  /** Without approvers in the job. */
  readonly yes?: boolean;
  /** An approver's secret key. */
  readonly key?: string;
  /** A signature that was made elsewhere, over the statement. */
  readonly signature?: string;
  readonly sheet?: string;
  readonly press?: string;
  readonly seal?: readonly string[];
  readonly to?: string;
  readonly output?: string;
}

const DPI = 200;

export async function approveCommand(
  jobPath: string,
  flags: ApproveFlags,
  { env, terminal }: Call,
): Promise<void> {
  const passphrase = await signPassphrase(env);
  const { checked, page } = await inspectJob(jobPath, { env, terminal }, await readOverrides(reader, flags));
  const { job, design, approvers, statement } = checked;
  const output = outputPath(env, flags.output);
  const signature = await signatureFor(statement, flags, passphrase);
  if (signature === undefined && flags.yes !== true) {
    const proof = await writeProof(checked, statement);
    const how = approvers.length === 0 ? '--yes' : '--key FILE, or --signature FILE over the statement';
    terminal.out(
      `${page}\n  proof     ${proof}\n  approvers ${approvers.map(({ fingerprint }) => groupedFingerprint(fingerprint)).join('\n            ') || 'none named: anybody’s yes counts'}\n\n${(await findApproval(nodeDisk, output, statement)) === undefined ? `not approved; to say yes: cardpress approve ${jobPath} ${how}` : 'approved as it is'}\n`,
    );
    return;
  }
  const approver = signature === undefined ? undefined : await approverOf(statement, signature, approvers);
  if (approvers.length > 0 && approver === undefined) {
    throw badInput(
      signature === undefined
        ? `job ${job.value.name} names approvers: a yes is signed by one of them`
        : 'this signature is of none of the job’s approvers, or over another statement',
      {
        place: job.at('approvers'),
        hint: 'sign the statement beside the proof: cardpress approve JOB shows where; then --signature FILE, or --key FILE',
      },
    );
  }
  const approval: Approval = {
    format: 'cardpress-approval/1',
    job: job.value.name,
    statement,
    at: new Date().toISOString(),
    by: await whoCalls(env),
    signatures:
      approver === undefined || signature === undefined
        ? []
        : [{ kind: kindOf(signature), fingerprint: approver.fingerprint, key: approver.key, signature }],
  };
  await keepApproval(nodeDisk, output, approval);
  const by = approver === undefined ? approval.by : groupedFingerprint(approver.fingerprint);
  terminal.out(
    `${jobPath} is approved by ${by}, as it is now: ${design.template.value.name}, ${countText(job.value.cards.count, 'card')}\n`,
  );
}

/** Pictures of card and sheet with dead codes, and the statement to be signed. */
async function writeProof({ job, design, layout }: CheckedJob, statement: string): Promise<string> {
  const path = `${job.value.name}-approval`;
  await nodeDisk.makeFolder(path);
  const folder = new RunFolder(nodeDisk, path);
  const subject = jobSubject(job.value, design);
  const specimen = await openSpecimen(subject, 'specimen');
  // The specimens are of the job's own pattern, but not of the lengths that its cards will have.
  const shown = specimen.draft ?? layout;
  const files = await previewFiles(shown, specimen, await outlookFor(shown, specimen.samples), DPI);
  for (const [name, bytes] of files) await folder.replace(name, bytes);
  await folder.replace('statement.txt', statement);
  return `${[...files.keys()].map((name) => join(path, name)).join(', ')}\n  statement ${join(path, 'statement.txt')}`;
}

async function signatureFor(
  statement: string,
  { key, signature }: ApproveFlags,
  passphrase: Awaited<ReturnType<typeof signPassphrase>>,
): Promise<string | undefined> {
  const read = async (path: string) => {
    const bytes = await nodeDisk.read(path);
    if (bytes === undefined) throw badInput(`${path}: there is no such file`);
    return bytes;
  };
  if (signature !== undefined) return new TextDecoder().decode(await read(signature));
  if (key === undefined) return undefined;
  const bytes = await read(key);
  const mode = (await nodeDisk.mode(key)) ?? 0;
  if ((mode & 0o077) !== 0)
    throw badInput(
      `${key} may be read by others (mode ${mode.toString(8)}): it must be for its owner alone`,
      { hint: `chmod 600 ${key}` },
    );
  const signer = await openSigner(bytes, passphrase, new Date());
  return signer.sign(Buffer.from(statement), 'statement.txt', new Date());
}
