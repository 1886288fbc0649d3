// A page of docs/ as data: its tables, its code blocks, its links.
import { readFileSync } from 'node:fs';

export const ROOT = new URL('../../', import.meta.url);

export function readPage(name: string): string {
  return readFileSync(new URL(name, ROOT), 'utf8');
}

/** The rows of every table below one heading, or of the whole page; heads and rulers left out. */
export function rowsOf(page: string, heading?: string): readonly (readonly string[])[] {
  const part = heading === undefined ? page : (page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '');
  const lines = part.split('\n');
  return lines
    .filter((line, index) => line.startsWith('| ') && !isRuler(line) && !isRuler(lines[index + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

const isRuler = (line = '') => /^\|[ :|-]+\|$/.test(line);

/** What stands in backticks, in order. */
export function codeIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The contents of the fenced blocks of a language. */
export function blocksOf(page: string, language: string): readonly string[] {
  return page
    .split(/^```/m)
    .filter((_, index) => index % 2 === 1)
    .filter((block) => block.startsWith(`${language}\n`))
    .map((block) => block.slice(language.length + 1));
}
