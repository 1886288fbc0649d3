// docs/operating.md, typed from top to bottom by a shop against the sandbox: the books right at each step, and the
// steps in any other order refused. Also what a changed record comes to, and what is left after a purge.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateKeyPair, keyPair, unseal } from '../../../src/base/vault.ts';
import { secret } from '../../../src/base/secret.ts';
import { blocksOf, readPage } from '../../docs/page.ts';
import { minisignKey } from '../../support/minisign-key.ts';
import { cardpress } from '../../program/cli.ts';
import { type Shop, openShop, rowsFor } from '../shop.ts';

const PAGE = readPage('docs/operating.md');
const COMMANDS = [...PAGE.matchAll(/^ {4}((?:[A-Z_]+=\S+ )?)npx cardpress ([^#\n]*?)\s*(?:#.*)?$/gm)].map(
  ([, env = '', words = '']) => ({ env: env.trim(), words }),
);

let shop: Shop;
let run = '';
let oldKey = '';
const said = new Map<string, string>();
const keys = { printer: '', other: '' };

beforeAll(async () => {
  keys.printer = (await generateKeyPair()).recipient;
  keys.other = (await generateKeyPair()).recipient;
  const [job = ''] = blocksOf(PAGE, 'yaml');
  shop = await openShop(job.replace('age1printer', keys.printer).concat('batch: { perSecond: 100 }\n'), {
    rules: [{ operation: 'batch', nth: 1, fault: 'status', status: 403 }],
  });
  const kari = minisignKey();
  const at = (path: string) => join(shop.shop.dir, path);
  writeFileSync(at('keys/kari.key'), kari.secret, { mode: 0o600 });
  writeFileSync(at('keys/kari.pub'), kari.public);
  writeFileSync(at('keys/eve.key'), minisignKey().secret, { mode: 0o600 });
  mkdirSync(at('elsewhere'));
  oldKey = readFileSync(at('keys/key.txt'), 'utf8');
  chmodSync(at('keys/key.txt'), 0o600);
});
afterAll(async () => {
  await shop.close();
});

const words = (text: string) =>
  [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (quoted ?? plain ?? '').replace('age1other', keys.other).replaceAll('spring-2026-11-23', run),
  );

/** Types the next command of the page, which must be this one. */
let next = 0;
async function type(begins: string, code = 0): Promise<string> {
  const command = COMMANDS[next++];
  if (command?.words.startsWith(begins) !== true)
    throw new Error(`the page says ${command?.words ?? 'no more'}, not ${begins}`);
  const [name, value = ''] = command.env.split('=');
  const env = { ...shop.env, ...(command.env !== '' && { [name ?? '']: value }) };
  const ended = await cardpress(words(command.words), { cwd: shop.shop.dir, env });
  if (ended.code !== code) throw new Error(`${command.words}: exit ${ended.code}\n${ended.out}${ended.err}`);
  said.set(begins, ended.out + ended.err);
  return ended.out + ended.err;
}
const no = (code: number, text: string) => shop.no(code, ...words(text));

test('a quarter, command by command', async () => {
  const { returned, accounts, card, serials } = shop;
  await type('check');
  expect(await no(2, 'run job.yaml')).toMatch(
    /is not approved as it is now: a P account is run by a person's yes/,
  );
  const shown = await type('approve job.yaml');
  expect(shown).toMatch(
    /1000 and 20 overs[\s\S]*statement +spring-approval\/statement\.txt[\s\S]*approvers +EFCD AB89 6745 2301[\s\S]*not approved/,
  );
  expect(existsSync(join(shop.shop.dir, 'spring-approval/front.png'))).toBe(true);
  expect(await no(2, 'approve job.yaml --yes')).toMatch(/names approvers: a yes is signed by one of them/);
  expect(await no(2, 'approve job.yaml --key keys/eve.key')).toMatch(/of none of the job’s approvers/);
  expect(await no(2, 'run job.yaml')).toMatch(/is not approved/);
  await type('approve job.yaml --key');
  const job = readFileSync(join(shop.shop.dir, 'job.yaml'), 'utf8');
  await shop.shop.write('job.yaml', job.replace('count: 1000', 'count: 1001'));
  expect(await no(2, 'run job.yaml')).toMatch(/is not approved as it is now/);
  await shop.shop.write('job.yaml', job);

  await type('run', 3);
  run = shop.runs()[0] ?? '';
  expect(await no(2, `reconcile ${run} job.yaml`)).toMatch(
    /is not complete: nothing of it can have come back/,
  );
  expect(await no(2, `replace ${run} --cards 1 --reason x`)).toMatch(
    /is not complete: its cards are still being made/,
  );
  expect(await no(2, `purge ${run}`)).toMatch(/is not closed: .* is not complete/);
  expect(await no(2, `acknowledge ${run}`)).toMatch(/is not delivered to \S+outbox yet/);
  expect(await type('status')).toMatch(/0\/1020 cards/);
  await type('run');

  expect(await type('acknowledge')).toMatch(/is acknowledged/);
  expect(await no(2, `activate ${run} --cards 1-2 --amount 5.00 --currency NOK --sample`)).toMatch(
    /--confirm 2x10\.00/,
  );
  expect(await no(2, `activate ${run} --cards 1-2 --amount 5.00 --currency NOK --confirm 2x10.00`)).toMatch(
    /not counted good yet: reconcile/,
  );
  await type('activate');
  expect(card('SPRING26-000001')).toMatchObject({ status: 'unused', amount: 500, currency: 'NOK' });

  expect(await no(2, `replace ${run} --cards 1 --reason x`)).toMatch(/serial 1: active: it carries money/);
  expect(await no(2, `reprint ${run} --cards 51`)).toMatch(/not reported yet/);
  expect(await type('replace')).toMatch(/50 of 50 cards are void; \S+-s1 is complete/);
  expect(await type('replace')).toMatch(/-s2 is complete/);
  expect(card('SPRING26-000051')?.deleted_at).toBeDefined();
  expect(accounts(run)).toMatchObject({
    asked: 1020,
    made: 920,
    voided: 100,
    balanced: true,
    after: { made: 1020, notYetReported: 1020 },
  });

  const spoiled = Array.from({ length: 300 }, (_, index) => 201 + index);
  const gone = Array.from({ length: 100 }, (_, index) => 51 + index);
  returned(run, 'return.csv', { ...rowsFor(spoiled, 'spoiled/misprint/yes'), ...rowsFor(gone, '') });
  expect(await type('reconcile')).toMatch(
    /1020 = 620 good \+ 300 spoiled \+ 0 missing \+ 0 unused overs \+ 100 not yet reported/,
  );
  expect(said.get('reconcile')).toMatch(/620 of 1000 good, 280 short[\s\S]*reprint \S+ --cards 201-480/);
  expect(await no(2, `reprint ${run} --cards 201-500 --seal ${keys.other} --to elsewhere`)).toMatch(
    /is not approved as it is now/,
  );
  await type('approve job.yaml --seal');
  expect(await type('reprint')).toMatch(/-s3 is complete: reprint of 300 cards/);
  expect(existsSync(join(shop.shop.dir, `elsewhere/${run}-s3/.done`))).toBe(true);
  expect(await no(2, `purge ${run}`)).toMatch(/is not closed: 400 cards are not reported yet/);
  expect(await no(2, `archive ${run}`)).toMatch(/is not closed: 400 cards are not reported yet/);
  for (const number of [1, 2, 3]) {
    returned(`${run}-s${number}`, `return-s${number}.csv`);
    await type('reconcile');
  }
  expect(await type('status')).toMatch(
    /1020 = 1000 good \+ 0 spoiled \+ 0 missing \+ 20 unused overs \+ 0 not yet reported[\s\S]*state +closed/,
  );

  await type('keygen');
  await type('rekey');
  shop.env.CARDPRESS_KEY = 'keys/ola.txt';
  expect(serials(`${run}-s1`)[0]).toBe(1021);

  expect(await no(2, `activate ${run} --cards 3-150 --amount 500.00 --currency NOK`)).toMatch(/void already/);
  expect(
    await no(2, `activate ${run} --cards 3-50,151-200 --amount 1000.00 --currency NOK --confirm 98x98000.00`),
  ).toMatch(/would pass the job's ceiling of 50000\.00/);
  expect(
    await no(2, `activate ${run} --cards 3-50 --amount 500.00 --currency NOK --confirm 48x2400.00`),
  ).toMatch(/but this is 48x24000\.00/);
  await type('activate');
  expect(card('SPRING26-000050')).toMatchObject({ status: 'unused', amount: 50_000 });

  const page = await type('audit');
  expect(page).toMatch(/Chain, files, accounts and approvals agree/);
  expect(page).toMatch(/1120 cards looked up: all as the books say/);
  await findsEveryChange();
  await afterPurge();
  expect(next).toBe(COMMANDS.length);
}, 600_000);

/** Each record that a thief would change, changed and put back. */
async function findsEveryChange(): Promise<void> {
  const path = (name: string) => join(shop.shop.output, run, name);
  const receipt = readdirSync(path('receipts')).find((name) => name.endsWith('.1.done.json')) ?? '';
  const changes: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    [
      'events.jsonl',
      (text) => text.replace('"reason":"', '"reason":"').replace('"cards":50', '"cards":49'),
      /does not follow from the line before/,
    ],
    [
      'events.jsonl',
      (text) => text.split('\n').toSpliced(5, 1).join('\n'),
      /does not follow from the line before/,
    ],
    [
      'events.jsonl',
      (text) =>
        text.replace(/("event":"[^"]*"[^\n]*)\n$/, (line) =>
          line.replace('"at"', '"AT"').replace('}', ',"x":1}'),
        ),
      /is not the line that the chain ended with/,
    ],
    [
      'events.jsonl',
      (text) => `${text.trimEnd().split('\n').slice(0, -3).join('\n')}\n`,
      /lines were cut off/,
    ],
    [
      `receipts/${receipt}`,
      (text) => text.replace(/"at": "\d{4}/, '"at": "2001'),
      /is not the file that events\.jsonl names/,
    ],
    [
      'approval.json',
      (text) => text.replace('cards 1000', 'cards 9000'),
      /approval\.json is not the file[\s\S]*the signature of EFCDAB8967452301 is not good/,
    ],
    [
      'books/closed.json',
      (text) => text.replace('"short":', '"Short":').replace('"by": "', '"by": "x'),
      /closed\.json is not the file/,
    ],
    [
      'accounts.json',
      (text) => text.replace('"asked": 1020', '"asked": 1019'),
      /asked is not what the records come to/,
    ],
    [
      'plan.json',
      (text) => text.replace('"ordered": 1000', '"ordered": 1000 '),
      /plan\.json is not the file/,
    ],
  ];
  for (const [name, change, found] of changes) {
    const text = readFileSync(path(name), 'utf8');
    expect(change(text), name).not.toBe(text);
    writeFileSync(path(name), change(text));
    expect(await no(7, `audit ${run}`)).toMatch(found);
    writeFileSync(path(name), text);
  }
  // An approval of a key that the job does not name, signed well.
  const forged = JSON.parse(readFileSync(path('approval.json'), 'utf8')) as { signatures: unknown[] };
  const whole = readFileSync(path('approval.json'), 'utf8');
  writeFileSync(path('approval.json'), JSON.stringify({ ...forged, signatures: [] }));
  expect(await no(7, `audit ${run}`)).toMatch(/nobody signed it, and the job names approvers/);
  writeFileSync(path('approval.json'), whole);
  expect(await shop.ok('audit', run)).toMatch(/agree/);
}

async function afterPurge(): Promise<void> {
  const secrets = Object.values(shop.sandbox.books().accounts)
    .flatMap(({ cards }) => cards)
    .flatMap(({ tokens }) => tokens.map(({ value }) => value));
  expect(await no(2, `archive ${run}`)).toMatch(/is not purged: there are secrets in it/);
  expect(await type('purge')).toMatch(/-s3 is purged/);
  expect(await shop.ok('purge', run)).toMatch(/was purged before/);
  expect(await no(2, `reissue ${run} --cards 600 --destroyed`)).toMatch(/was purged: its codes are gone/);
  expect(await shop.ok('audit', run)).toMatch(/agree/);
  const files = readdirSync(shop.shop.output, { recursive: true, encoding: 'utf8' })
    .map((name) => join(shop.shop.output, name))
    .filter((path) => statSync(path).isFile());
  const identities = [oldKey, readFileSync(join(shop.shop.dir, 'keys/ola.txt'), 'utf8')].map(
    (text) => /AGE-SECRET-KEY-\w+/.exec(text)?.[0] ?? '',
  );
  const known = new Set(secrets);
  expect(known.size).toBeGreaterThan(1100);
  const opened: string[] = [];
  for (const path of files) {
    const bytes = readFileSync(path);
    // A PIN of six digits is found in any large file by chance; it lies wherever its token does.
    expect(
      digitsIn(bytes).filter((digits) => known.has(digits)),
      path,
    ).toEqual([]);
    if (!bytes.subarray(0, 21).toString().startsWith('age-encryption.org')) continue;
    for (const identity of identities) {
      const key = await keyPair(secret(identity));
      const text = await unseal(bytes, key, path).catch(() => undefined);
      if (text !== undefined) opened.push(path.slice(path.lastIndexOf('/') + 1));
    }
  }
  // The commitments' key alone, in each of the four folders: it opens no code.
  expect(opened).toEqual(['proof.age', 'proof.age', 'proof.age', 'proof.age']);
  const certificate = JSON.parse(shop.shop.read(`${run}/purged.json`)) as {
    files: { file: string; sha256: string }[];
  };
  expect(certificate.files[0]?.file).toBe('key.age');
  expect(certificate.files.map(({ file }) => file)).toContain('batches/0001.1.age');
  expect(await type('archive')).toMatch(/is archived with 3 supplements: \d+ files, read back/);
  expect(await no(2, 'purge nowhere')).toMatch(/there is no run nowhere/);
}

/** Every sixteen digits that stand in a row. */
function digitsIn(bytes: Buffer): readonly string[] {
  const runs = bytes.toString('latin1').match(/\d{16,}/g) ?? [];
  return runs.flatMap((digits) =>
    Array.from({ length: digits.length - 15 }, (_, at) => digits.slice(at, at + 16)),
  );
}
