// Job to run: finds the open run of a checked job, or plans a new one. Nothing is written before every check has
// passed.
import { join, resolve } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { type Holder, type Lock, withLock } from '../base/lock.ts';
import type { Target } from '../deliver/target.ts';
import type { RunKeys } from '../issue/issue.ts';
import type { ProbeReport } from '../issue/probe.ts';
import type { Recipient } from '../pack/recipients.ts';
import type { Signer } from '../pack/signer.ts';
import { checkIdLength, sharedId } from '../plan/ids.ts';
import { type Design, changedInputs, thawDesign } from '../plan/inputs.ts';
import { type Job, oversOf } from '../plan/job.ts';
import { type Plan, cardCount, changedKeys } from '../plan/plan.ts';
import { readJob } from '../plan/read-job.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Layout } from '../render/preflight.ts';
import type { Approval } from '../settle/approval.ts';
import { PLATFORM, abandonRun } from './abandon.ts';
import { approvalOf, standingApproval } from './approved.ts';
import { type CheckedJob, type Surroundings, checkJob, draftPlan } from './check-job.ts';
import { makeRunFolder } from './draft.ts';
import { openRunKeys } from './keys.ts';
import { makeOutput, withPlanningLock } from './output.ts';
import { type Run, isAbandoned, isComplete, listRuns, nextSerial, takenIds } from './runs.ts';
import { tryPlan } from './trial.ts';
import { type RunRequest, whichRun } from './which-run.ts';

/** A run that is to be made, and that nobody else makes. */
export interface OpenRun {
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
interface Complete {
  readonly state: 'complete';
  readonly run: Run;
  readonly changed: readonly string[];
}

/** A run that was found or planned. */
interface Chosen {
  readonly state: 'open';
  readonly run: Run;
  /** Makes it ready for the loop; only for the holder of its lock. */
  readonly open: (lock: Lock) => Promise<OpenRun>;
}

export type Ended =
  | { readonly state: 'made'; readonly run: Run }
  | Complete
  /** Another process makes it. */
  | { readonly state: 'elsewhere'; readonly run: Run; readonly holder: Holder };

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

/** Finds the job's open run or plans a new one, and has it made under its lock. */
export async function withRun(
  request: RunRequest,
  around: Surroundings,
  make: (run: OpenRun) => Promise<void>,
): Promise<Ended> {
  if (request.run !== undefined && !RUN_NAME.test(request.run)) {
    throw badInput(
      `--run is ${JSON.stringify(request.run)}: a run is a folder, named by lower-case letters, digits and hyphens`,
    );
  }
  const { disk } = around.reader;
  const begun = await whenBegun(request, around);
  const checked = await checkJob(around, request.jobPath, {}, begun);
  await heedProbe(checked.job, request, disk);
  await makeOutput(disk, request.output);
  for (;;) {
    const chosen = await withPlanningLock(disk, request.output, around.self, () =>
      chooseRun(checked, begun, request, around),
    );
    if (chosen.state === 'complete') return chosen;
    const { run, open } = chosen;
    const ended = await withLock(
      disk,
      run.folder.path,
      around.self,
      async (lock) => {
        // Another process may have given it up since it was chosen.
        if (await isAbandoned(run)) return undefined;
        await make(await open(lock));
        return { state: 'made', run } as const;
      },
      ({ holder }) => ({ state: 'elsewhere', run, holder }) as const,
    );
    if (ended !== undefined) return ended;
  }
}

/**
 * The run to make, found or planned. Only for the holder of the planning lock.
 * @param begun when the run was planned that the job was checked for
 */
async function chooseRun(
  checked: CheckedJob,
  begun: Date | undefined,
  request: RunRequest,
  around: Surroundings,
): Promise<Chosen | Complete> {
  const { disk } = around.reader;
  for (;;) {
    const found = await whichRun(checked.job.value, request, disk, around.now());
    if (typeof found === 'string') {
      // What was good for a run that is there need not be good for another one.
      const fresh = begun === undefined ? checked : await checkJob(around, request.jobPath);
      return beginRun(found, fresh, request, around);
    }
    const changed = changesSince(found, checked);
    if (await isComplete(found)) {
      await found.folder.makeDurable();
      return { state: 'complete', run: found, changed };
    }
    const why = changed.length > 0 || found.plan.origin === request.origin ? changed : [PLATFORM];
    const { self, now } = around;
    const mayGo = request.run === undefined && why.length > 0;
    if (mayGo && (await abandonRun(found, why, { disk, self, now }))) continue;
    if (changed.length > 0) throw changedJob(found, changed, checked);
    return continueRun(found, checked, request, around);
  }
}

/** When the run was planned that the job will go on with, as far as can be told before it is checked. */
async function whenBegun(request: RunRequest, { reader, now }: Surroundings): Promise<Date | undefined> {
  try {
    const found = await whichRun((await readJob(reader, request.jobPath)).value, request, reader.disk, now());
    return typeof found === 'string' ? undefined : new Date(found.plan.created);
  } catch (error) {
    // It is said where it is looked for under the lock.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

const RUN_NAME = /^[a-z0-9][a-z0-9-]{0,99}$/;

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
): Promise<Chosen> {
  const { job, signer, targets } = checked;
  const { plan, folder } = run;
  if (plan.origin !== request.origin) {
    throw badInput(`run ${plan.run} was begun against ${plan.origin}, this call goes to ${request.origin}`, {
      hint: 'a run stays with the platform that made its cards; set CARDPRESS_API_URL, or begin another with --new',
    });
  }
  const { approval, isLater } = await standingApproval(run, checked, request.output, around.reader.disk);
  const keys = await openRunKeys(folder, around.operator);
  const open = async (lock: Lock): Promise<OpenRun> => {
    // A copy of a run may lack the folders that were empty.
    await folder.make();
    await folder.tidy();
    const design = await thawDesign(folder, plan);
    const layout = await around.layoutOf(plan, design);
    const later = isLater ? { laterApproval: approval } : {};
    return { job: job.value, run, keys, design, layout, signer, targets, lock, isNew: false, ...later };
  };
  return { state: 'open', run, open };
}

async function beginRun(
  name: string,
  checked: CheckedJob,
  request: RunRequest,
  around: Surroundings,
): Promise<Chosen> {
  const { job, design, recipients, signer, targets } = checked;
  const { disk } = around.reader;
  const approval = await approvalOf(checked, request.output, disk);
  const runs = await listRuns(disk, request.output);
  const first =
    job.value.cards.first === 'next'
      ? await nextSerial(draftPlan(job.value, design, { run: name, origin: '', created: '', first: 1 }), runs)
      : job.value.cards.first;
  const plan = draftPlan(job.value, design, {
    run: name,
    origin: request.origin,
    created: around.now().toISOString(),
    first,
    recipients: recipients.map(({ name: key, fingerprint, input }) => ({ name: key, fingerprint, input })),
    sequence: nextSequence(recipients, runs),
    jobFile: resolve(job.file),
  });
  checkIdLength(plan.cards.id, first + cardCount(plan) - 1, name, job.at('cards', 'id'));
  await refuseTakenIds(plan, runs, job);
  const layout = await around.layoutOf(plan, design);
  await tryPlan(plan, layout, design);

  const { run, keys } = await makeRunFolder(
    { plan, design, recipients, approval, vault: job.value.vault.recipients },
    request.output,
    around,
  );
  const open = (lock: Lock): Promise<OpenRun> =>
    Promise.resolve({ job: job.value, run, keys, design, layout, signer, targets, lock, isNew: true });
  return { state: 'open', run, open };
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
