// docs/job.md against the schema: every key, every default, every example, every snippet.
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { Failure } from '../../src/base/failure.ts';
import { type Job, parseJob } from '../../src/plan/job.ts';
import { ROOT, blocksOf, codeIn, readPage, rowsOf } from './page.ts';

const PAGE = readPage('docs/job.md');

/** A job in which every map that a key may stand in is there. */
const JOB = `
name: spring
account: T12345678
cards: { count: 50, id: "SPRING26-{serial}", token: { length: 16 } }
template: classic
sheet: sra3-21up
packing: { bundle: 10, box: 500 }
handoff: { seal: none }
`;

interface Key {
  readonly key: string;
  /** YAML, as the page gives it; `required`, or nothing. */
  readonly standard: string;
  readonly example: string;
}

const KEYS: readonly Key[] = rowsOf(PAGE).map(([key = '', standard = '', example = '']) => ({
  key: codeIn(key)[0] ?? '',
  standard: standard === '*required*' ? 'required' : (codeIn(standard)[0] ?? ''),
  example: codeIn(example)[0] ?? '',
}));

function jobWith(key: string, value: string): Job {
  const document = parseDocument(JOB);
  document.setIn(key.split('.'), parse(value));
  return parseJob(String(document), 'job.yaml').value;
}

function jobWithout(key: string): Job {
  const document = parseDocument(JOB);
  if (document.hasIn(key.split('.'))) document.deleteIn(key.split('.'));
  return parseJob(String(document), 'job.yaml').value;
}

test('the tables are read', () => {
  expect(KEYS.length).toBeGreaterThan(30);
  expect(KEYS.filter(({ key, example }) => key === '' || example === '')).toEqual([]);
});

describe('each key of the page', () => {
  test.each(KEYS)('$key takes its example', ({ key, example }) => {
    expect(jobWith(key, example)).toBeDefined();
  });

  test.each(KEYS.filter(({ standard }) => standard === 'required'))('$key is required', ({ key }) => {
    expect(() => jobWithout(key)).toThrow(Failure);
  });

  test.each(KEYS.filter(({ standard }) => standard !== 'required' && standard !== ''))(
    '$key is $standard where the job does not say it',
    ({ key, standard }) => {
      expect(jobWithout(key)).toEqual(jobWith(key, standard));
    },
  );
});

test('every key of the schema is on the page', async () => {
  const names = await schemaNames();
  expect(names.size).toBeGreaterThan(30);
  const told = new Set([...KEYS.flatMap(({ key }) => key.split('.')), ...codeIn(PAGE)]);
  expect([...names].filter((name) => !told.has(name))).toEqual([]);
});

test('every snippet is a job, or a part of one', () => {
  const snippets = blocksOf(PAGE, 'yaml');
  expect(snippets.length).toBeGreaterThan(2);
  const [whole = '', ...parts] = snippets;
  expect(parseJob(whole, 'docs/job.md').value.name).toBe('spring');
  for (const part of parts) {
    const document = parseDocument(JOB);
    for (const [key, value] of Object.entries(parse(part) as Record<string, unknown>)) {
      for (const [inner, one] of Object.entries(value as Record<string, unknown>))
        document.setIn([key, inner], one);
    }
    expect(parseJob(String(document), 'docs/job.md').value.name).toBe('spring');
  }
});

/** The names of all keys that the schemas of the job's files know, by reading their source. */
async function schemaNames(): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const folder = new URL('src/plan/', ROOT);
  const files = (await readdir(folder)).filter((file) =>
    ['job.ts', 'code-keys.ts', 'handoff.ts', 'notify.ts', 'press.ts'].includes(file),
  );
  for (const file of files) {
    const text = readFileSync(new URL(file, folder), 'utf8');
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  }
  return names;

  function visit(node: ts.Node): void {
    if (ts.isCallExpression(node) && /\bstrictObject$/.test(node.expression.getText())) {
      const [keys] = node.arguments;
      if (keys !== undefined && ts.isObjectLiteralExpression(keys))
        for (const { name } of keys.properties) if (name !== undefined) names.add(name.getText());
    }
    ts.forEachChild(node, visit);
  }
}
