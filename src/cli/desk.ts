// What the commands after the handoff share: the run that was ordered under its lock, its journal, and on demand
// the operator's key and the platform.
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeDisk } from '../base/disk.ts';
import { Failure, badInput, lastly } from '../base/failure.ts';
import { type Lock, heldBy, thisProcess, withLock } from '../base/lock.ts';
import type { Journal } from '../base/journal.ts';
import { combine } from '../base/log.ts';
import { stoppablePause } from '../base/pause.ts';
import { secret } from '../base/secret.ts';
import { Platform } from '../issue/platform.ts';
import { KnownPrints } from '../issue/prints.ts';
import { readJob } from '../plan/read-job.ts';
import { type Family, readFamily } from '../pipeline/family.ts';
import { readOperatorKey } from '../pipeline/keys.ts';
import type { OrderDesk } from '../pipeline/orders.ts';
import type { Surroundings } from '../pipeline/check-job.ts';
import { freshSerials } from '../pipeline/serials.ts';
import { witnessOf } from '../settle/witness.ts';
import { layoutOf } from '../pipeline/tools.ts';
import { type Call, clockOf } from './call.ts';
import {
  apiUrl,
  credentials,
  keyPath,
  outputPath,
  reader,
  settleTime,
  sftpAccess,
  signPassphrase,
} from './environment.ts';
import { TIMEOUT, accessOf, makeRun } from './make-run.ts';
import { Stages } from './stages.ts';
import { failsTo, whoCalls, withWitness } from './who.ts';

export interface DeskNeeds {
  /** Whether the platform is called. */
  readonly platform: boolean;
  /** Whether the vault is opened. */
  readonly key: boolean;
}

export interface Desk extends OrderDesk {
  /** As it was when the lock was taken. */
  readonly family: Family;
}

/** Does work on a run, or on the run that a supplement belongs to, as its only holder. */
export async function atDesk<T>(
  name: string,
  flags: { readonly output?: string },
  call: Call,
  needs: DeskNeeds,
  work: (desk: Desk) => Promise<T>,
): Promise<T> {
  const { env } = call;
  const output = outputPath(env, flags.output);
  const { root } = await readFamily(nodeDisk, output, name);
  const { folder, plan } = root;
  const now = clockOf(call);
  const self = await thisProcess(nodeDisk, process.pid, now());
  const nobody = { recipient: '', identity: secret(''), backups: [] };
  const around: Surroundings = {
    reader,
    operator: needs.key ? await readOperatorKey(nodeDisk, keyPath(env)) : nobody,
    self,
    now,
    passphrase: await signPassphrase(env),
    sftp: await sftpAccess(env),
    layoutOf,
  };
  const platform = needs.platform
    ? await openPlatform(plan.account, plan.origin, plan.jobFile, call)
    : undefined;
  return lastly(
    () =>
      withLock(
        nodeDisk,
        folder.path,
        self,
        (lock) => withWitness(folder, env, now, (journal) => deal(lock, journal).catch(failsTo(journal))),
        heldBy(plan.run),
      ),
    async () => platform?.close(),
  );

  async function deal(lock: Lock, journal: Journal): Promise<T> {
    const log = combine(journal, call.log);
    const witness = witnessOf(journal);
    const family = await readFamily(nodeDisk, output, name, witness);
    return work({
      output,
      around,
      by: await whoCalls(env),
      log,
      family,
      witness,
      issueTools: ({ folder: at, plan: of }) => ({
        plan: of,
        folder: at,
        // Looking and deleting open no seal.
        keys: { run: nobody, proof: new Uint8Array() },
        prints: new KnownPrints(at),
        platform: platform ?? unreachable(),
        lock,
        log,
        now,
        sleep: stoppablePause(call.stopping),
        wait: (milliseconds) => sleep(milliseconds),
        settle: settleTime(env),
        freshSerials: freshSerials(nodeDisk, output, of, self),
      }),
      make: async (run) =>
        makeRun(run, await accessOf(env), { self, stages: new Stages(), retry: false }, call),
    });
  }
}

async function openPlatform(
  account: string,
  origin: string,
  jobFile: string,
  { env, stopping }: Call,
): Promise<Platform> {
  if (apiUrl(env) !== origin)
    throw badInput(`the run was made against ${origin}, this call goes to ${apiUrl(env)}`, {
      hint: 'a run stays with the platform that made its cards; set CARDPRESS_API_URL',
    });
  const { batch } = (await readJob(reader, jobFile)).value;
  return new Platform({
    url: origin,
    account,
    ...(await credentials(env)),
    concurrency: batch.concurrency,
    perSecond: batch.perSecond,
    timeout: TIMEOUT,
    now: () => new Date(),
    sleep: stoppablePause(stopping),
    // Cards are looked at, deleted and activated one by one: the next call of the command goes on with the rest.
    stopping,
  });
}

function unreachable(): never {
  throw new Failure('bug', 'this command does not call the platform');
}
