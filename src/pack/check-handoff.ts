// A handoff folder held against its own checksums and signatures, with nothing but what a manufacturer has.
import { dirname, join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { digest } from './place.ts';
import { SIGNING_KEYS, checkSignature } from './signer.ts';

export interface HandoffCheck {
  /** What does not match, in words; nothing where all does. */
  readonly wrong: readonly string[];
  /** Files whose checksum was found right. */
  readonly files: number;
  /** Who signed; undefined where nothing is signed. `trusted`: by the key that the caller gave. */
  readonly signed: { readonly fingerprint: string; readonly trusted: boolean } | undefined;
}

const SIGNED = ['SHA256SUMS', 'manifest.json'];
const SIGNATURES = ['.asc', '.minisig'];

/**
 * Checks every file of SHA256SUMS, that there is no other, and the signatures.
 * @param trusted our public key as the caller got it before; without one, the key that lies in the folder
 * proves only that the folder is of one piece
 */
export async function checkHandoff(disk: Disk, path: string, trusted?: Uint8Array): Promise<HandoffCheck> {
  const wrong: string[] = [];
  const sums = await disk.read(join(path, 'SHA256SUMS'));
  if (sums === undefined) return { wrong: ['SHA256SUMS is missing'], files: 0, signed: undefined };
  if ((await disk.read(join(path, '.done'))) === undefined)
    wrong.push('.done is missing: the folder is not finished');
  const listed = parseSums(new TextDecoder().decode(sums));
  if (listed === undefined) return { wrong: ['SHA256SUMS is damaged'], files: 0, signed: undefined };
  let files = 0;
  for (const [file, sha256] of listed) {
    if ((await disk.size(join(path, file))) === undefined) wrong.push(`${file} is missing`);
    else if ((await digest(disk.stream(join(path, file)))).sha256 !== sha256)
      wrong.push(`${file} is not what SHA256SUMS says`);
    else files += 1;
  }
  for (const file of await filesBelow(disk, path, listed))
    if (!listed.has(file) && !isOurs(file)) wrong.push(`${file} is not in SHA256SUMS`);
  const signed = await checkSigned(disk, path, trusted, wrong);
  return { wrong, files, signed };
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

/** Files that no list of checksums can hold: the list itself, what signs it, and what closes the folder. */
function isOurs(file: string): boolean {
  return (
    file === '.done' ||
    file === 'SHA256SUMS' ||
    SIGNED.some((name) => SIGNATURES.some((extension) => file === name + extension))
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

async function checkSigned(
  disk: Disk,
  path: string,
  trusted: Uint8Array | undefined,
  wrong: string[],
): Promise<HandoffCheck['signed']> {
  let found: HandoffCheck['signed'];
  for (const name of SIGNED) {
    for (const extension of SIGNATURES) {
      const signature = await disk.read(join(path, name + extension));
      if (signature === undefined) continue;
      const beside = extension === '.asc' ? SIGNING_KEYS.openpgp : SIGNING_KEYS.minisign;
      const key = trusted ?? (await disk.read(join(path, beside)));
      const content = await disk.read(join(path, name));
      if (key === undefined || content === undefined) {
        wrong.push(`${name}${extension} cannot be checked: ${key === undefined ? beside : name} is missing`);
        continue;
      }
      const { good, fingerprint } = await checkSignature(content, name + extension, signature, key);
      if (good) found = { fingerprint, trusted: trusted !== undefined };
      else wrong.push(`${name}${extension} was not made with the key ${fingerprint}, or ${name} was changed`);
    }
  }
  if (trusted !== undefined && found === undefined && wrong.length === 0)
    wrong.push('the handoff is not signed, and was to be');
  return found;
}
