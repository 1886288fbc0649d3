// A person's yes to exactly these inputs. The statement is text made of their hashes alone, so that it comes out the
// same whenever it is made of the same, and can be signed anywhere.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Disk, makeFolders } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { RunFolder } from '../base/run-folder.ts';
import { keyIdentity, keyName, publicKeyBody } from '../pack/minisign.ts';
import { checkSignature } from '../pack/signer.ts';
import { readVerifyingKey } from '../pack/openpgp.ts';
import { type Design, type Reader, readNamed } from '../plan/inputs.ts';
import type { Job } from '../plan/job.ts';
import type { Checked } from '../plan/yaml.ts';

/** Whose yes counts. */
export interface Approver extends KeyName {
  readonly name: string;
  /** The public key as it lies in its file. */
  readonly key: string;
}

interface KeyName {
  /** As people know the key. */
  readonly fingerprint: string;
  /** A name that no other key has: an OpenPGP fingerprint is one, minisign's eight bytes are not. */
  readonly identity: string;
}

export interface Approval {
  readonly format: 'cardpress-approval/1';
  readonly job: string;
  readonly statement: string;
  readonly at: string;
  readonly by: string;
  /** Empty where the job names no approvers. */
  readonly signatures: readonly {
    readonly kind: 'minisign' | 'openpgp';
    readonly fingerprint: string;
    readonly key: string;
    readonly signature: string;
  }[];
}

export interface ApprovedInputs {
  readonly job: Checked<Job>;
  readonly jobBytes: Uint8Array;
  readonly design: Design;
  readonly recipients: readonly { readonly name: string; readonly fingerprint: string }[];
  readonly signer: { readonly identity: string } | undefined;
  readonly approvers: readonly Approver[];
}

/** What is signed: a line for each thing that the cards come from. */
export function statementOf({
  job,
  jobBytes,
  design,
  recipients,
  signer,
  approvers,
}: ApprovedInputs): string {
  const { name, account, cards } = job.value;
  const lines = [
    'cardpress approval 1',
    `job ${name}`,
    `account ${account}`,
    `cards ${cards.count}`,
    jobLine(jobBytes),
    // A press profile of the shop's own lies in a file beside the job.
    `press sha256 ${sha256(Buffer.from(JSON.stringify(job.value.press)))}`,
    ...design.files.map((file) => `${file.role} sha256 ${file.sha256} ${file.ref}`),
    ...recipients.map(({ fingerprint }) => `sealed-to ${fingerprint}`),
    ...(signer === undefined ? [] : [`signed-by ${signer.identity}`]),
    ...approvers.map(({ identity }) => `approver ${identity}`),
  ];
  return `${lines.join('\n')}\n`;
}

const jobLine = (jobBytes: Uint8Array) => `job-file sha256 ${sha256(jobBytes)}`;

/** Whether an approval is one of a job file of these bytes, whatever else it is of. */
export const saysYesTo = ({ statement }: Approval, jobBytes: Uint8Array): boolean =>
  statement.split('\n').includes(jobLine(jobBytes));

/** Reads the public keys that the job names. */
export async function readApprovers(reader: Reader, job: Checked<Job>): Promise<readonly Approver[]> {
  const approvers: Approver[] = [];
  for (const [index, name] of (job.value.approvers ?? []).entries()) {
    const place = job.at('approvers', index);
    const key = text(await readNamed(reader, join(dirname(job.file), name), name, { place }));
    try {
      approvers.push({ name, key, ...(await nameOf(key)) });
    } catch (error) {
      throw badInput(
        `${name}: ${error instanceof Failure ? (error.complaints[0]?.message ?? '') : 'it is no public key'}`,
        { place },
      );
    }
  }
  return approvers;
}

/** Whether a signature over the statement is one of the approvers'; who it is. */
export async function approverOf(
  statement: string,
  signature: string,
  approvers: readonly Approver[],
): Promise<Approver | undefined> {
  for (const approver of approvers)
    if (kindOf(approver.key) === kindOf(signature) && (await isGood(statement, signature, approver.key)))
      return approver;
  return undefined;
}

/**
 * What is wrong with an approval, in words; undefined where nothing is. The key that lies in the approval is
 * believed only as far as the names of the approvers go; where their keys are known, those check.
 */
export async function approvalFault(
  approval: Approval,
  statement: string,
  approvers: readonly (KeyName & Partial<Approver>)[],
): Promise<string | undefined> {
  if (approval.statement !== statement) return 'it is a yes to other inputs';
  if (approvers.length === 0) return undefined;
  const [signed] = approval.signatures;
  if (signed === undefined) return 'nobody signed it, and the job names approvers';
  for (const { fingerprint, key, signature } of approval.signatures) {
    if (!approvers.some((one) => one.fingerprint === fingerprint))
      return `${fingerprint} is none of the job's approvers`;
    const named = await nameOf(key);
    const approver = approvers.find(({ identity }) => identity === named.identity);
    if (approver === undefined || named.fingerprint !== fingerprint)
      return `its key is not that of ${fingerprint}`;
    if (!(await isGood(statement, signature, approver.key ?? key)))
      return `the signature of ${fingerprint} is not good`;
  }
  return undefined;
}

/** The approvers that a statement itself names. */
export function approversIn(statement: string): readonly KeyName[] {
  return [...statement.matchAll(/^approver ((\S+).*)$/gm)].map(([, identity = '', fingerprint = '']) => ({
    identity,
    fingerprint,
  }));
}

/** How a yes is noted in the journal of a run that goes on under it. */
export const approvedEvent = ({ statement, signatures, by }: Approval) =>
  ({
    event: 'run.approved',
    statement: sha256(Buffer.from(statement)),
    signers: signatures.length === 0 ? [by] : signatures.map(({ fingerprint }) => fingerprint),
  }) as const;

const FOLDER = '.approvals';
const fileOf = (statement: string) => `${sha256(Buffer.from(statement)).slice(0, 32)}.json`;

/** The approval of a statement in an output folder, if there is one. */
export async function findApproval(
  disk: Disk,
  output: string,
  statement: string,
): Promise<Approval | undefined> {
  const bytes = await disk.read(join(output, FOLDER, fileOf(statement)));
  return bytes === undefined ? undefined : parsed(fileOf(statement), bytes);
}

function parsed(file: string, bytes: Uint8Array): Approval {
  try {
    return JSON.parse(text(bytes)) as Approval;
  } catch {
    throw new Failure('mismatch', `${FOLDER}/${file} is damaged: it is not JSON`);
  }
}

/** Every approval that an output folder keeps. */
export async function keptApprovals(disk: Disk, output: string): Promise<readonly Approval[]> {
  const found: Approval[] = [];
  for (const file of (await disk.list(join(output, FOLDER))).filter((name) =>
    /^[0-9a-f]{32}\.json$/.test(name),
  )) {
    const bytes = await disk.read(join(output, FOLDER, file));
    if (bytes !== undefined) found.push(parsed(file, bytes));
  }
  return found;
}

/** Keeps an approval for the runs that are planned from these inputs. */
export async function keepApproval(disk: Disk, output: string, approval: Approval): Promise<void> {
  const folder = join(output, FOLDER);
  await makeFolders(disk, folder);
  await new RunFolder(disk, folder).replace(fileOf(approval.statement), approvalText(approval));
}

export const approvalText = (approval: Approval) => `${JSON.stringify(approval, null, 2)}\n`;

export const kindOf = (keyOrSignature: string): 'minisign' | 'openpgp' =>
  keyOrSignature.includes('-----BEGIN PGP') ? 'openpgp' : 'minisign';

async function isGood(statement: string, signature: string, key: string): Promise<boolean> {
  const name = kindOf(signature) === 'minisign' ? 's.minisig' : 's.asc';
  try {
    return (await checkSignature(Buffer.from(statement), name, Buffer.from(signature), Buffer.from(key)))
      .good;
  } catch {
    return false;
  }
}

async function nameOf(key: string): Promise<KeyName> {
  if (kindOf(key) === 'openpgp') {
    const fingerprint = await readVerifyingKey(Buffer.from(key));
    return { fingerprint, identity: fingerprint };
  }
  const body = publicKeyBody(Buffer.from(key));
  if (body === undefined) throw badInput('this is neither an OpenPGP nor a minisign public key');
  return { fingerprint: keyName(body.subarray(2, 10)), identity: keyIdentity(body) };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
