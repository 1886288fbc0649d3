// Fingerprints of tokens: they find a token that is on two cards of a run, and give no token away.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { RunFolder, names } from '../../src/base/run-folder.ts';
import { secret } from '../../src/base/secret.ts';
import { generateKeyPair } from '../../src/base/vault.ts';
import { KnownPrints, printsOf, splitPrints } from '../../src/issue/prints.ts';
import type { CardsRecord } from '../../src/issue/records.ts';
import { temporaryFolder } from '../base/temporary-folder.ts';

const [KEY, OTHER] = await Promise.all([generateKeyPair(), generateKeyPair()]);
const prints = (tokens: readonly string[], key = KEY) => printsOf(tokens.map(secret), key);

test('there is a print for each token, in their order, the same each time', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 20 }), (tokens) => {
      const split = splitPrints(prints(tokens));
      expect(split).toHaveLength(tokens.length);
      expect(split).toEqual(tokens.flatMap((token) => splitPrints(prints([token]))));
      expect(new Set(split).size).toBe(new Set(tokens).size);
    }),
  );
});

test('prints under another key have nothing in common, and none holds its token', () => {
  const tokens = ['71000001', '71000002'];
  expect(splitPrints(prints(tokens, OTHER))).not.toEqual(splitPrints(prints(tokens)));
  const bytes = Buffer.from(prints(tokens), 'base64');
  expect(bytes).toHaveLength(16);
  expect(bytes.includes('7100')).toBe(false);
});

async function newRun() {
  const folder = new RunFolder(nodeDisk, join(await temporaryFolder(), 'run'));
  await folder.make();
  const note = async (batch: number, attempt: number, record: CardsRecord) =>
    folder.write(names.cards(batch, attempt), JSON.stringify(record));
  return { folder, note };
}

const made = (...tokens: string[]): CardsRecord => ({
  outcome: 'made',
  good: [],
  bad: [],
  terms: { onePurchase: 0, ends: null, begins: null },
  prints: prints(tokens),
});
const [A = '', B = '', C = ''] = splitPrints(prints(['a', 'b', 'c']));

test('a token is elsewhere where another answer of the run brought it, not where its own did', async () => {
  const { folder, note } = await newRun();
  await note(1, 1, made('a'));
  await note(2, 1, made('b'));
  const known = new KnownPrints(folder);
  const elsewhere = await known.outside(names.cards(2, 1));
  expect([A, B, C].map(elsewhere)).toEqual([true, false, false]);
});

test('answers that come later are known, too', async () => {
  const { folder, note } = await newRun();
  const known = new KnownPrints(folder);
  expect((await known.outside(names.cards(1, 1)))(A)).toBe(false);
  await note(1, 1, made('a'));
  expect((await known.outside(names.cards(2, 1)))(A)).toBe(true);
  await note(1, 2, { outcome: 'doubt', why: 'connection reset' });
  await note(2, 1, made('c'));
  expect([A, B, C].map(await known.outside(names.cards(3, 1)))).toEqual([true, false, true]);
});

test('other files beside the records, asked and sealed, are left alone', async () => {
  const { folder } = await newRun();
  await writeFile(join(folder.path, 'batches/0001.1.asked.json'), '{"batch":1}');
  await writeFile(join(folder.path, 'batches/0001.1.age'), 'age-encryption.org/v1');
  expect((await new KnownPrints(folder).outside(names.cards(1, 1)))(A)).toBe(false);
});
