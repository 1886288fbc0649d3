// Who can open the handoff: the keys that a job names, found good before a card is asked for, and again as
// the run froze them.
import { basename, dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { Failure, type Place, asFailure, badInput } from '../base/failure.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import { isRecipient, sealStream } from '../base/vault.ts';
import type { PlannedRecipient } from '../plan/handoff.ts';
import { type InputFile, type Reader, readNamed } from '../plan/inputs.ts';
import type { Job } from '../plan/job.ts';
import type { Plan } from '../plan/plan.ts';
import type { Checked } from '../plan/yaml.ts';
import type { OpenPgpKey } from './openpgp.ts';

/** Loaded by who needs it: a run is to stay small. */
export const openPgp = () => import('./openpgp.ts');

/** A recipient that was found good. */
export interface Recipient extends PlannedRecipient {
  /** What a person sees beside the fingerprint. */
  readonly about: string;
  /** When the key ends; null where it does not. */
  readonly expires: Date | null;
  /** The key's file; undefined for an age recipient. */
  readonly file: InputFile | undefined;
}

/** How the files of a handoff are sealed. */
export interface Sealer {
  /** Added to a sealed file's name; empty where nothing is sealed. */
  readonly extension: '' | '.pgp' | '.age';
  readonly seal: (pieces: AsyncIterable<Uint8Array>, filename: string) => AsyncIterable<Uint8Array>;
}

/**
 * Reads and vets every key of `handoff.seal`.
 * @param begun when the run was planned that the job goes on with: it seals with the keys that it froze then, so one
 * that has only expired since is good
 * @throws Failure of kind `input`, at the place in the job file that names the key
 */
export async function readRecipients(
  reader: Reader,
  job: Checked<Job>,
  now: Date,
  begun?: Date,
): Promise<readonly Recipient[]> {
  const seal = job.value.handoff?.seal ?? 'none';
  if (seal === 'none') return [];
  const recipients: Recipient[] = [];
  for (const [index, entry] of seal.entries()) {
    const { key: name, fingerprint } =
      typeof entry === 'string' ? { key: entry, fingerprint: undefined } : entry;
    const path = ['handoff', 'seal', index, ...(typeof entry === 'string' ? [] : ['key'])];
    const place = job.at(...path);
    const recipient = name.startsWith('age1')
      ? ageRecipient(name, place)
      : await openPgpRecipient(reader, job, name, index, place, now, begun);
    if (fingerprint !== undefined && !isSame(fingerprint, recipient.fingerprint)) {
      throw badInput(`${name} has the fingerprint ${recipient.fingerprint}: not the one that the job pins`, {
        place: job.at('handoff', 'seal', index, 'fingerprint'),
        hint: 'ask the manufacturer by phone which of the two is theirs',
      });
    }
    if (recipients.some((other) => other.fingerprint === recipient.fingerprint))
      throw badInput(`${name} is named twice`, { place });
    recipients.push(recipient);
  }
  const [first] = recipients;
  const other = recipients.findIndex(({ file }) => (file === undefined) !== (first?.file === undefined));
  if (other >= 0) {
    throw badInput('handoff.seal names OpenPGP keys and age recipients: a file is sealed in one way', {
      place: job.at('handoff', 'seal', other),
      hint: 'name keys of one kind',
    });
  }
  return recipients;
}

/** Seals as a run was planned, with the keys that it froze, as of when they were found good. */
export async function openSealer(plan: Plan, folder: RunFolder): Promise<Sealer> {
  const { seal, recipients } = plan.handoff;
  switch (seal) {
    case 'none':
      if (!plan.account.startsWith('T'))
        throw new Failure('mismatch', `${plan.run} would go out unsealed, and is not a test`);
      return { extension: '', seal: (pieces) => pieces };
    case 'age': {
      const to = recipients.map(({ fingerprint }) => fingerprint);
      return { extension: '.age', seal: (pieces) => sealStream(pieces, to) };
    }
    case 'openpgp': {
      // A key that expired since must not strand cards that exist: it is the same key.
      const at = new Date(plan.created);
      const { readRecipientKey, sealOpenPgp } = await openPgp();
      const keys: OpenPgpKey[] = [];
      for (const { input, fingerprint } of recipients) {
        const key = await readRecipientKey(await folder.read(names.input(input ?? '')), at);
        if (key.fingerprint !== fingerprint)
          throw new Failure('mismatch', `${folder.name}/inputs/${input ?? ''} is not the key ${fingerprint}`);
        keys.push(key);
      }
      return { extension: '.pgp', seal: (pieces, filename) => sealOpenPgp(pieces, keys, at, filename) };
    }
  }
}

/** A fingerprint in groups of four, as people compare it. */
export function groupedFingerprint(fingerprint: string): string {
  return /^[0-9A-F]+$/.test(fingerprint) ? (fingerprint.match(/.{1,4}/g) ?? []).join(' ') : fingerprint;
}

function ageRecipient(name: string, place: Place): Recipient {
  if (!isRecipient(name)) throw badInput('this is not an age recipient: it is damaged', { place });
  return { name, fingerprint: name, input: null, about: 'age', expires: null, file: undefined };
}

async function openPgpRecipient(
  reader: Reader,
  job: Checked<Job>,
  name: string,
  index: number,
  place: Place,
  now: Date,
  begun: Date | undefined,
): Promise<Recipient> {
  const bytes = await readNamed(reader, join(dirname(job.file), name), name, { place });
  const { fingerprint, about, expires } = await withPlace(place, name, async () => {
    const { readRecipientKey } = await openPgp();
    return readRecipientKey(bytes, now).catch(async (error: unknown) => {
      const then = begun && (await readRecipientKey(bytes, begun, now).catch(() => undefined));
      if (then === undefined) throw error;
      return then;
    });
  });
  const input = `key-${index + 1}-${basename(name).replaceAll(/[^\w.-]/g, '_')}`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    name,
    fingerprint,
    input,
    about: expires === null ? about : `${about}, until ${expires.toISOString().slice(0, 10)}`,
    expires,
    file: { role: 'recipient', ref: name, name: input, sha256, bytes },
  };
}

/**
 * Vets the keys of a run anew, for a supplement that is to be sealed with them.
 * @throws Failure of kind `input` where one has expired or was revoked since
 */
export async function vetAgain(recipients: readonly Recipient[], now: Date): Promise<void> {
  for (const { name, file } of recipients) {
    if (file === undefined) continue;
    const { readRecipientKey } = await openPgp();
    try {
      await readRecipientKey(file.bytes, now);
    } catch (error) {
      throw badInput(`${name}: ${asFailure(error).complaints[0]?.message ?? ''}`, {
        hint: 'the run was sealed with this key; --seal FILE gives the supplement another',
      });
    }
  }
}

/** Does work whose complaints are given the place and the name that they are about. */
export async function withPlace<T>(place: Place, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'input') throw error;
    throw new Failure(
      'input',
      error.complaints.map((complaint) => ({
        ...complaint,
        message: `${name}: ${complaint.message}`,
        place,
      })),
    );
  }
}

function isSame(pinned: string, fingerprint: string): boolean {
  const plain = (text: string) => text.replaceAll(/[\s:]/g, '').replace(/^0x/i, '').toUpperCase();
  return plain(pinned) === plain(fingerprint);
}
