// Who calls: the system's user and host, and the operator's key by its public half. It stands in every line of a
// run's journal, and in every record.
import { hostname, userInfo } from 'node:os';
import { nodeDisk } from '../base/disk.ts';
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

/** The journal of a run, which from now on witnesses what is written into its folder. Only the lock's holder may. */
export async function openWitness(
  folder: RunFolder,
  env: Environment,
  now: () => Date = () => new Date(),
): Promise<Journal> {
  const journal = await openJournal(nodeDisk, folder.path, now, await whoCalls(env));
  await witness(folder, journal);
  return journal;
}
