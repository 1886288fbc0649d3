// Where tokens, PINs and ids come from: one stream of bytes, unpredictable or, with a seed, repeatable.
import { createCipheriv, createHash, randomBytes } from 'node:crypto';

const POOL_BYTES = 65_536;
const UINT32 = 2 ** 32;

export interface Chance {
  /** An integer from 0 up to, not including, `n`; every one equally likely. */
  below(n: number): number;
  hex(bytes: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The keystream of AES-256-CTR: as good as its key, and the same key gives the same stream. */
export function startChance(seed?: string | number): Chance {
  const key = seed === undefined ? randomBytes(32) : createHash('sha256').update(String(seed)).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(POOL_BYTES);
  let pool = stream.update(zeros);
  let used = 0;

  const take = (bytes: number): Buffer => {
    if (used + bytes > pool.length) {
      pool = stream.update(zeros);
      used = 0;
    }
    used += bytes;
    return pool.subarray(used - bytes, used);
  };

  const below = (n: number): number => {
    // Numbers from the incomplete last round would favour the low ones.
    const fair = UINT32 - (UINT32 % n);
    for (;;) {
      const drawn = take(4).readUInt32LE();
      if (drawn < fair) return drawn % n;
    }
  };

  const hex = (bytes: number): string => take(bytes).toString('hex');

  const uuid = (): string => {
    const digits = hex(16);
    const variant = (8 + (Number.parseInt(digits.charAt(16), 16) % 4)).toString(16);
    const parts = [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `${variant}${digits.slice(17, 20)}`,
      digits.slice(20),
    ];
    return parts.join('-');
  };

  return { below, hex, uuid };
}
