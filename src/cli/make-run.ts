// A run to its end, for the commands that make one: the platform, the journal and the screen around the loop.
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeDisk } from '../base/disk.ts';
import { lastly } from '../base/failure.ts';
import type { Journal } from '../base/journal.ts';
import type { Holder } from '../base/lock.ts';
import { combine } from '../base/log.ts';
import { stoppablePause } from '../base/pause.ts';
import { sessions } from '../deliver/session.ts';
import type { SftpAccess } from '../deliver/target.ts';
import { Platform } from '../issue/platform.ts';
import { KnownPrints } from '../issue/prints.ts';
import { localDispatch } from '../pipeline/dispatch.ts';
import type { OpenRun } from '../pipeline/prepare.ts';
import { runJob } from '../pipeline/run.ts';
import { freshSerials } from '../pipeline/serials.ts';
import type { Tools } from '../pipeline/tools.ts';
import { batchesOf, cardCount, volumesOf } from '../plan/plan.ts';
import { approvedEvent } from '../settle/approval.ts';
import { type Call, clockOf } from './call.ts';
import {
  type Credentials,
  type Environment,
  credentials,
  keyPath,
  settleTime,
  sftpAccess,
  threadCount,
} from './environment.ts';
import { openScreen } from './screen.ts';
import type { Stages } from './stages.ts';
import { failsTo, withWitness } from './who.ts';

/** What the environment gives to a run; read before anything is planned. */
export interface RunAccess extends Credentials {
  /** The operator's key file. */
  readonly key: string;
  /** Milliseconds. */
  readonly settle: number;
  readonly threads: number;
  readonly sftp: SftpAccess;
}

export async function accessOf(env: Environment): Promise<RunAccess> {
  return {
    ...(await credentials(env)),
    key: keyPath(env),
    sftp: await sftpAccess(env),
    settle: settleTime(env),
    threads: threadCount(env),
  };
}

/** Who makes a run, and how. */
export interface Making {
  readonly self: Holder;
  readonly stages: Stages;
  /** Volumes that did not read back are printed anew. */
  readonly retry: boolean;
}

/** Milliseconds for a batch's answer: a thousand cards may take a while, and a lost answer is dear. */
export const TIMEOUT = 300_000;

/** Brings a run to its end. The caller holds its lock. */
export async function makeRun(
  open: OpenRun,
  { clientId, clientSecret, key, settle, sftp, threads }: RunAccess,
  { self, stages, retry }: Making,
  call: Call,
): Promise<void> {
  const { job, run, keys, design, layout, signer, targets, lock } = open;
  const { plan, folder } = run;
  const { terminal, env, log: machineLog, stopping } = call;
  const now = clockOf(call);
  await withWitness(folder, env, now, make);

  async function make(journal: Journal): Promise<void> {
    const screen = openScreen(terminal, plan, targets.length);
    const log = combine(journal, screen, machineLog);
    const pause = stoppablePause(call.stopping);
    const platform = new Platform({
      url: plan.origin,
      account: plan.account,
      clientId,
      clientSecret,
      concurrency: job.batch.concurrency,
      perSecond: job.batch.perSecond,
      timeout: TIMEOUT,
      now,
      sleep: pause,
    });
    const tools: Tools = {
      plan,
      folder,
      keys,
      prints: new KnownPrints(folder),
      platform,
      lock,
      log,
      now,
      sleep: pause,
      wait: (milliseconds) => sleep(milliseconds),
      settle,
      freshSerials: freshSerials(nodeDisk, dirname(folder.path), plan, self),
      design,
      layout: () => Promise.resolve(layout),
      signer,
      contacts: job.contacts,
      targets,
      openSession: sessions(nodeDisk, sftp),
    };
    log.emit(
      open.isNew
        ? {
            event: 'run.planned',
            run: plan.run,
            cards: cardCount(plan),
            batches: batchesOf(plan).length,
            volumes: volumesOf(plan).length,
          }
        : { event: 'run.continued', run: plan.run },
    );
    if (open.laterApproval !== undefined) log.emit(approvedEvent(open.laterApproval));
    const lanes = {
      asking: job.batch.concurrency,
      threads: Math.min(threads, volumesOf(plan).length),
    };
    const work = () =>
      runJob(tools, (halted) => localDispatch(tools, lanes, { runPath: folder.path, keyPath: key }, halted), {
        accept: job.accept,
        recovery: job.recovery,
        retry,
        targets: targets.map(({ name }) => name),
        stopping,
        onLedger: screen.onLedger,
        onStep: stages.onStep,
      });
    await lastly(
      () => work().catch(failsTo(journal)),
      async () => {
        screen.close();
        await platform.close();
      },
    );
  }
}
