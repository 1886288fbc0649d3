// OpenPGP: what a manufacturer's key must be before anything is sealed to it, sealing as a stream, and
// detached signatures. The one file that knows the library.
import {
  type Key,
  type PrivateKey,
  type PublicKey,
  config,
  createMessage,
  decryptKey,
  encrypt,
  enums,
  readKeys,
  readSignature,
  sign,
  verify,
} from 'openpgp';
import { badInput } from '../base/failure.ts';

/** A public key that may be sealed to. */
export interface OpenPgpKey {
  readonly key: PublicKey;
  /** Hex in capitals. */
  readonly fingerprint: string;
  /** Such as `rsa3072` or `ed25519`, and the first user id. */
  readonly about: string;
  readonly expires: Date | null;
}

/** A key that signs. */
export interface OpenPgpSigner {
  readonly key: PrivateKey;
  readonly fingerprint: string;
  /** The public half, armored. */
  readonly publicKey: string;
}

const MIN_RSA_BITS = 2048;

/**
 * Reads a manufacturer's key.
 * @param at the moment at which it must be good
 * @param now the moment at which it must not be revoked
 * @throws Failure of kind `input` where it is none, expired, revoked, weak, or cannot be sealed to
 */
export async function readRecipientKey(bytes: Uint8Array, at: Date, now = at): Promise<OpenPgpKey> {
  const key = await readOne(bytes);
  if (key.isPrivate()) {
    throw badInput('this is a private key: whoever has it can open what is sealed to it', {
      hint: 'ask the manufacturer for the public key alone, and tell them that this one has been seen',
    });
  }
  await refuseBad(key, at, now);
  const found = await key.getEncryptionKey(undefined, at).catch(() => undefined);
  if (found === undefined) throw badInput(await whyNoEncryption(key, at));
  const expires = await key.getExpirationTime();
  return {
    key: key.toPublic(),
    fingerprint: fingerprintOf(key),
    about: `${algorithmText(found)}, ${key.getUserIDs()[0] ?? 'no user id'}`,
    expires: expires instanceof Date ? expires : null,
  };
}

/**
 * Seals a stream to every key, in flat memory.
 * @param at as of when the keys are used, which is when they were found good
 */
export async function* sealOpenPgp(
  pieces: AsyncIterable<Uint8Array>,
  keys: readonly OpenPgpKey[],
  at: Date,
  filename: string,
): AsyncIterable<Uint8Array> {
  // The library types its streams by a package that it does not need.
  const binary: unknown = ReadableStream.from<Uint8Array>(pieces);
  const message = await createMessage({ binary: binary as Uint8Array, filename, date: at });
  const sealed: unknown = await encrypt({
    message,
    encryptionKeys: keys.map(({ key }) => key),
    format: 'binary',
    date: at,
    // A PDF is deflated already; and what compresses well says something about what is inside.
    config: { preferredCompressionAlgorithm: enums.compression.uncompressed },
  });
  yield* sealed as AsyncIterable<Uint8Array>;
}

/**
 * Reads our own signing key.
 * @throws Failure of kind `input` where it cannot sign, GnuPG 2.2 would not know it, or the passphrase is wrong
 */
export async function readSigner(
  bytes: Uint8Array,
  passphrase: string | undefined,
  at: Date,
): Promise<OpenPgpSigner> {
  const key = await readOne(bytes);
  if (!key.isPrivate()) throw badInput('this is a public key: signing needs the private one');
  await refuseBad(key, at);
  const signing = await key.getSigningKey(undefined, at).catch(() => undefined);
  if (signing === undefined) throw badInput('this key cannot sign');
  const { algorithm } = signing.getAlgorithmInfo();
  if (algorithm === 'ed25519' || algorithm === 'ed448' || signing.keyPacket.version > 4) {
    throw badInput(`this key is of a new kind (${algorithm}) that GnuPG 2.2 cannot check`, {
      hint: 'gpg --quick-generate-key NAME ed25519 sign makes one that it can',
    });
  }
  let open: PrivateKey = key;
  if (!key.isDecrypted()) {
    if (passphrase === undefined) {
      throw badInput('this key is locked with a passphrase', {
        hint: 'set CARDPRESS_SIGN_PASSPHRASE, or CARDPRESS_SIGN_PASSPHRASE_FILE to the name of a file that holds it',
      });
    }
    try {
      open = await decryptKey({ privateKey: key, passphrase });
    } catch {
      throw badInput('the passphrase does not open this key');
    }
  }
  return { key: open, fingerprint: fingerprintOf(key), publicKey: key.toPublic().armor() };
}

/** A detached signature, armored. */
export async function signOpenPgp(
  bytes: Uint8Array,
  { key }: Pick<OpenPgpSigner, 'key'>,
  at: Date,
): Promise<string> {
  const message = await createMessage({ binary: bytes });
  const signature: unknown = await sign({ message, signingKeys: key, detached: true, date: at });
  return String(signature);
}

/** Whether a detached signature over these bytes was made with this public key. */
export async function verifyOpenPgp(
  bytes: Uint8Array,
  armoredSignature: string,
  publicKey: Uint8Array,
): Promise<{ readonly good: boolean; readonly fingerprint: string }> {
  const key = await readOne(publicKey);
  const fingerprint = fingerprintOf(key);
  try {
    const signature = await readSignature({ armoredSignature });
    const message = await createMessage({ binary: bytes });
    const { signatures } = await verify({ message, signature, verificationKeys: key.toPublic() });
    for (const { verified } of signatures) await verified;
    return { good: signatures.length > 0, fingerprint };
  } catch {
    return { good: false, fingerprint };
  }
}

/** The fingerprint of a public key that is to check signatures. */
export async function readVerifyingKey(bytes: Uint8Array): Promise<string> {
  const key = await readOne(bytes);
  if (key.isPrivate()) throw badInput('this is a secret key: name its public half');
  return fingerprintOf(key);
}

function fingerprintOf(key: Key): string {
  return key.getFingerprint().toUpperCase();
}

async function readOne(bytes: Uint8Array): Promise<Key> {
  const text = textOf(bytes);
  let keys: Key[];
  try {
    keys = text.includes('-----BEGIN PGP')
      ? await readKeys({ armoredKeys: text })
      : await readKeys({ binaryKeys: bytes });
  } catch {
    throw badInput('this is not an OpenPGP key that can be read');
  }
  const [key, ...others] = keys;
  if (key === undefined) throw badInput('this is not an OpenPGP key that can be read');
  if (others.length > 0)
    throw badInput(`this file holds ${keys.length} keys: which one is meant cannot be known`, {
      hint: 'export one key a file: gpg --armor --export FINGERPRINT',
    });
  return key;
}

async function refuseBad(key: Key, at: Date, now = at): Promise<void> {
  const { algorithm, bits = MIN_RSA_BITS } = key.getAlgorithmInfo();
  if (algorithm === 'dsa') throw badInput('this is a DSA key: that is too weak today');
  if (algorithm.startsWith('rsa') && bits < MIN_RSA_BITS)
    throw badInput(`this key is RSA with ${bits} bits: fewer than ${MIN_RSA_BITS} are too weak`);
  if (await key.isRevoked(undefined, undefined, now)) throw badInput('this key is revoked');
  if (key.getCreationTime() > at)
    throw badInput(`this key is good only from ${day(key.getCreationTime())} on: is the clock right?`);
  const expires = await key.getExpirationTime();
  if (expires instanceof Date && expires <= at) {
    throw badInput(`this key expired on ${day(expires)}`, {
      hint: 'ask the manufacturer for the key as it is now; its fingerprint stays the same where it was prolonged',
    });
  }
  try {
    await key.verifyPrimaryKey(at);
  } catch (error) {
    throw badInput(`this key is not valid: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

async function whyNoEncryption(key: Key, at: Date): Promise<string> {
  for (const subkey of key.getSubkeys()) {
    const { algorithm, bits = MIN_RSA_BITS } = subkey.getAlgorithmInfo();
    if (algorithm === 'elgamal') return 'its part for encryption is ElGamal: that is too weak today';
    if (algorithm.startsWith('rsa') && bits < MIN_RSA_BITS)
      return `its part for encryption is RSA with ${bits} bits: fewer than ${MIN_RSA_BITS} are too weak`;
    const expires = await subkey.getExpirationTime();
    if (expires instanceof Date && expires <= at) return `its part for encryption expired on ${day(expires)}`;
  }
  return 'this key signs only: nothing can be sealed to it';
}

function algorithmText(key: Pick<Key, 'getAlgorithmInfo'>): string {
  const { algorithm, bits, curve } = key.getAlgorithmInfo();
  if (algorithm.startsWith('rsa')) return `rsa${bits ?? ''}`;
  return curve?.replace('Legacy', '') ?? algorithm;
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(0, 1_000_000));
const day = (date: Date) => date.toISOString().slice(0, 10);

// Signatures and messages say nothing of the program that made them.
config.showVersion = false;
config.showComment = false;
