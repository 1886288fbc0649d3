// Unlocked minisign keys as its own program writes them.
import { generateKeyPairSync } from 'node:crypto';

export interface MinisignKey {
  readonly secret: string;
  readonly public: string;
}

/** @param id the eight bytes that the key is named by, as hex; whoever makes a key may choose them */
export function minisignKey(id = '0123456789abcdef'): MinisignKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const name = Buffer.from(id, 'hex');
  const head = Buffer.concat([Buffer.from('Ed'), Buffer.from([0, 0]), Buffer.from('B2'), Buffer.alloc(48)]);
  const body = Buffer.concat([head, name, seed, raw, Buffer.alloc(32)]);
  return {
    secret: `untrusted comment: key\n${body.toString('base64')}\n`,
    public: `untrusted comment: key\n${Buffer.concat([Buffer.from('Ed'), name, raw]).toString('base64')}\n`,
  };
}
