// cardpress deliver: a packed handoff to the job's targets. It needs no key of the vault.
import { nodeDisk } from '../base/disk.ts';
import { Failure, asFailure, badInput, refuseStopped } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { type DeliverTools, deliver, noteReceived } from '../deliver/deliver.ts';
import type { Target } from '../deliver/target.ts';
import { readDeliveries, writeComplete } from '../deliver/receipt.ts';
import { LedgerReader } from '../pipeline/ledger.ts';
import { unfitStop } from '../pipeline/next.ts';
import { type Run, findRun } from '../pipeline/runs.ts';
import { isTestRun } from '../plan/plan.ts';
import { isApprovedJob } from '../settle/approved-job.ts';
import { acknowledgedText, fetchAcknowledgement } from '../settle/acknowledge.ts';
import { refuseDestroyed } from '../settle/purge.ts';
import type { Call } from './call.ts';
import { atTargets, refuseBusy } from './delivery-desk.ts';
import { outputPath } from './environment.ts';

export interface DeliverFlags {
  readonly again?: boolean;
  /** The manufacturer has what may have been fetched. */
  readonly received?: boolean;
  readonly output?: string;
  readonly job?: string;
}

/** Delivers, and hears what the manufacturers say of it. */
export async function deliverCommand(name: string, flags: DeliverFlags, call: Call): Promise<void> {
  await bring(name, flags, call, true);
}

/** Delivers, and hears nobody: housekeeping does that next, as a thing of its own. */
export async function deliverOnly(name: string, flags: DeliverFlags, call: Call): Promise<void> {
  await bring(name, flags, call, false);
}

async function bring(name: string, flags: DeliverFlags, call: Call, hears: boolean): Promise<void> {
  const { env, terminal } = call;
  if (flags.again === true && flags.received === true)
    throw badInput('--again and --received: either they have it or they do not');
  const run = await findRun(nodeDisk, outputPath(env, flags.output), name);
  const { plan, folder } = run;
  if (!(await folder.has(names.done)))
    throw badInput(`${plan.run} is not packed yet`, { hint: 'cardpress run brings it to its handoff' });
  const came = await atTargets(run, flags.job, call, async (targets, tools) => {
    await refuseUnfit(run);
    await refuseOtherJob(run, flags.job);
    if (flags.received === true) await refuseUndoubted(targets, run);
    // One box that is down is no reason to keep the others waiting.
    const atEach = async (work: (target: Target) => Promise<void>): Promise<Failure | undefined> => {
      let failure: Failure | undefined;
      for (const target of targets) {
        refuseStopped(call.stopping);
        try {
          await work(target);
        } catch (error) {
          const found = asFailure(error);
          tools.log.emit({ event: 'failed', kind: found.kind, message: found.message });
          if (failure !== undefined) terminal.err(`${failure.message}\n`);
          failure = found;
        }
      }
      return failure;
    };
    const undelivered = await atEach(async (target) => {
      if (flags.received === true) await noteReceived(target, tools);
      else await send(target, flags.again === true, tools);
      const has = (await readDeliveries(folder)).get(target.name)?.reached === 'done';
      terminal.out(`${plan.run} is ${has ? '' : 'not '}delivered to ${target.shown}\n`);
    });
    const states = await readDeliveries(folder);
    if (undelivered === undefined && targets.every((target) => states.get(target.name)?.reached === 'done'))
      await writeComplete(
        folder,
        targets.map((target) => target.name),
        tools.now(),
      );
    // Whatever is wrong with an answer, the handoff is there.
    const unheard = await atEach(async (target) => {
      const how = hears ? await fetchAcknowledgement(target, tools) : undefined;
      if (how !== undefined) terminal.out(`${plan.run}: ${target.shown} is ${acknowledgedText(how)}\n`);
    });
    if (undelivered !== undefined && unheard !== undefined) terminal.err(`${unheard.message}\n`);
    const failure = undelivered ?? unheard;
    if (failure !== undefined) throw failure;
  });
  refuseBusy(plan.run, came);
}

/** @throws Failure of kind `input` where there is nothing left to send: the run was purged */
async function send(target: Target, again: boolean, tools: DeliverTools): Promise<void> {
  const has = (await readDeliveries(tools.folder)).get(target.name)?.reached === 'done';
  if (!has || again) await refuseDestroyed(tools.folder, names.runKey, 'its print files are');
  await deliver(target, again, tools);
}

/** A word that decides nothing is a mistake: the target was meant that has not been sent anything, say. */
async function refuseUndoubted(targets: readonly Target[], { plan, folder }: Run): Promise<void> {
  const states = await readDeliveries(folder);
  const reached = (target: Target) => states.get(target.name)?.reached;
  const lacking = targets.find((target) => reached(target) !== 'done');
  if (lacking === undefined || targets.some((target) => reached(target) === 'closing')) return;
  throw badInput(
    `${lacking.shown}: nothing is in doubt there, so there is nothing to note; nothing was sent`,
    {
      hint: `cardpress deliver ${plan.run} sends it`,
    },
  );
}

/** What `cardpress run` would not hand over is not handed over by this way either. */
async function refuseUnfit({ plan, folder }: Run): Promise<void> {
  if (await folder.has(names.complete)) return;
  const stop = unfitStop(plan, await new LedgerReader(folder, plan).read());
  if (stop !== undefined) throw new Failure(stop.kind, stop);
}

/** Where a P run goes, a person said yes to: a target that was put into the job since is not yet one of those. */
async function refuseOtherJob(run: Run, moved: string | undefined): Promise<void> {
  const { plan } = run;
  if (isTestRun(plan) || plan.supplement?.deliver) return;
  const path = moved ?? plan.jobFile;
  const bytes = await nodeDisk.read(path);
  if (bytes !== undefined && (await isApprovedJob(bytes, run, nodeDisk))) return;
  throw badInput(
    `${path} is not approved as it is now: it was changed since the yes that ${plan.run} was made under`,
    {
      hint: `have it approved: cardpress approve ${path}; or name the job as it was then: deliver ${plan.run} --job FILE`,
    },
  );
}
