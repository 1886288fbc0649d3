// The rules of the house (docs/architecture.md), held by reading the imports.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SRC = new URL('../src', import.meta.url).pathname;
const LINE = [
  'base',
  'plan',
  'issue',
  'render',
  'verify',
  'pack',
  'deliver',
  'settle',
  'pipeline',
  'watch',
  'schedule',
  'preview',
  'sandbox',
  'cli',
];

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Our own files by path below src, others by the name they are imported by. */
  readonly imports: readonly string[];
  readonly names: readonly string[];
}

const files: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    const statements = [...text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gms)];
    const late = [...text.matchAll(/\bimport\('([^']+)'\)/g)];
    const imports = [...statements, ...late].map(([, from = '']) =>
      from.startsWith('.') ? relative(SRC, join(SRC, path, '..', from)) : from,
    );
    const names = statements.flatMap(([statement]) =>
      [...statement.matchAll(/[\w$]+/g)].map(([name]) => name),
    );
    return { path, text, imports, names };
  });

const folderOf = (path: string) => path.split('/')[0] ?? '';
const importers = (module: RegExp) =>
  files.filter(({ imports }) => imports.some((from) => module.test(from))).map(({ path }) => path);

test('the walk found the sources', () => {
  expect(files.length).toBeGreaterThan(30);
  expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
});

test('1: no import to the right of the line', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter((from) => from.endsWith('.ts') && path.includes('/'))
      .filter((from) => LINE.indexOf(folderOf(from)) > LINE.indexOf(folderOf(path)))
      .map((from) => `${path} imports ${from}`),
  );
  expect(wrong).toEqual([]);
});

test('1: every folder is on the line, and the sandbox stands on base alone', () => {
  expect(
    files.map(({ path }) => path).filter((path) => path !== 'index.ts' && !LINE.includes(folderOf(path))),
  ).toEqual([]);
  const sandbox = files.filter(({ path }) => path.startsWith('sandbox/')).flatMap(({ imports }) => imports);
  expect(
    sandbox.filter((from) => from.endsWith('.ts') && !['base', 'sandbox'].includes(folderOf(from))),
  ).toEqual([]);
});

test('2: input and output only in the files whose job it is', () => {
  const io = /^node:(fs|fs\/promises|net|http|https|tls|worker_threads|child_process)$|^undici$|^ssh2/;
  // The sandbox is a server, and every file of it may speak of requests.
  expect(importers(io).filter((path) => !path.startsWith('sandbox/'))).toEqual([
    'base/disk.ts',
    'deliver/sftp.ts',
    'issue/platform.ts',
    'pipeline/dispatch.ts',
    'pipeline/worker.ts',
    'verify/pdfium.ts',
    'watch/webhook.ts',
  ]);
  const usesProcess = files.filter(({ text }) => /\bprocess\.\w/.test(text)).map(({ path }) => path);
  expect(usesProcess.filter((path) => !path.startsWith('cli/'))).toEqual(['base/disk.ts']);
});

test('3: a secret is read only where it becomes ink, data, a credential, a comparison or a commitment', () => {
  const readers = files
    .filter(({ path, names }) => path !== 'base/secret.ts' && names.includes('reveal'))
    .map(({ path }) => path);
  expect(readers).toEqual([
    'base/vault.ts',
    'deliver/sftp.ts',
    'issue/platform.ts',
    'issue/prints.ts',
    'pack/commitment.ts',
    'pack/data-file.ts',
    'pack/signer.ts',
    'render/face.ts',
    'verify/value.ts',
    'verify/verify.ts',
    'watch/webhook.ts',
  ]);
});

test('3: what a card says is compared in verify, and nobody else asks for it there', () => {
  const askers = files.filter(({ imports }) => imports.includes('verify/value.ts')).map(({ path }) => path);
  expect(askers).toEqual(['verify/side-reader.ts', 'verify/verify.ts']);
});

test('3: what shows a design has no way to a vault', () => {
  const reached = (path: string, seen: Set<string>): Set<string> => {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const from of files.find((file) => file.path === path)?.imports ?? []) reached(from, seen);
    return seen;
  };
  const page = reached('preview/live-server.ts', new Set());
  expect(page).toContain('preview/live.ts');
  const opening = ['unseal', 'unsealStream', 'keyPair', 'derivedKey'];
  const openers = files.filter(
    ({ path, names }) => page.has(path) && names.some((name) => opening.includes(name)),
  );
  expect(openers.map(({ path }) => path)).toEqual([]);
});

test('4: console and process.exit only in the command line', () => {
  const speakers = files
    .filter(({ text }) => /\bconsole\.\w|\bprocess\.exit\(/.test(text))
    .map(({ path }) => path);
  expect(speakers).toEqual(['cli/program.ts']);
});

test('a lock is taken where it is given up again whatever comes, and with it the journal', () => {
  const users = (called: RegExp) => files.filter(({ text }) => called.test(text)).map(({ path }) => path);
  expect(users(/\btakeLock\(/)).toEqual(['base/lock.ts']);
  expect(users(/\bopenJournal\(/)).toEqual(['base/journal.ts', 'cli/who.ts']);
});

test('5: each large library is at home in one place', () => {
  expect(importers(/^pdfkit/)).toEqual(['render/pdf-objects.ts']);
  expect(importers(/^bwip-js/)).toEqual(['render/barcode.ts', 'sandbox/barcode.ts']);
  expect(importers(/^p-queue/)).toEqual(['issue/platform.ts', 'pipeline/dispatch.ts']);
  expect(importers(/^undici/)).toEqual(['issue/platform.ts', 'watch/webhook.ts']);
  expect(importers(/^tar-stream/)).toEqual(['settle/archive.ts']);
  expect(importers(/^croner/)).toEqual(['plan/cron.ts']);
  expect(importers(/^openpgp/)).toEqual(['pack/openpgp.ts']);
  expect(importers(/^ssh2/)).toEqual(['deliver/sftp.ts']);
  expect(importers(/^yaml/)).toEqual(['plan/yaml.ts']);
  expect(importers(/^sharp/)).toEqual(['render/artwork.ts', 'verify/picture.ts', 'verify/pictures.ts']);
  expect(importers(/^pdf-lib/)).toEqual(['verify/x4-content.ts', 'verify/x4.ts']);
  expect(importers(/^(saxes|svgpath)/)).toEqual(['render/drawing.ts']);
  expect(importers(/^zxing-wasm/)).toEqual(['verify/second.ts']);
  expect(importers(/^@embedpdf/)).toEqual(['verify/pdfium.ts']);
  expect(importers(/^(hono|@hono)/)).toEqual(['preview/live-server.ts']);
  expect(importers(/^chokidar/)).toEqual(['preview/watch.ts']);
});
