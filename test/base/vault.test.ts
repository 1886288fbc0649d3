// Sealing with age keys: what is sealed opens whole, with its own key alone, or not at all.
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { secret } from '../../src/base/secret.ts';
import {
  generateKeyPair,
  identityText,
  isRecipient,
  keyPair,
  seal,
  sealStream,
  unseal,
  unsealStream,
} from '../../src/base/vault.ts';
import { failureOf } from '../support/outcome.ts';

const mine = await generateKeyPair();
const other = await generateKeyPair();
const MINE = new TextDecoder().decode(identityText(mine));

// eslint-disable-next-line @typescript-eslint/require-await -- a stream that is ready
async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function drain(pieces: AsyncIterable<Uint8Array>, into: Uint8Array[] = []): Promise<Buffer> {
  for await (const piece of pieces) into.push(piece);
  return Buffer.concat(into);
}

/** Bytes with a pattern in them that repeats nowhere near a block's length. */
const bytesOf = (length: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 7919) % 251));

test('any bytes come out as they went in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const sealed = await seal(bytes, [mine.recipient]);
      expect(Buffer.from(await unseal(sealed, mine, 'it'))).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 30 },
  );
});

test('each recipient opens it, nobody else does', async () => {
  const sealed = await seal(Buffer.from('cards'), [mine.recipient, other.recipient]);
  for (const key of [mine, other])
    expect(Buffer.from(await unseal(sealed, key, 'it')).toString()).toBe('cards');
  const third = await failureOf(unseal(sealed, await generateKeyPair(), 'batches/0001.1.age'));
  expect(third).toMatchObject({
    kind: 'mismatch',
    message: 'batches/0001.1.age does not open: it was sealed to another key',
  });
});

test('one flipped bit in any byte is a mismatch', async () => {
  const sealed = await seal(Buffer.from('5901234123457'), [mine.recipient]);
  for (let at = 0; at < sealed.length; at += 1) {
    const spoiled = Uint8Array.from(sealed);
    spoiled[at]! ^= 1 << (at % 8);
    const failure = await failureOf(unseal(spoiled, mine, 'it'));
    expect(failure, `byte ${at} of ${sealed.length}`).toBeInstanceOf(Failure);
    expect(failure.kind).toBe('mismatch');
  }
});

test('cut off anywhere, or with bytes behind its end, it is a mismatch', async () => {
  const sealed = await seal(Buffer.from('5901234123457'), [mine.recipient]);
  for (let length = 0; length < sealed.length; length += 3)
    expect(await failureOf(unseal(sealed.subarray(0, length), mine, 'it'))).toMatchObject({
      kind: 'mismatch',
    });
  const longer = Buffer.concat([sealed, Buffer.from('x')]);
  expect(await failureOf(unseal(longer, mine, 'it'))).toMatchObject({ kind: 'mismatch' });
});

test('five megabytes in pieces of any size come out whole, in pieces', async () => {
  const bytes = bytesOf(5_000_000);
  const sealed = await drain(sealStream(inPieces(bytes, 61_007), [mine.recipient]));
  const pieces: Uint8Array[] = [];
  const opened = await drain(unsealStream(inPieces(sealed, 90_001), mine, 'it'), pieces);
  expect(opened.equals(bytes)).toBe(true);
  expect(pieces.length).toBeGreaterThan(50);
  // Both ways of sealing are one format.
  expect(Buffer.from(await unseal(sealed, mine, 'it')).equals(bytes)).toBe(true);
});

test('a damaged stream ends in a mismatch and gives out nothing but what was before the damage', async () => {
  const bytes = bytesOf(400_000);
  const sealed = await drain(sealStream(inPieces(bytes, 50_000), [mine.recipient]));
  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length - 1), fc.constantFrom('flipped', 'cut'), async (at, how) => {
      const spoiled = how === 'cut' ? sealed.subarray(0, at) : Buffer.from(sealed);
      if (how === 'flipped') spoiled[at]! ^= 1;
      const pieces: Uint8Array[] = [];
      const failure = await failureOf(drain(unsealStream(inPieces(spoiled, 30_000), mine, 'it'), pieces));
      expect(failure).toMatchObject({ kind: 'mismatch' });
      const given = Buffer.concat(pieces);
      expect(given.length).toBeLessThan(bytes.length);
      expect(bytes.subarray(0, given.length).equals(given)).toBe(true);
    }),
    {
      numRuns: 25,
      examples: [
        [sealed.length - 1, 'flipped'],
        [sealed.length - 1, 'cut'],
        [0, 'cut'],
      ],
    },
  );
});

test('a stream cut off exactly between two of its blocks is a mismatch, too', async () => {
  const bytes = bytesOf(3 * 65_536);
  const sealed = await drain(sealStream(inPieces(bytes, 65_536), [mine.recipient]));
  const block = 65_536 + 16;
  for (const blocks of [1, 2]) {
    const cut = sealed.subarray(0, sealed.length - blocks * block);
    expect(await failureOf(drain(unsealStream(inPieces(cut, 10_000), mine, 'it')))).toMatchObject({
      kind: 'mismatch',
    });
  }
});

test('a source that fails while it is sealed fails the sealing', async () => {
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream that is ready
  async function* broken() {
    yield bytesOf(100_000);
    throw new Failure('mismatch', 'the vault holds no card for position 7');
  }
  const failure = await failureOf(drain(sealStream(broken(), [mine.recipient])));
  expect(failure.message).toBe('the vault holds no card for position 7');
});

test('no failure says anything of an identity', async () => {
  const sealed = await seal(Buffer.from('cards'), [mine.recipient]);
  const broken = MINE.replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q'));
  const failures = await Promise.all([
    failureOf(keyPair(secret(broken))),
    failureOf(keyPair(secret(`${MINE}\n`))),
    failureOf(unseal(sealed.subarray(0, 40), mine, 'it')),
    failureOf(unseal(Buffer.from(MINE), mine, 'it')),
    failureOf(drain(unsealStream(inPieces(Buffer.from(MINE), 10), mine, 'it'))),
    failureOf(unseal(sealed, { ...mine, identity: secret(broken) }, 'it')),
  ]);
  for (const failure of failures) {
    const all = inspect(failure, { depth: null, showHidden: true }) + JSON.stringify(failure);
    expect(all).not.toContain(MINE.slice(20, 40));
  }
  expect(failures[0]).toMatchObject({ kind: 'input' });
});

test('a key pair shows its recipient and hides its identity', () => {
  expect(inspect(mine)).toContain(mine.recipient);
  expect(inspect(mine)).toContain('[secret]');
  expect(JSON.stringify(mine)).not.toContain('AGE-SECRET-KEY');
  expect(MINE).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]+$/);
});

test('only a whole age recipient is taken for one', () => {
  expect(isRecipient(mine.recipient)).toBe(true);
  for (const text of ['', 'age1', 'keys/printer.asc', mine.recipient.slice(0, -1), MINE])
    expect(isRecipient(text)).toBe(false);
});
