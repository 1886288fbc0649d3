// Seals and unseals with age. A run has an identity of its own, itself sealed to the operator's key:
// destroying that one small file shreds everything the run ever sealed.
import { hkdfSync } from 'node:crypto';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Failure } from './failure.ts';
import { type Secret, reveal, secret } from './secret.ts';

/** An age identity: `recipient` seals and may be shown, `identity` unseals and may not. */
export interface KeyPair {
  readonly recipient: string;
  readonly identity: Secret;
}

export async function generateKeyPair(): Promise<KeyPair> {
  return keyPair(secret(await generateX25519Identity()));
}

/** The pair of an identity; throws an input failure where the text is no age identity. */
export async function keyPair(identity: Secret): Promise<KeyPair> {
  try {
    return { identity, recipient: await identityToRecipient(reveal(identity)) };
  } catch {
    // The cause is dropped: it may quote the identity.
    throw new Failure('input', 'this is not an age identity (AGE-SECRET-KEY-1…)');
  }
}

/** 32 bytes that only the holder of the key can make, others for every use. */
export function derivedKey(key: KeyPair, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', reveal(key.identity), '', use, 32));
}

/** The identity as bytes, to be sealed or written to a key file; the caller must do nothing else with it. */
export function identityText(key: KeyPair): Uint8Array {
  return new TextEncoder().encode(reveal(key.identity));
}

/** Whether a text is an age recipient (age1…) that can be sealed to. */
export function isRecipient(text: string): boolean {
  try {
    new Encrypter().addRecipient(text);
    return true;
  } catch {
    return false;
  }
}

export async function seal(bytes: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  return encrypter(recipients).encrypt(bytes);
}

/** Unseals whole bytes. `what` names them in the failure (a mismatch) where they do not open. */
export async function unseal(bytes: Uint8Array, key: KeyPair, what: string): Promise<Uint8Array> {
  try {
    return await decrypter(key).decrypt(bytes);
  } catch (error) {
    throw damaged(what, error);
  }
}

/** Seals a stream piece by piece, in flat memory. */
export async function* sealStream(
  pieces: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncIterable<Uint8Array> {
  yield* await encrypter(recipients).encrypt(toReadable(pieces));
}

/** Unseals a stream piece by piece; what comes after a damaged piece is never given out. */
export async function* unsealStream(
  pieces: AsyncIterable<Uint8Array>,
  key: KeyPair,
  what: string,
): AsyncIterable<Uint8Array> {
  try {
    yield* await decrypter(key).decrypt(toReadable(pieces));
  } catch (error) {
    throw damaged(what, error);
  }
}

function encrypter(recipients: readonly string[]): Encrypter {
  const age = new Encrypter();
  for (const recipient of recipients) age.addRecipient(recipient);
  return age;
}

function decrypter(key: KeyPair): Decrypter {
  const age = new Decrypter();
  age.addIdentity(reveal(key.identity));
  return age;
}

/** Said of what is whole, and sealed to a key that is not at hand. */
export const OTHER_KEY = 'it was sealed to another key';

function damaged(what: string, error: unknown): unknown {
  if (error instanceof Failure) return error;
  const reason =
    error instanceof Error && error.message.includes('no identity matched') ? OTHER_KEY : 'it is damaged';
  return new Failure('mismatch', `${what} does not open: ${reason}`);
}

function toReadable(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  return ReadableStream.from<Uint8Array>(pieces);
}
