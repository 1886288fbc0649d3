// The package from outside: by its name, from its built files, as docs/api.md says. `npm test` builds it first.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
const [, EXAMPLE = ''] = /```js\n([^]*?)```/.exec(PAGE) ?? [];

const cwd = mkdtempSync(join(tmpdir(), 'cardpress-api-'));
mkdirSync(join(cwd, 'node_modules'));
symlinkSync(ROOT, join(cwd, 'node_modules/cardpress'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Runs a program that stands beside an installed cardpress. */
async function run(program: string): Promise<string> {
  writeFileSync(join(cwd, 'program.mjs'), program);
  return (await promisify(execFile)(process.execPath, ['program.mjs'], { cwd })).stdout;
}

test('the example of the page does what the page says', async () => {
  const [, printed = ''] = /It prints `(.*)`\./.exec(PAGE) ?? [];
  expect(await run(EXAMPLE)).toBe(`${printed}\n`);
  expect(readFileSync(join(cwd, 'cards.pdf')).subarray(0, 8).toString()).toBe('%PDF-1.6');
});

test('the package gives what the page names and nothing else, and no way to a secret', async () => {
  const names = await run(
    `import * as api from 'cardpress'; console.log(Object.keys(api).sort().join(' '), \`\${api.secret('7' )}\`);`,
  );
  expect(names).toBe('Failure Secret openLayout secret [secret]\n');
});

test('a swapped card is found, and a code that does not fit is refused without being shown', async () => {
  const swapped = EXAMPLE.replace(
    "layout.readBack(await readFile('cards.pdf'), volume)",
    "layout.readBack(await readFile('cards.pdf'), { ...volume, cards: [cards[1], cards[0], ...cards.slice(2)] })",
  );
  expect(swapped).not.toBe(EXAMPLE);
  expect(await run(swapped)).not.toMatch(/ 0 faults/);

  const long = EXAMPLE.replace('String(4000000000000000 + index)', "'40000000000000000000000000'");
  const failure = await run(long).catch((error: unknown) => error as { stderr: string });
  expect(failure).toHaveProperty('stderr');
  const { stderr } = failure as { stderr: string };
  expect(stderr).toMatch(/the token of card 1 needs \d+ modules/);
  expect(stderr).not.toContain('400000000');
});

test('a format that no code can have is refused', async () => {
  const program = `
    import { openLayout } from 'cardpress';
    const job = { template: 'classic', sheet: 'a4-8up', pin: { length: 6 }, sampleCardId: 'A-1', run: 'spring' };
    for (const token of [{ length: 0 }, { length: 49 }, { length: 8, numbers: false }])
      await openLayout({ ...job, token }).catch((error) => console.log(error.kind, error.message));`;
  expect(await run(program)).toBe(
    [
      'input token is 0 characters after a prefix of 0: it must be 1 to 48 in all',
      'input token is 49 characters after a prefix of 0: it must be 1 to 48 in all',
      'input token has no kind of character to be made of',
      '',
    ].join('\n'),
  );
});
