// Where the secrets of a run can be found afterwards: the platform's own books say what to look for, and
// every file that the run touched is searched, after it went well and after it failed.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generateKeyPair } from '../src/base/vault.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { rehearse } from './support/rehearsal.ts';

const sandbox = await startSandbox();
const rehearsal = await rehearse(sandbox.origin);
const before = process.env.TMPDIR;
const temporary = mkdtempSync(join(tmpdir(), 'leak-'));
process.env.TMPDIR = temporary;
afterAll(async () => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(temporary, { recursive: true });
  rehearsal.remove();
  await sandbox.close();
});

const job = (name: string, account: string, seal: string, target: string) => `
name: ${name}
account: ${account}
cards: { count: 10, overs: 2, id: "${name}-{serial}", token: { length: 18 }, pin: { length: 8 } }
template: classic
sheet: a4-8up
volume: { sheets: 1 }
packing: { bundle: 5, box: 10 }
handoff: { seal: ${seal}, data: { format: csv, pin: apart } }
deliver: [{ folder: ${target} }]
`;

const filesBelow = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name));

/** A secret as it is, and in the clothes that programs put on it. */
function forms(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  // Base64 of a part in the middle of a longer text begins at one of three places.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.from(
      Buffer.concat([Buffer.alloc(shift, 32), bytes])
        .toString('base64')
        .slice(shift + 2, -4),
    ),
  );
  return [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(secret, 'utf16le'), ...base64];
}

function secretsOf(name: string): Buffer[] {
  const cards = Object.values(sandbox.books().accounts)
    .flatMap((account) => account.cards)
    .filter(({ card_id }) => card_id.startsWith(`${name}-`));
  expect(cards).toHaveLength(12);
  return cards.flatMap(({ tokens, pins }) => [...tokens, ...pins].flatMap(({ value }) => forms(value)));
}

/** Names of the files that hold any of them. */
function holders(secrets: readonly Buffer[], files: readonly string[], from: string): string[] {
  const any = anyOf(secrets);
  return files
    .filter((file) => any.test(readFileSync(file, 'latin1')))
    .map((file) => relative(from, file))
    .sort();
}

/** One search for all of them, byte by byte. */
const anyOf = (secrets: readonly Buffer[]) =>
  new RegExp(
    secrets
      .map((secret) =>
        secret
          .toString('latin1')
          .replaceAll(/[^0-9A-Za-z]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`),
      )
      .join('|'),
  );

test('the search finds what is there', () => {
  const text = (value: string) => Buffer.from(`{"token":"${value}"}`);
  const secret = '123456789012345678';
  for (const hidden of [text(secret), text(secret).toString('hex'), text(secret).toString('base64')])
    expect(hidden.toString('latin1')).toMatch(anyOf(forms(secret)));
});

test('a sealed run leaves its secrets in sealed files alone, when it goes well and when it fails', async () => {
  const { recipient } = await generateKeyPair();
  const [target, missing] = [join(rehearsal.dir, 'target'), join(rehearsal.dir, 'missing')];
  mkdirSync(target);
  mkdirSync(missing);
  const printed = await rehearsal.run(job('good', 'P00000001', `[${recipient}]`, target), { run: 'good' });
  // The target is there when the job is checked, and may not be written to when it is time.
  mkdirSync(join(missing, 'bad'));
  writeFileSync(join(missing, 'bad', '.done'), 'somebody else’s');
  const failure = await rehearsal
    .run(job('bad', 'P00000001', `[${recipient}]`, missing), { run: 'bad' })
    .then(
      () => undefined,
      (error: unknown) => error as Error,
    );
  expect(failure?.message).toContain('no receipt');
  const secrets = [...secretsOf('good'), ...secretsOf('bad')];
  expect(holders(secrets, filesBelow(rehearsal.dir), rehearsal.dir)).toEqual([]);
  expect(filesBelow(temporary)).toEqual([]);
  expect(`${printed}${failure?.message ?? ''}${failure?.stack ?? ''}`).not.toMatch(anyOf(secrets));
  for (const folder of [join(rehearsal.output, 'good/handoff'), join(target, 'good')]) {
    const files = filesBelow(folder);
    expect(files.length).toBeGreaterThan(15);
    expect(files.filter((file) => readFileSync(file).includes('%PDF'))).toEqual([]);
  }
});

test('an unsealed test run shows them in its print and data files alone', async () => {
  const target = join(rehearsal.dir, 'open');
  mkdirSync(target);
  await rehearsal.run(job('open', 'T00000001', 'none', target), { run: 'open' });
  const data = ['cards.csv', 'pins.csv'];
  expect(holders(secretsOf('open'), filesBelow(rehearsal.dir), rehearsal.dir)).toEqual([
    ...data.map((name) => `open/open_TEST/data/${name}`),
    ...data.map((name) => `output/open/handoff/data/${name}`),
  ]);
});
