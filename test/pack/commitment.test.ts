// Commitments: one for each card's secrets, that changes with each of them and gives none away.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secret } from '../../src/base/secret.ts';
import type { Card } from '../../src/issue/card.ts';
import { commitmentOf, saltOf } from '../../src/pack/commitment.ts';

const PROOF = Buffer.alloc(32, 7);
const SALT = saltOf('S-1', PROOF);

const card = (cardId: string, token: string, pin?: string): Card => ({
  serial: 1,
  cardId,
  token: secret(token),
  ...(pin !== undefined && { pin: secret(pin) }),
});

test('a stranger with the salt can compute it: SHA-256 over salt and length-framed texts', () => {
  const framed = ['S-1', '71000001', '4711'].map((text) =>
    Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]),
  );
  const expected = createHash('sha256')
    .update(Buffer.concat([SALT, ...framed]))
    .digest('hex');
  expect(commitmentOf(card('S-1', '71000001', '4711'), SALT)).toBe(expected);
});

test('it differs by each input', () => {
  const inputs: [Card, Uint8Array][] = [
    [card('S-1', '71000001', '4711'), SALT],
    [card('S-2', '71000001', '4711'), SALT],
    [card('S-1', '71000002', '4711'), SALT],
    [card('S-1', '71000001', '4712'), SALT],
    [card('S-1', '71000001'), SALT],
    [card('S-1', '71000001', '4711'), saltOf('S-2', PROOF)],
  ];
  const all = inputs.map(([one, salt]) => commitmentOf(one, salt));
  expect(new Set(all).size).toBe(all.length);
  for (const commitment of all) expect(commitment).toMatch(/^[0-9a-f]{64}$/);
});

test('where one text ends and the next begins counts', () => {
  expect(commitmentOf(card('S', 'ab', 'c'), SALT)).not.toBe(commitmentOf(card('S', 'a', 'bc'), SALT));
  fc.assert(
    fc.property(
      fc.tuple(fc.string(), fc.string(), fc.string()),
      fc.tuple(fc.string(), fc.string(), fc.string()),
      (a, b) => {
        const same = a.every((text, index) => text === b[index]);
        expect(commitmentOf(card(...a), SALT) === commitmentOf(card(...b), SALT)).toBe(same);
      },
    ),
  );
});

test('lengths are in bytes, not characters', () => {
  const framed = (text: string) =>
    Buffer.concat([Buffer.from([0, 0, 0, Buffer.byteLength(text)]), Buffer.from(text)]);
  const expected = createHash('sha256')
    .update(SALT)
    .update(framed('å'))
    .update(framed('€'))
    .update(framed(''))
    .digest('hex');
  expect(commitmentOf(card('å', '€'), SALT)).toBe(expected);
});

test('a salt is 32 bytes that belong to one card of one run', () => {
  const salts = [saltOf('S-1', PROOF), saltOf('S-2', PROOF), saltOf('S-1', Buffer.alloc(32, 8))];
  for (const salt of salts) expect(salt).toHaveLength(32);
  expect(new Set(salts.map((salt) => Buffer.from(salt).toString('hex'))).size).toBe(3);
  expect(saltOf('S-1', PROOF)).toEqual(SALT);
});
