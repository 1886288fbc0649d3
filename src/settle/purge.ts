// Destroys what could be stolen of a run, and writes down that it is gone. The run's key goes first: without it
// nothing that was sealed opens, whatever a crash leaves. What is destroyed is noted before, with its checksum.
import { Failure, badInput } from '../base/failure.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import { digest } from '../pack/place.ts';
import { writeRecord } from './records.ts';

export interface PurgeRecord {
  readonly format: 'cardpress-deletion/1';
  readonly run: string;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  /** Whether the run was closed, or purged by a person's force. */
  readonly forced: boolean;
  readonly proofs: boolean;
  readonly files: readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[];
}

/** The deletion certificate. */
export type Certificate = PurgeRecord & {
  readonly finished: string;
  readonly kept: readonly string[];
  readonly cannotSpeakFor: readonly string[];
};

const CANNOT_SPEAK_FOR = [
  'backups and snapshots of the run folder, and copies that people made of it',
  'what a disk keeps of files that were removed',
  'the manufacturer, and whatever the handoff was delivered to',
  'the platform, which knows every code',
];

/** Folders in which everything goes; beside the keys. */
const FOLDERS = ['volumes', 'handoff/print', 'handoff/data'] as const;

/** Why and by whom secrets are destroyed, and whether the key of the commitments is among them. */
export type PurgeAbout = Omit<PurgeRecord, 'format' | 'run' | 'files'>;

/** Notes what is to be destroyed of a run folder; nothing is yet. What was noted before stands. */
export async function beginPurge(folder: RunFolder, about: PurgeAbout): Promise<void> {
  // A writer that died may have left half a file of codes.
  await folder.tidy();
  if (await folder.has(names.purging)) return;
  const files: PurgeRecord['files'][number][] = [];
  for (const file of await secretsIn(folder, about.proofs))
    files.push({ file, ...(await digest(folder.stream(file))) });
  const record: PurgeRecord = { format: 'cardpress-deletion/1', run: folder.name, ...about, files };
  await writeRecord(folder, names.purging, record);
}

/** Destroys what was noted, or goes on with it, and certifies it. */
async function finishPurge(folder: RunFolder, now: () => Date): Promise<Certificate> {
  if (await folder.has(names.purged)) return (await folder.readJson(names.purged)) as Certificate;
  const record = (await folder.readJson(names.purging)) as PurgeRecord;
  for (const { file } of record.files) await folder.remove(file);
  const [left] = await secretsIn(folder, record.proofs);
  if (left !== undefined)
    throw new Failure('mismatch', `${folder.name}/${left} came while the run was purged: look what it is`);
  const certificate: Certificate = {
    ...record,
    finished: now().toISOString(),
    kept: [
      'accounts',
      'manifest',
      'reports',
      'receipts',
      'books',
      ...(record.proofs ? [] : ['proof.age: the key of the commitments']),
    ],
    cannotSpeakFor: CANNOT_SPEAK_FOR,
  };
  await folder.write(names.purged, `${JSON.stringify(certificate, null, 2)}\n`);
  return certificate;
}

/**
 * Purges runs that belong together, the one that was ordered last: while it is there, nobody takes the whole for purged.
 * Nothing is destroyed before all is noted: a crash leaves a purge that is found and gone on with.
 * @param done told after each
 */
export async function purgeTogether(
  folders: readonly RunFolder[],
  about: PurgeAbout,
  now: () => Date,
  done: (certificate: Certificate) => void,
): Promise<void> {
  for (const folder of folders) await beginPurge(folder, about);
  for (const folder of folders) done(await finishPurge(folder, now));
}

/**
 * Tells what was destroyed on purpose from what is missing.
 * @param what is gone with the file: "its codes are"
 * @throws Failure of kind `input` where a purge destroyed the file
 */
export async function refuseDestroyed(folder: RunFolder, file: string, what: string): Promise<void> {
  for (const note of [names.purging, names.proofPurging]) {
    if (!(await folder.has(note))) continue;
    const { at, files } = (await folder.readJson(note)) as PurgeRecord;
    if (files.some((destroyed) => destroyed.file === file))
      throw badInput(`${folder.name} was purged on ${at.slice(0, 10)}: ${what} destroyed`, {
        hint: `${folder.name}/${note} lists what went, by whose order and why`,
      });
  }
}

/** Whether a purged run still has the key of its commitments, or a note that it was being destroyed. */
export async function keepsProofs(folder: RunFolder): Promise<boolean> {
  if (!(await folder.has(names.purged))) return false;
  if (await folder.has(names.proofKey)) return true;
  return (await folder.has(names.proofPurging)) && !(await folder.has(names.proofPurged));
}

/** Destroys the key of the commitments that an earlier purge left, or goes on with it, and certifies it apart. */
export async function purgeProofs(folder: RunFolder, about: PurgeAbout, now: () => Date): Promise<void> {
  if (!(await folder.has(names.proofPurging))) {
    const files = [{ file: names.proofKey, ...(await digest(folder.stream(names.proofKey))) }];
    const record: PurgeRecord = { format: 'cardpress-deletion/1', run: folder.name, ...about, files };
    await writeRecord(folder, names.proofPurging, record);
  }
  await folder.remove(names.proofKey);
  const certificate: Certificate = {
    ...((await folder.readJson(names.proofPurging)) as PurgeRecord),
    finished: now().toISOString(),
    kept: [],
    cannotSpeakFor: CANNOT_SPEAK_FOR,
  };
  await writeRecord(folder, names.proofPurged, certificate);
}

/** Every file that holds or opens a code; the run's key first. */
export async function secretsIn(folder: RunFolder, proofs: boolean): Promise<readonly string[]> {
  const files: string[] = [];
  if (await folder.has(names.runKey)) files.push(names.runKey);
  if (proofs && (await folder.has(names.proofKey))) files.push(names.proofKey);
  for (const file of await folder.list('batches')) if (file.endsWith('.age')) files.push(`batches/${file}`);
  for (const path of FOLDERS) for (const file of await folder.list(path)) files.push(`${path}/${file}`);
  return files;
}
