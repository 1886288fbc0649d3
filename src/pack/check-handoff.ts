// A handoff folder held against its own checksums and signatures, with nothing but what a manufacturer has.
import { dirname, join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure } from '../base/failure.ts';
import { isTemporary } from '../base/run-folder.ts';
import { digest } from './place.ts';
import { SIGNING_KEYS, checkSignature } from './signer.ts';

export interface HandoffCheck {
  /** What does not match, in words; nothing where all does. */
  readonly wrong: readonly string[];
  /** Files that are what SHA256SUMS says. */
  readonly files: ReadonlySet<string>;
  /**
   * Fingerprint of the key that signed; undefined where nothing is signed. The key lies in the folder: who does
   * not know its fingerprint from elsewhere knows only that the folder is of one piece.
   */
  readonly signedBy: string | undefined;
}

const SIGNED = ['SHA256SUMS', 'manifest.json'];
const KINDS = [
  { extension: '.asc', key: SIGNING_KEYS.openpgp },
  { extension: '.minisig', key: SIGNING_KEYS.minisign },
] as const;

/** Checks every file of SHA256SUMS, that there is no other, that the folder is finished, and the signatures. */
export async function checkHandoff(disk: Disk, path: string): Promise<HandoffCheck> {
  const wrong: string[] = [];
  const files = new Set<string>();
  const sums = await disk.read(join(path, 'SHA256SUMS'));
  if (sums === undefined) return { wrong: ['SHA256SUMS is missing'], files, signedBy: undefined };
  if ((await disk.read(join(path, '.done'))) === undefined)
    wrong.push('.done is missing: the folder is not finished');
  const listed = parseSums(new TextDecoder().decode(sums));
  if (listed === undefined) return { wrong: ['SHA256SUMS is damaged'], files, signedBy: undefined };
  for (const [file, sha256] of listed) {
    if ((await disk.size(join(path, file))) === undefined) wrong.push(`${file} is missing`);
    else if ((await digest(disk.stream(join(path, file)))).sha256 !== sha256)
      wrong.push(`${file} is not what SHA256SUMS says`);
    else files.add(file);
  }
  for (const file of await filesBelow(disk, path, listed))
    if (!listed.has(file) && !isOurs(file)) wrong.push(`${file} is not in SHA256SUMS`);
  const signedBy = await checkSigned(disk, path, wrong);
  return { wrong, files, signedBy };
}

/** Names and checksums, or undefined where a line is none, or names a file outside the folder. */
export function parseSums(text: string): ReadonlyMap<string, string> | undefined {
  const sums = new Map<string, string>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, sha256 = '', file = ''] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (file === '' || file.startsWith('/') || file.split('/').includes('..')) return undefined;
    sums.set(file, sha256);
  }
  return sums;
}

/**
 * Files that no list of checksums can hold: the list itself, what signs it, what closes the folder, what the
 * manufacturer answers with, and what a writer that died has left until the run goes on.
 */
function isOurs(file: string): boolean {
  return (
    file === '.done' ||
    file === '.ack' ||
    file === 'SHA256SUMS' ||
    isTemporary(file) ||
    SIGNED.some((name) => KINDS.some(({ extension }) => file === name + extension))
  );
}

async function filesBelow(
  disk: Disk,
  path: string,
  listed: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const folders = new Set(['.', ...[...listed.keys()].map((file) => dirname(file))]);
  const files: string[] = [];
  for (const folder of folders) {
    for (const name of await disk.list(join(path, folder))) {
      const file = folder === '.' ? name : `${folder}/${name}`;
      if (!folders.has(file)) files.push(file);
    }
  }
  return files;
}

/** A key that lies there, or one signature, means that both files were signed. */
async function checkSigned(disk: Disk, path: string, wrong: string[]): Promise<string | undefined> {
  let signedBy: string | undefined;
  for (const { extension, key } of KINDS) {
    const publicKey = await disk.read(join(path, key));
    for (const name of SIGNED) {
      const signature = await disk.read(join(path, name + extension));
      const content = await disk.read(join(path, name));
      if (publicKey === undefined && signature === undefined) continue;
      if (publicKey === undefined) wrong.push(`${name}${extension} cannot be checked: ${key} is missing`);
      else if (signature === undefined)
        wrong.push(`${name}${extension} is missing: ${key} is there, so ${name} was signed`);
      else if (content !== undefined) {
        const { good, fingerprint } = await checked(content, name + extension, signature, publicKey);
        if (good) signedBy = fingerprint;
        else
          wrong.push(`${name}${extension} was not made with the key ${fingerprint}, or ${name} was changed`);
      }
    }
  }
  return signedBy;
}

/** As `checkSignature`; what cannot be read as a key has signed nothing. */
async function checked(...about: Parameters<typeof checkSignature>): ReturnType<typeof checkSignature> {
  try {
    return await checkSignature(...about);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { good: false, fingerprint: 'beside it, which is damaged' };
  }
}
