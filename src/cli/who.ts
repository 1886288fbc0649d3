// Who calls: the system's user and host, and the operator's key by its public half. It stands in every line of a
// run's journal, and in every record.
import { hostname, userInfo } from 'node:os';
import { nodeDisk } from '../base/disk.ts';
import { asFailure, lastly } from '../base/failure.ts';
import { type Journal, openJournal } from '../base/journal.ts';
import type { RunFolder } from '../base/run-folder.ts';
import { readOperatorKey } from '../pipeline/keys.ts';
import { witness } from '../settle/witness.ts';
import { type Environment, keyPath } from './environment.ts';

/** `kari@desk age1…`; without a key that can be read, user and host alone. */
export async function whoCalls(env: Environment): Promise<string> {
  const who = `${userName()}@${hostname()}`;
  try {
    return `${who} ${(await readOperatorKey(nodeDisk, keyPath(env))).recipient}`;
  } catch {
    return who;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** Does work with the journal of a run, which witnesses what is written into its folder. Only the lock's holder may. */
export async function withWitness<T>(
  folder: RunFolder,
  env: Environment,
  now: () => Date,
  work: (journal: Journal) => Promise<T>,
): Promise<T> {
  const journal = await openJournal(nodeDisk, folder.path, now, await whoCalls(env));
  return lastly(async () => {
    await witness(folder, journal);
    return work(journal);
  }, journal.close);
}

/** Notes in the journal what work failed with, and fails with it. */
export const failsTo =
  (journal: Journal) =>
  (error: unknown): never => {
    const failure = asFailure(error);
    journal.emit({ event: 'failed', kind: failure.kind, message: failure.message });
    throw failure;
  };
