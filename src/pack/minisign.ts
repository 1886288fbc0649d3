// Minisign's keys and signatures: Ed25519 over BLAKE2b-512, three lines of base64. The formats are those of
// https://jedisct1.github.io/minisign/.
import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  scrypt,
  sign,
  verify,
} from 'node:crypto';
import { badInput } from '../base/failure.ts';

/** A secret key that signs. */
export interface MinisignSigner {
  readonly key: KeyObject;
  /** Eight bytes that signatures name the key by. */
  readonly id: Uint8Array;
  /** As `keyIdentity` has it. */
  readonly identity: string;
  /** The file of the public key. */
  readonly publicKey: string;
}

const SECRET_BYTES = 158;
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

export function looksLikeMinisignKey(bytes: Uint8Array): boolean {
  return /^untrusted comment:.*\r?\n[A-Za-z0-9+/=]{200,}/.test(
    new TextDecoder().decode(bytes.subarray(0, 2000)),
  );
}

/** @throws Failure of kind `input` where the file is no secret key or the passphrase does not open it */
export async function readMinisignKey(
  bytes: Uint8Array,
  passphrase: string | undefined,
): Promise<MinisignSigner> {
  const secret = secretOf(bytes);
  const locked = Buffer.from(secret.subarray(54));
  if (secret.subarray(2, 4).toString('latin1') === 'Sc') {
    if (passphrase === undefined) {
      throw badInput('this key is locked with a passphrase', {
        hint: 'set CARDPRESS_SIGN_PASSPHRASE, or CARDPRESS_SIGN_PASSPHRASE_FILE to the name of a file that holds it',
      });
    }
    const stream = await unlocking(secret, passphrase, locked.length);
    for (const [index, byte] of stream.entries()) locked[index] = (locked[index] ?? 0) ^ byte;
  }
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, locked.subarray(8, 40)]),
    format: 'der',
    type: 'pkcs8',
  });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  // The secret key holds its public half: a wrong passphrase gives two that do not belong together.
  if (!raw.equals(locked.subarray(40, 72))) throw badInput('the passphrase does not open this key');
  const id = Buffer.from(locked.subarray(0, 8));
  const body = Buffer.concat([Buffer.from('Ed'), id, raw]);
  return {
    key,
    id,
    identity: keyIdentity(body),
    publicKey: `untrusted comment: minisign public key ${keyName(id)}\n${body.toString('base64')}\n`,
  };
}

/** The file that `minisign -V` checks; `file` is what was signed. */
export function signMinisign(bytes: Uint8Array, { key, id }: MinisignSigner, file: string, at: Date): string {
  const signature = sign(null, prehash(bytes), key);
  const trusted = `timestamp:${Math.floor(at.getTime() / 1000)}\tfile:${file}\thashed`;
  const global = sign(null, Buffer.concat([signature, Buffer.from(trusted)]), key);
  return [
    `untrusted comment: signature by minisign key ${keyName(id)}`,
    Buffer.concat([Buffer.from('ED'), id, signature]).toString('base64'),
    `trusted comment: ${trusted}`,
    global.toString('base64'),
    '',
  ].join('\n');
}

/** Whether a signature file over these bytes was made with this public key. */
export function verifyMinisign(
  bytes: Uint8Array,
  signatureFile: string,
  publicKeyFile: Uint8Array,
): { readonly good: boolean; readonly fingerprint: string } {
  const body = publicKeyBody(publicKeyFile);
  if (body === undefined) throw badInput('this is not a minisign public key');
  const [, first = '', comment = '', second = ''] = signatureFile.split(/\r?\n/);
  const [signed, global] = [Buffer.from(first, 'base64'), Buffer.from(second, 'base64')];
  const key = createPublicKey({
    key: Buffer.concat([SPKI_ED25519, body.subarray(10)]),
    format: 'der',
    type: 'spki',
  });
  const signature = signed.subarray(10);
  const over = signed.subarray(0, 2).toString('latin1') === 'ED' ? prehash(bytes) : bytes;
  const trusted = Buffer.from(comment.replace(/^trusted comment: /, ''));
  const good =
    signature.length === 64 &&
    global.length === 64 &&
    signed.subarray(2, 10).equals(body.subarray(2, 10)) &&
    verify(null, over, key, signature) &&
    verify(null, Buffer.concat([signature, trusted]), key, global);
  return { good, fingerprint: keyName(body.subarray(2, 10)) };
}

/** A key's name as minisign prints it: its eight bytes, the last first. */
export function keyName(id: Uint8Array): string {
  return Buffer.from(id).reverse().toString('hex').toUpperCase();
}

/** What a public key's file holds: algorithm, eight bytes of a name, the key; undefined where it is none. */
export function publicKeyBody(publicKeyFile: Uint8Array): Buffer | undefined {
  const lines = new TextDecoder().decode(publicKeyFile).trim().split(/\r?\n/);
  const body = Buffer.from(lines.at(-1) ?? '', 'base64');
  return body.length === 42 ? body : undefined;
}

/** A name that no other key has. The eight bytes alone do not do: whoever makes a key may choose them. */
export function keyIdentity(body: Uint8Array): string {
  return `${keyName(body.subarray(2, 10))} sha256 ${createHash('sha256').update(body).digest('hex')}`;
}

const prehash = (bytes: Uint8Array) => createHash('blake2b512').update(bytes).digest();

function secretOf(bytes: Uint8Array): Buffer {
  const [, line = ''] = new TextDecoder().decode(bytes).split(/\r?\n/);
  const secret = Buffer.from(line, 'base64');
  if (secret.length !== SECRET_BYTES || secret.subarray(0, 2).toString('latin1') !== 'Ed')
    throw badInput('this is not a minisign secret key');
  return secret;
}

/** The bytes that a locked key is masked with: scrypt, its costs derived as libsodium does. */
function unlocking(secret: Buffer, passphrase: string, length: number): Promise<Buffer> {
  const salt = secret.subarray(6, 38);
  const operations = Math.max(32_768, Number(secret.readBigUInt64LE(38)));
  const memory = Number(secret.readBigUInt64LE(46));
  const r = 8;
  const few = operations < memory / 32;
  const most = few ? operations / (r * 4) : memory / (r * 128);
  let N = 2;
  while (N <= most / 2) N *= 2;
  const p = few ? 1 : Math.max(1, Math.floor(Math.min(operations / 4 / N, 0x3fffffff) / r));
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, length, { N, r, p, maxmem: 256 * N * r }, (error, stream) => {
      if (error === null) resolve(stream);
      else reject(badInput('this key cannot be unlocked here', { hint: error.message }));
    });
  });
}
