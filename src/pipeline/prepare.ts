// Job to plan: reads and checks everything that can be known before a card exists, then finds the job's
// open run or plans a new one. Nothing is written before every check has passed.
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure, asFailure, badInput } from '../base/failure.ts';
import { type Holder, type Lock, takeLock } from '../base/lock.ts';
import { RunFolder, names } from '../base/run-folder.ts';
import type { Secret } from '../base/secret.ts';
import { type SftpAccess, type Target, checkTargets } from '../deliver/target.ts';
import type { RunKeys } from '../issue/issue.ts';
import type { ProbeReport } from '../issue/probe.ts';
import { type Recipient, readRecipients } from '../pack/recipients.ts';
import { type Signer, readSigningKey } from '../pack/signer.ts';
import { isRunOf } from '../plan/cron.ts';
import { checkIdLength, sharedId } from '../plan/ids.ts';
import {
  type Design,
  type Reader,
  changedInputs,
  freezeInputs,
  readDesign,
  thawDesign,
} from '../plan/inputs.ts';
import { readJobText } from '../plan/read-job.ts';
import { type Job, oversOf } from '../plan/job.ts';
import { type Overrides, jobText } from '../plan/overrides.ts';
import { type Plan, type PlanFacts, cardCount, changedKeys, makePlan, stackFault } from '../plan/plan.ts';
import { slotCount } from '../plan/sheet.ts';
import { sidesOf } from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Layout } from '../render/preflight.ts';
import { readProfile } from '../render/profile.ts';
import {
  type Approval,
  type Approver,
  approvalText,
  readApprovers,
  statementOf,
} from '../settle/approval.ts';
import { abandonRun } from './abandon.ts';
import { approvalOf, standingApproval } from './approved.ts';
import { type OperatorKey, makeRunKeys, openRunKeys } from './keys.ts';
import { makeOutput, takePlanningLock } from './output.ts';
import { type Run, isAbandoned, isComplete, listRuns, nextSerial, takenIds } from './runs.ts';
import type { layoutOf } from './tools.ts';

export interface RunRequest {
  readonly jobPath: string;
  readonly output: string;
  /** The platform's base URL. */
  readonly origin: string;
  /** A run by this name, instead of the job's open one. */
  readonly run?: string;
  /** What a new run is called where no name is given: after the time at which it is due. Default: after today. */
  readonly due?: string | undefined;
  /** Begin a new run even where one is open. */
  readonly fresh: boolean;
}

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

export type Prepared =
  | {
      readonly state: 'open';
      readonly job: Job;
      readonly run: Run;
      readonly keys: RunKeys;
      readonly design: Design;
      readonly layout: Layout;
      readonly signer: Signer | undefined;
      readonly targets: readonly Target[];
      readonly lock: Lock;
      readonly isNew: boolean;
      /** The yes to the job as it is now, where it is not as it was when the run was begun. */
      readonly laterApproval?: Approval | undefined;
    }
  /** It is done; there is nothing to do. `changed` is what of the job is no longer as it was planned. */
  | { readonly state: 'complete'; readonly run: Run; readonly changed: readonly string[] }
  /** Another process makes it. */
  | { readonly state: 'elsewhere'; readonly run: Run; readonly holder: Holder };

/** A job whose files are read and whose codes fit, against its own numbers rather than a run's. */
export interface CheckedJob {
  readonly job: Checked<Job>;
  readonly design: Design;
  readonly layout: Layout;
  readonly recipients: readonly Recipient[];
  readonly signer: Signer | undefined;
  readonly targets: readonly Target[];
  readonly approvers: readonly Approver[];
  /** What a person says yes to: the hashes of all of it. */
  readonly statement: string;
}

const NO_SFTP: SftpAccess = { password: undefined, passphrase: undefined };

/** Everything that can be checked without an output folder or a key. */
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
): Promise<CheckedJob> {
  const text = await jobText(reader, jobPath, overrides);
  const job = await readJobText(reader, text, jobPath);
  const design = await readDesign(reader, job);
  checkProfile(job, design);
  const recipients = await readRecipients(reader, job, now());
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
    layout: await layoutOf(plan, design),
  };
}

/** What a probe of the account has found out is believed: a way of recovery that cannot work is refused now. */
async function heedProbe(job: Checked<Job>, request: RunRequest, disk: Disk): Promise<void> {
  if (job.value.recovery !== 'reissue') return;
  const bytes = await disk.read(join(request.output, '.probe', `${job.value.account}.json`));
  if (bytes === undefined) return;
  const { origin, findings } = JSON.parse(new TextDecoder().decode(bytes)) as ProbeReport;
  if (origin !== request.origin || findings.newToken.answer.startsWith('yes')) return;
  throw badInput(
    `recovery is reissue, but the probe of ${job.value.account} found: ${findings.newToken.answer}`,
    {
      place: job.at('recovery'),
      hint: 'use replace or hold',
    },
  );
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

/** Finds the job's open run or plans a new one, and takes its lock. */
export async function prepareRun(request: RunRequest, around: Surroundings): Promise<Prepared> {
  if (request.run !== undefined && !RUN_NAME.test(request.run)) {
    throw badInput(
      `--run is ${JSON.stringify(request.run)}: a run is a folder, named by lower-case letters, digits and hyphens`,
    );
  }
  const checked = await checkJob(around, request.jobPath);
  const { disk } = around.reader;
  await heedProbe(checked.job, request, disk);
  await makeOutput(disk, request.output);
  const planning = await takePlanningLock(disk, request.output, around.self);
  try {
    await removeDrafts(disk, request.output);
    for (;;) {
      const found = await findRun(checked.job.value, request, disk, around.now());
      if (typeof found === 'string') return await beginRun(found, checked, request, around);
      const changed = changesSince(found, checked);
      if (await isComplete(found)) {
        await found.folder.makeDurable();
        return { state: 'complete', run: found, changed };
      }
      if (changed.length === 0) return await continueRun(found, checked, request, around);
      const mayGo = request.run === undefined;
      const { self, now } = around;
      if (!mayGo || !(await abandonRun(found, changed, { disk, self, now })))
        throw changedJob(found, changed, checked);
    }
  } finally {
    await planning.release();
  }
}

const DRAFT = '.draft-';
const RUN_NAME = /^[a-z0-9][a-z0-9-]{0,99}$/;

/** What planners that died left behind; whoever holds the planning lock may take it away. */
async function removeDrafts(disk: Disk, output: string): Promise<void> {
  for (const name of await disk.list(output))
    if (name.startsWith(DRAFT)) await disk.removeFolder(join(output, name));
}

/** The run to continue, or the name of the one to make. */
async function findRun(job: Job, request: RunRequest, disk: Disk, now: Date): Promise<Run | string> {
  const runs: Run[] = [];
  for (const run of await listRuns(disk, request.output))
    if (run.plan.job === job.name && run.plan.supplement === undefined && !(await isAbandoned(run)))
      runs.push(run);
  const taken = new Set(await disk.list(request.output));
  const open: Run[] = [];
  for (const run of runs) if (!(await isComplete(run))) open.push(run);
  if (request.run !== undefined) {
    const named = runs.find(({ plan }) => plan.run === request.run);
    if (named !== undefined) return named;
    if (taken.has(request.run))
      throw badInput(
        `${join(request.output, request.run)} is there already, and is no run of job ${job.name}`,
      );
    const [other] = open;
    if (other !== undefined && !request.fresh) {
      throw badInput(
        `job ${job.name} has an open run, ${other.plan.run}: a new one would order again beside it`,
        {
          hint: `continue that one, or say --new`,
        },
      );
    }
    return request.run;
  }
  const [oldest] = open;
  if (oldest !== undefined && !request.fresh) return oldest;
  const base = request.due ?? `${job.name}-${dateIn(job.schedule?.timezone, now)}`;
  // Where one was given up, the next of the day has taken its place.
  const today = runs.find(({ plan }) => isRunOf(base, plan.run));
  if (today !== undefined && !request.fresh) return today;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** What of the job and its files is no longer as a run was planned with. */
function changesSince({ plan }: Run, { job, design, recipients }: CheckedJob): readonly string[] {
  return [
    ...changedKeys(plan, job.value),
    ...changedInputs(plan, design),
    ...changedRecipients(plan, recipients),
  ];
}

function changedJob({ plan }: Run, changed: readonly string[], { job }: CheckedJob): Failure {
  return badInput(`${job.file} no longer says what run ${plan.run} was planned with: ${changed.join(', ')}`, {
    hint: 'change it back to finish this run, or begin another with --new',
  });
}

async function continueRun(
  run: Run,
  checked: CheckedJob,
  request: RunRequest,
  around: Surroundings,
): Promise<Prepared> {
  const { job, signer, targets } = checked;
  const { plan, folder } = run;
  if (plan.origin !== request.origin) {
    throw badInput(`run ${plan.run} was begun against ${plan.origin}, this call goes to ${request.origin}`, {
      hint: 'a run stays with the platform that made its cards; set CARDPRESS_API_URL, or begin another with --new',
    });
  }
  const { approval, isLater } = await standingApproval(run, checked, request.output, around.reader.disk);
  const keys = await openRunKeys(folder, around.operator);
  const lock = await takeLock(around.reader.disk, folder.path, around.self);
  if ('holder' in lock) return { state: 'elsewhere', run, holder: lock.holder };
  // A copy of a run may lack the folders that were empty.
  await folder.make();
  await folder.tidy();
  const frozen = await thawDesign(folder, plan);
  const layout = await around.layoutOf(plan, frozen);
  return {
    state: 'open',
    job: job.value,
    run,
    keys,
    design: frozen,
    layout,
    signer,
    targets,
    lock,
    isNew: false,
    ...(isLater && { laterApproval: approval }),
  };
}

async function beginRun(
  name: string,
  checked: CheckedJob,
  request: RunRequest,
  around: Surroundings,
): Promise<Prepared> {
  const { job, design, recipients, signer, targets } = checked;
  const { disk } = around.reader;
  const approval = await approvalOf(checked, request.output, disk);
  const runs = await listRuns(disk, request.output);
  const first =
    job.value.cards.first === 'next'
      ? await nextSerial(
          { ...draftPlan(job.value, design, { run: name, origin: '', created: '', first: 1 }) },
          runs,
        )
      : job.value.cards.first;
  const plan0 = draftPlan(job.value, design, {
    run: name,
    origin: request.origin,
    created: around.now().toISOString(),
    first,
    recipients: recipients.map(({ name: key, fingerprint, input }) => ({ name: key, fingerprint, input })),
    sequence: nextSequence(recipients, runs),
    jobFile: resolve(job.file),
  });
  checkIdLength(plan0.cards.id, first + cardCount(plan0) - 1, name, job.at('cards', 'id'));
  await refuseTakenIds(plan0, runs, job);
  const layout = await around.layoutOf(plan0, design);

  const draft = new RunFolder(disk, join(request.output, DRAFT + randomBytes(6).toString('hex')));
  await draft.make();
  const keyFiles = recipients.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const inputs = await freezeInputs(draft, [...design.files, ...keyFiles]);
  const keys = await makeRunKeys(draft, around.operator, job.value.vault.recipients);
  const plan: Plan = { ...plan0, inputs };
  if (approval !== undefined) await draft.write(names.approval, approvalText(approval));
  await draft.write(names.plan, `${JSON.stringify(plan, null, 2)}\n`);
  const folder = await draft.moveTo(join(request.output, name));
  const lock = await takeLock(disk, folder.path, around.self);
  const run = { folder, plan };
  if ('holder' in lock) return { state: 'elsewhere', run, holder: lock.holder };
  return { state: 'open', job: job.value, run, keys, design, layout, signer, targets, lock, isNew: true };
}

function draftPlan(
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

/**
 * Keys of the manufacturer that are others than those the run was planned with. The same key with a later
 * expiry is the same key: the run keeps its own copy.
 */
function changedRecipients(plan: Plan, recipients: readonly Recipient[]): readonly string[] {
  return recipients.flatMap(({ name, fingerprint }, index) =>
    plan.handoff.recipients[index]?.fingerprint === fingerprint ? [] : [`handoff.seal (${name})`],
  );
}

/** Runs are counted by manufacturer, who is known by the keys. */
export function nextSequence(
  recipients: readonly { readonly fingerprint: string }[],
  runs: readonly Run[],
): number {
  const manufacturer = (keys: readonly { readonly fingerprint: string }[]) =>
    keys
      .map(({ fingerprint }) => fingerprint)
      .sort()
      .join();
  const same = runs.filter(({ plan }) => manufacturer(plan.handoff.recipients) === manufacturer(recipients));
  return Math.max(0, ...same.map(({ plan }) => plan.handoff.sequence)) + 1;
}

const firstSerial = (job: Job) => (job.cards.first === 'next' ? 1 : job.cards.first);

async function refuseTakenIds(plan: Plan, runs: readonly Run[], job: Checked<Job>): Promise<void> {
  const own = { pattern: plan.cards.id, run: plan.run, first: plan.cards.first, count: cardCount(plan) };
  for (const other of runs) {
    if (other.plan.account !== plan.account) continue;
    for (const range of await takenIds(other)) {
      const shared = sharedId(own, range);
      if (shared === undefined) continue;
      throw badInput(
        `card id ${JSON.stringify(shared)} belongs to run ${other.plan.run}: an id is used once`,
        {
          place: job.value.cards.first === 'next' ? job.at('cards', 'id') : job.at('cards', 'first'),
          hint: `this run would take ${own.count} ids (${oversOf(job.value)} of them overs); cards.first: next goes on after the last`,
        },
      );
    }
  }
}

/** The day in a time zone (the system's where none is given) as 2026-11-23. */
export function dateIn(timezone: string | undefined, now: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { ...(timezone !== undefined && { timeZone: timezone }) }).format(
    now,
  );
}
