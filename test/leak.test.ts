// Where the secrets of a run can be found afterwards: the platform's own books say what to look for, and
// every file that the run touched is searched, after it went well and after it failed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generateKeyPair } from '../src/base/vault.ts';
import { filesBelow, placesBelow, sayers } from './support/forms.ts';
import { failureOf } from './support/outcome.ts';
import { openRehearsal } from './support/rehearsal.ts';

const { sandbox, shop, close } = await openRehearsal();
const before = process.env.TMPDIR;
const temporary = mkdtempSync(join(tmpdir(), 'leak-'));
process.env.TMPDIR = temporary;
afterAll(async () => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(temporary, { recursive: true });
  await close();
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

function secretsOf(name: string): string[] {
  const cards = Object.values(sandbox.books().accounts)
    .flatMap((account) => account.cards)
    .filter(({ card_id }) => card_id.startsWith(`${name}-`));
  expect(cards).toHaveLength(12);
  return cards.flatMap(({ tokens, pins }) => [...tokens, ...pins].map(({ value }) => value));
}

/** What says any of them, by its path from the shop's folder. */
const holders = (secrets: readonly string[]) =>
  sayers(secrets, placesBelow(shop.dir))
    .map((where) => where.replace(`${shop.dir}/`, ''))
    .sort();

test('the search finds what is there', () => {
  const text = (value: string) => Buffer.from(`{"token":"${value}"}`);
  const secret = '123456789012345678';
  for (const hidden of [text(secret), text(secret).toString('hex'), text(secret).toString('base64')])
    expect(sayers([secret], [['here', Buffer.from(hidden)]])).toEqual(['here']);
});

test('a sealed run leaves its secrets in sealed files alone, when it goes well and when it fails', async () => {
  const { recipient } = await generateKeyPair();
  const [target, missing] = [join(shop.dir, 'target'), join(shop.dir, 'missing')];
  mkdirSync(target);
  mkdirSync(missing);
  const printed = await shop.run(job('good', 'P00000001', `[${recipient}]`, target), { run: 'good' });
  // The target is there when the job is checked, and may not be written to when it is time.
  mkdirSync(join(missing, 'bad'));
  writeFileSync(join(missing, 'bad', '.done'), 'somebody else’s');
  const failure = await failureOf(
    shop.run(job('bad', 'P00000001', `[${recipient}]`, missing), { run: 'bad' }),
  );
  expect(failure.message).toContain('no receipt');
  const secrets = [...secretsOf('good'), ...secretsOf('bad')];
  expect(holders(secrets)).toEqual([]);
  expect(filesBelow(temporary)).toEqual([]);
  const said = Buffer.from(`${printed}${failure.message}${failure.stack ?? ''}`);
  expect(sayers(secrets, [['said', said]])).toEqual([]);
  for (const folder of [join(shop.output, 'good/handoff'), join(target, 'good')]) {
    const files = filesBelow(folder);
    expect(files.length).toBeGreaterThan(15);
    expect(files.filter((file) => readFileSync(file).includes('%PDF'))).toEqual([]);
  }
});

test('an unsealed test run shows them in its print and data files alone', async () => {
  const target = join(shop.dir, 'open');
  mkdirSync(target);
  await shop.run(job('open', 'T00000001', 'none', target), { run: 'open' });
  const files = ['data/cards.csv', 'data/pins.csv'];
  const volumes = filesBelow(join(target, 'open_TEST/print')).map((path) => `print/${basename(path)}`);
  expect(volumes).toHaveLength(3);
  const folders = ['open/open_TEST', 'output/open/handoff'];
  expect(holders(secretsOf('open'))).toEqual(
    folders
      .flatMap((folder) => [
        ...files.map((name) => `${folder}/${name}`),
        ...volumes.map((name) => `pages of ${folder}/${name}`),
      ])
      .sort(),
  );
});
