// What the pages tell people to type: commands, options, variables, exit codes.
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Failure, type FailureKind } from '../../src/base/failure.ts';
import { ROOT, codeIn, readPage, rowsOf } from './page.ts';

const PAGES = ['README.md', ...readdirSync(new URL('docs/', ROOT)).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);
const TEXT = PAGES.map((page) => readPage(page)).join('\n');
const CLI = readdirSync(new URL('src/cli/', ROOT))
  .map((name) => readFileSync(new URL(`src/cli/${name}`, ROOT), 'utf8'))
  .join('\n');

test('every command that a page shows is one, and so are its options', () => {
  const commands = new Set([...CLI.matchAll(/\.command\('([a-z]+)/g)].map(([, name = '']) => name));
  const options = new Set([...CLI.matchAll(/ion\('(--[a-z]+)/g)].map(([, name = '']) => name));
  const shown = [...TEXT.matchAll(/(?:npx |`|\| )cardpress ([a-z]+)([^`\n#]*)/g)];
  expect(shown.length).toBeGreaterThan(20);
  for (const [line, command = '', rest = ''] of shown) {
    expect(commands, line).toContain(command);
    for (const [option] of rest.matchAll(/--[a-z]+/g)) expect(options, line).toContain(option);
  }
});

test('every variable that the program reads is on a page, and every one on a page is read', () => {
  const variables = (text: string) =>
    new Set([...text.matchAll(/\b(?:CARDPRESS|DINTERO)(?:_[A-Z]+)+/g)].map(([name]) => name));
  // A file instead of a value is `_FILE` behind any name.
  const plain = (names: ReadonlySet<string>) =>
    [...new Set([...names].map((name) => name.replace(/_FILE$/, '')))].sort();
  expect(plain(variables(TEXT))).toEqual(plain(variables(CLI)));
});

test('the exit codes of docs/recovery.md are those of the program', () => {
  const kinds: Record<FailureKind, true> = {
    input: true,
    refused: true,
    unavailable: true,
    doubt: true,
    unreadable: true,
    mismatch: true,
    bug: true,
    interrupted: true,
    terminated: true,
  };
  const codes = Object.keys(kinds).map((kind) => new Failure(kind as FailureKind, '').exitCode);
  const rows = rowsOf(readPage('docs/recovery.md'), 'What the exit code asks of you');
  const told = rows.flatMap(([code = '']) => code.split(',').map(Number));
  expect(told).toEqual([0, ...codes]);
});

test('what docs/recovery.md says of recovery is what a job may say', () => {
  const rows = rowsOf(readPage('docs/recovery.md'), 'A lost answer');
  expect(rows.flatMap(([value = '']) => codeIn(value))).toEqual(['replace', 'reissue', 'hold']);
});
