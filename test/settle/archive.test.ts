// cardpress archive: what is filed of a closed and purged run, read by programs that are not ours.
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { RunFolder } from '../../src/base/run-folder.ts';
import { archiveCommand } from '../../src/cli/archive-command.ts';
import { purgeCommand } from '../../src/cli/purge-command.ts';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { reprintCommand } from '../../src/cli/reprint-command.ts';
import { archiveOf } from '../../src/settle/archive.ts';
import { outcomeOf } from '../support/outcome.ts';
import { call, have } from '../support/programs.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const JOB = `
name: filed
account: T00000001
cards: { count: 3, id: "FL-{serial}", token: { length: 16 } }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ folder: . }]
`;

const { sandbox, shop, close } = await openRehearsal();
beforeAll(async () => {
  await shop.run(JOB, { run: 'filed-1' });
});
afterAll(close);

const archive = (name = 'filed-1', to?: string) =>
  outcomeOf((print) =>
    archiveCommand(name, { output: shop.output, ...(to !== undefined && { to }) }, shop.call(print)),
  );

async function reconcile(run: string, rows: string): Promise<void> {
  await shop.write('return.csv', `serial,result,destroyed\n${rows}\n`);
  await reconcileCommand(run, join(shop.dir, 'return.csv'), { output: shop.output }, shop.call());
}

/** Puts a file in place of another for as long as it is tried. */
async function changed(path: string, text: string, work: () => Promise<void>): Promise<void> {
  const before = readFileSync(join(shop.output, path));
  writeFileSync(join(shop.output, path), text);
  await work();
  writeFileSync(join(shop.output, path), before);
}

test('what is open is refused with what is missing; what is closed and purged is one file, the same each time', async () => {
  expect(await archive()).toEqual({
    code: 2,
    out: 'filed-1 is not closed: 3 cards are not reported yet: cardpress reconcile\n(what is open is not filed)',
  });
  await reconcile('filed-1', '1,good,\n2,good,\n3,spoiled,yes');
  await reprintCommand('filed-1', { cards: '3', output: shop.output }, shop.call());
  expect((await archive()).out).toMatch(/filed-1 is not closed: 1 card is not reported yet/);
  await reconcile('filed-1-s1', '3,good,');
  expect(await archive()).toMatchObject({
    code: 2,
    out: expect.stringMatching(
      /filed-1 is not purged: there are secrets in it\n\(cardpress purge filed-1 /,
    ) as string,
  });
  await purgeCommand('filed-1', { output: shop.output }, shop.call());
  expect((await archive('filed-1-s1')).out).toMatch(
    /filed-1-s1 belongs to filed-1: both are archived together/,
  );

  const events = shop.read('filed-1/events.jsonl');
  await changed('filed-1/events.jsonl', events.replace('"cards":1', '"cards":2'), async () => {
    expect(await archive()).toMatchObject({
      code: 7,
      out: expect.stringMatching(/does not follow from the line before/) as string,
    });
  });
  writeFileSync(join(shop.output, 'filed-1/volumes/left.pdf.age'), 'x');
  expect(await archive()).toMatchObject({
    code: 7,
    out: expect.stringMatching(/left\.pdf\.age came after/) as string,
  });
  rmSync(join(shop.output, 'filed-1/volumes/left.pdf.age'));

  const first = await archive();
  expect(first).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^filed-1 is archived with 1 supplement: \d+ files, read back/) as string,
  });
  expect((await archive()).out).toMatch(/^filed-1 is archived already/);
  const other = join(shop.dir, 'shelf/filed.tar.gz');
  expect(await archive('filed-1', other)).toMatchObject({ code: 0 });
  const path = join(shop.output, '.archive/filed-1.tar.gz');
  expect(readFileSync(path).equals(readFileSync(other))).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);

  const text = gunzipSync(readFileSync(path)).toString('latin1');
  const secrets = Object.values(sandbox.books().accounts)
    .flatMap(({ cards }) => cards)
    .flatMap(({ tokens }) => tokens.map(({ value }) => value));
  expect(secrets).toHaveLength(3);
  for (const secret of [...secrets, 'AGE-SECRET-KEY']) expect(text).not.toContain(secret);
  for (const name of [
    'accounts.json',
    'events.jsonl',
    'purged.json',
    'handoff/manifest.csv',
    'books/closed.json',
  ])
    expect(text).toContain(`filed-1/${name}`);
  expect(text).not.toMatch(/lock\.\d/);

  // A file that lies there and is another is neither believed nor written over.
  const bytes = readFileSync(other);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 255;
  writeFileSync(other, bytes);
  expect(await archive('filed-1', other)).toMatchObject({
    code: 7,
    out: expect.stringMatching(/filed\.tar\.gz is not what was to be archived/) as string,
  });
  expect(readFileSync(other).equals(bytes)).toBe(true);
});

test.runIf(have('tar', 'sha256sum'))('tar opens it, and sha256sum finds every file as it was', () => {
  call('tar', ['-xzf', join(shop.output, '.archive/filed-1.tar.gz'), '-C', join(shop.dir, 'shelf')]);
  const said = call('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: join(shop.dir, 'shelf') });
  const lines = said.toString().trimEnd().split('\n');
  expect(lines.filter((line) => !line.endsWith(': OK'))).toEqual([]);
  const there = readdirSync(join(shop.dir, 'shelf'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(shop.dir, 'shelf', name)).isFile(),
  );
  // The sums themselves, and the archive that was tried beside.
  expect(there).toHaveLength(lines.length + 2);
});

test('a file that goes while it is packed fails the archive, by its name', async () => {
  const folder = new RunFolder(nodeDisk, join(shop.output, 'filed-1'));
  const { content } = await archiveOf([folder]);
  rmSync(join(folder.path, 'accounts.json'));
  const drain = async () => {
    for await (const piece of content()) expect(piece.length).toBeGreaterThan(0);
  };
  await expect(drain()).rejects.toThrow(/accounts\.json: there is no such file/);
});
