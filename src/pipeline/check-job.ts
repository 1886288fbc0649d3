// A job and all that it names, read and checked: everything that can be known before a card exists.
import { asFailure, badInput } from '../base/failure.ts';
import type { Holder } from '../base/lock.ts';
import type { Secret } from '../base/secret.ts';
import { type SftpAccess, type Target, checkTargets } from '../deliver/target.ts';
import { type Recipient, readRecipients } from '../pack/recipients.ts';
import { type Signer, readSigningKey } from '../pack/signer.ts';
import { checkIdLength } from '../plan/ids.ts';
import { type Design, type Reader, readDesign } from '../plan/inputs.ts';
import type { Job } from '../plan/job.ts';
import { type Overrides, jobText } from '../plan/overrides.ts';
import { type Plan, type PlanFacts, cardCount, makePlan, stackFault } from '../plan/plan.ts';
import { readJobText } from '../plan/read-job.ts';
import { slotCount } from '../plan/sheet.ts';
import { sidesOf } from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Layout } from '../render/preflight.ts';
import { readProfile } from '../render/profile.ts';
import { type Approver, readApprovers, statementOf } from '../settle/approval.ts';
import type { OperatorKey } from './keys.ts';
import type { layoutOf } from './tools.ts';

/** The computer around: disk, clock, who we are, and the operator's key. */
export interface Surroundings {
  readonly reader: Reader;
  readonly operator: OperatorKey;
  readonly self: Holder;
  readonly now: () => Date;
  /** Opens the key that signs, where it is locked. */
  readonly passphrase?: Secret | undefined;
  readonly sftp?: SftpAccess;
  /** Checks a design against a plan. */
  readonly layoutOf: typeof layoutOf;
}

/** A job whose files are read and whose codes fit, against its own numbers rather than a run's. */
export interface CheckedJob {
  readonly job: Checked<Job>;
  readonly design: Design;
  readonly layout: Layout;
  /** What the layout was made for: a run of the job's count, under a name as long as one of its runs. */
  readonly plan: Plan;
  readonly recipients: readonly Recipient[];
  readonly signer: Signer | undefined;
  readonly targets: readonly Target[];
  readonly approvers: readonly Approver[];
  /** What a person says yes to: the hashes of all of it. */
  readonly statement: string;
}

const NO_SFTP: SftpAccess = { password: undefined, passphrase: undefined };

/**
 * Everything that can be checked without an output folder or a key.
 * @param begun when the run was planned that is to go on, see `readRecipients`
 */
export async function checkJob(
  {
    reader,
    layoutOf,
    now,
    passphrase,
    sftp = NO_SFTP,
  }: Pick<Surroundings, 'reader' | 'layoutOf' | 'now' | 'passphrase' | 'sftp'>,
  jobPath: string,
  overrides: Overrides = {},
  begun?: Date,
): Promise<CheckedJob> {
  const text = await jobText(reader, jobPath, overrides);
  const job = await readJobText(reader, text, jobPath);
  const design = await readDesign(reader, job);
  checkProfile(job, design);
  const recipients = await readRecipients(reader, job, now(), begun);
  const signer = await readSigningKey(reader, job, passphrase, now());
  const targets = await checkTargets(reader, job, sftp);
  const approvers = await readApprovers(reader, job);
  const statement = statementOf({ job, jobBytes: Buffer.from(text), design, recipients, signer, approvers });
  // The highest serial is not known yet; the widest id that a pattern of this length can give is.
  const run = `${job.value.name}-0000-00-00`;
  const plan = draftPlan(job.value, design, { run, origin: '', created: '', first: firstSerial(job.value) });
  checkIdLength(job.value.cards.id, plan.cards.first + cardCount(plan) - 1, run, job.at('cards', 'id'));
  checkStacks(plan, job);
  return {
    job,
    design,
    recipients,
    signer,
    targets,
    approvers,
    statement,
    plan,
    layout: await layoutOf(plan, design),
  };
}

/** Where cards are printed in stacks, volumes are whole bundles. */
function checkStacks(plan: Plan, job: Checked<Job>): void {
  const fault = stackFault(plan);
  if (fault === undefined) return;
  throw badInput(`${fault}, and the sheet ${plan.sheet} is cut and stacked`, {
    place: job.at('packing', 'bundle'),
    hint: `volume: { sheets: ${plan.packing?.bundle ?? 1} } would keep them whole, or a sheet with order: across`,
  });
}

/** A profile that no press file may carry is said at the place that names it. */
function checkProfile(job: Checked<Job>, design: Design): void {
  try {
    readProfile(design.profile);
  } catch (error) {
    const [complaint] = asFailure(error).complaints;
    throw badInput(complaint?.message ?? '', { ...complaint, place: job.at('press', 'profile') });
  }
}

/** The plan of a job before its inputs are frozen. */
export function draftPlan(
  job: Job,
  design: Design,
  facts: Pick<PlanFacts, 'run' | 'origin' | 'created' | 'first' | 'recipients' | 'sequence' | 'jobFile'>,
): Plan {
  return makePlan(job, {
    ...facts,
    slots: slotCount(design.sheet.value),
    order: design.sheet.value.order,
    sides: sidesOf(design.template.value).length === 2 ? 2 : 1,
    template: design.template.value.name,
    sheet: design.sheet.value.name,
    inputs: [],
  });
}

const firstSerial = (job: Job) => (job.cards.first === 'next' ? 1 : job.cards.first);
