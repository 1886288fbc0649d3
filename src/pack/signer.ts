// Our signature on a handoff: one over the list of checksums, which covers every file, and one over the
// manifest, which travels alone.
import { basename, dirname, join } from 'node:path';
import { type Place, badInput } from '../base/failure.ts';
import { type Secret, reveal } from '../base/secret.ts';
import { type Reader, readNamed } from '../plan/inputs.ts';
import type { Job } from '../plan/job.ts';
import type { Checked } from '../plan/yaml.ts';
import { keyName, looksLikeMinisignKey, readMinisignKey, signMinisign, verifyMinisign } from './minisign.ts';
import { openPgp, withPlace } from './recipients.ts';

export interface Signer {
  readonly kind: 'openpgp' | 'minisign';
  /** Added to the name of what is signed. */
  readonly extension: '.asc' | '.minisig';
  /** As the manufacturer compares it. */
  readonly fingerprint: string;
  /** A name that no other key has. */
  readonly identity: string;
  /** The public half as a file, to be put beside. */
  readonly publicKey: { readonly name: string; readonly text: string };
  readonly sign: (bytes: Uint8Array, file: string, at: Date) => Promise<string>;
}

/** Names of the public key's file in a handoff. */
export const SIGNING_KEYS = { openpgp: 'signing-key.asc', minisign: 'signing-key.pub' } as const;

/** Reads `handoff.sign`; undefined where the job does not sign. */
export async function readSigningKey(
  reader: Reader,
  job: Checked<Job>,
  passphrase: Secret | undefined,
  now: Date,
): Promise<Signer | undefined> {
  const name = job.value.handoff?.sign;
  if (name === undefined) return undefined;
  const place = job.at('handoff', 'sign');
  const path = join(dirname(job.file), name);
  const bytes = await readNamed(reader, path, name, { place });
  await refuseOpen(reader, path, name, place);
  return withPlace(place, basename(name), () => openSigner(bytes, passphrase, now));
}

/** The signer that a secret key's file holds, of either kind. */
export function openSigner(bytes: Uint8Array, passphrase: Secret | undefined, now: Date): Promise<Signer> {
  const open = passphrase && reveal(passphrase);
  return looksLikeMinisignKey(bytes) ? minisignSigner(bytes, open) : openPgpSigner(bytes, open, now);
}

async function minisignSigner(bytes: Uint8Array, passphrase: string | undefined): Promise<Signer> {
  const signer = await readMinisignKey(bytes, passphrase);
  return {
    kind: 'minisign',
    extension: '.minisig',
    fingerprint: keyName(signer.id),
    identity: signer.identity,
    publicKey: { name: SIGNING_KEYS.minisign, text: signer.publicKey },
    sign: (content, file, at) => Promise.resolve(signMinisign(content, signer, file, at)),
  };
}

async function openPgpSigner(bytes: Uint8Array, passphrase: string | undefined, now: Date): Promise<Signer> {
  const { readSigner, signOpenPgp } = await openPgp();
  const signer = await readSigner(bytes, passphrase, now);
  return {
    kind: 'openpgp',
    extension: '.asc',
    fingerprint: signer.fingerprint,
    identity: signer.fingerprint,
    publicKey: { name: SIGNING_KEYS.openpgp, text: signer.publicKey },
    sign: (content, _file, at) => signOpenPgp(content, signer, at),
  };
}

/** Checks a signature file of either kind, by its name. */
export async function checkSignature(
  bytes: Uint8Array,
  signatureName: string,
  signature: Uint8Array,
  publicKey: Uint8Array,
): Promise<{ readonly good: boolean; readonly fingerprint: string }> {
  const text = new TextDecoder().decode(signature);
  return signatureName.endsWith('.minisig')
    ? verifyMinisign(bytes, text, publicKey)
    : (await openPgp()).verifyOpenPgp(bytes, text, publicKey);
}

async function refuseOpen({ disk }: Reader, path: string, name: string, place: Place): Promise<void> {
  const mode = (await disk.mode(path)) ?? 0;
  if ((mode & 0o077) === 0) return;
  throw badInput(`${name} may be read by others (mode ${mode.toString(8)}): it must be for its owner alone`, {
    place,
    hint: `chmod 600 ${name}`,
  });
}
