// The operator's key and the keys of a run. A run's own identity lies in its folder, sealed to the
// operator's key: without that file the run is shredded.
import { randomBytes } from 'node:crypto';
import type { Disk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import { secret } from '../base/secret.ts';
import {
  type KeyPair,
  OTHER_KEY,
  generateKeyPair,
  identityText,
  keyPair,
  seal,
  unseal,
} from '../base/vault.ts';
import type { RunKeys } from '../issue/issue.ts';

/** The operator's key, and who else can open what it seals. */
export interface OperatorKey extends KeyPair {
  /** age recipients, from lines such as `# also age1…` in the key file. */
  readonly backups: readonly string[];
}

/** Reads the operator's key: an age identity in a file that nobody else may read. */
export async function readOperatorKey(disk: Disk, path: string): Promise<OperatorKey> {
  const bytes = await disk.read(path);
  if (bytes === undefined) {
    throw badInput(`${path}: there is no key to seal the vault with`, {
      hint: 'for runs that there are, CARDPRESS_KEY names theirs; for the first one: cardpress keygen',
    });
  }
  const mode = (await disk.mode(path)) ?? 0;
  if ((mode & 0o077) !== 0) {
    throw badInput(
      `${path} may be read by others (mode ${mode.toString(8)}): it must be for its owner alone`,
      {
        hint: `chmod 600 ${path}`,
      },
    );
  }
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const line = lines.find((text) => text.startsWith('AGE-SECRET-KEY-'));
  const backups = lines.flatMap((text) => /^# also (age1\S+)/.exec(text)?.[1] ?? []);
  if (line === undefined) throw badInput(`${path} holds no age identity (AGE-SECRET-KEY-1…)`);
  try {
    return { ...(await keyPair(secret(line.trim()))), backups };
  } catch {
    throw badInput(`${path} holds a damaged age identity`);
  }
}

/** Makes a run's keys and proves, before any card is asked for, that the operator's key opens them. */
export async function makeRunKeys(
  folder: RunFolder,
  operator: OperatorKey,
  others: readonly string[],
): Promise<RunKeys> {
  const run = await generateKeyPair();
  const proof = new Uint8Array(randomBytes(32));
  const recipients = [...new Set([operator.recipient, ...operator.backups, ...others])];
  await folder.write(names.runKey, await seal(identityText(run), recipients));
  await folder.write(names.proofKey, await seal(proof, recipients));
  const opened = await openRunKeys(folder, operator);
  if (opened.run.recipient !== run.recipient || !Buffer.from(opened.proof).equals(proof)) {
    throw new Failure('mismatch', `${folder.name}: the run's keys do not open as they were sealed`);
  }
  return opened;
}

export async function openRunKeys(folder: RunFolder, operator: KeyPair): Promise<RunKeys> {
  const open = async (name: string) => {
    const bytes = await folder.read(name);
    return unseal(bytes, operator, `${folder.name}/${name}`).catch((error: unknown) => {
      if (!(error instanceof Failure) || !error.message.includes(OTHER_KEY)) throw error;
      throw new Failure('mismatch', {
        message: error.message,
        hint: `the key at hand is ${operator.recipient}: let CARDPRESS_KEY name the one that the run was begun with`,
      });
    });
  };
  const identity = secret(new TextDecoder().decode(await open(names.runKey)));
  return { run: await keyPair(identity), proof: await open(names.proofKey) };
}

/**
 * Seals a run's keys to another operator's key, in place; what the run holds is not touched. Where it was
 * interrupted, some files open with the new key already.
 */
export async function rekeyRun(
  folder: RunFolder,
  from: KeyPair,
  to: OperatorKey,
  others: readonly string[],
): Promise<void> {
  const recipients = [...new Set([to.recipient, ...to.backups, ...others])];
  // What was purged is gone; the key of the commitments may have been kept.
  const isPurged = await folder.has(names.purging);
  const there: string[] = [];
  for (const name of [names.runKey, names.proofKey])
    if (!isPurged || (await folder.has(name))) there.push(name);
  const opened = await Promise.all(
    there.map(async (name) => {
      const bytes = await folder.read(name);
      const what = `${folder.name}/${name}`;
      const key = await unseal(bytes, from, what).catch((error: unknown) =>
        unseal(bytes, to, what).catch(() => Promise.reject(error as Error)),
      );
      return { name, key };
    }),
  );
  for (const { name, key } of opened) {
    const sealed = await seal(key, recipients);
    await unseal(sealed, to, name);
    await folder.replace(name, sealed);
  }
}

/** The key of the commitments alone: it outlives the run's secrets. */
export function openProofKey(folder: RunFolder, operator: KeyPair): Promise<Uint8Array> {
  return folder
    .read(names.proofKey)
    .then((bytes) => unseal(bytes, operator, `${folder.name}/${names.proofKey}`));
}
