// The Dockerfile's steps, done by hand in an empty folder: what it copies is enough to build, and what it leaves
// runs with a root that is read-only. An engine is not needed, the npm registry is.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCKERFILE = readFileSync(join(ROOT, 'templates/deploy/Dockerfile'), 'utf8');
const IGNORE = readFileSync(join(ROOT, 'templates/deploy/Dockerfile.dockerignore'), 'utf8');

const dir = mkdtempSync(join(tmpdir(), 'container-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const context = IGNORE.split('\n').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
const steps = DOCKERFILE.split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ verb: line.split(' ')[0] ?? '', words: line.split(' ').slice(1) }));

test('the image is built from what is copied, holds no tools, and runs as nobody', () => {
  let stage = '';
  let work = '/';
  let user = 'root';
  let entry: readonly string[] = [];
  const inStage = (path: string) => join(dir, stage, path.startsWith('/') ? path : join(work, path));
  for (const { verb, words } of steps) {
    switch (verb) {
      case 'FROM':
        stage = words[1] === 'AS' ? (words[2] ?? '') : 'final';
        work = '/';
        user = 'root';
        mkdirSync(join(dir, stage), { recursive: true });
        break;
      case 'WORKDIR':
        work = words[0] ?? '/';
        mkdirSync(inStage('.'), { recursive: true });
        break;
      case 'COPY': {
        const from = /^--from=(.+)$/.exec(words[0] ?? '')?.[1];
        const paths = from === undefined ? words : words.slice(1);
        const to = paths.at(-1) ?? '';
        for (const path of paths.slice(0, -1)) {
          if (from === undefined) expect(context, `${path} is not in the build's context`).toContain(path);
          const target = to.endsWith('/') ? join(inStage(to), path.split('/').at(-1) ?? '') : inStage(to);
          mkdirSync(dirname(target), { recursive: true });
          cpSync(join(from === undefined ? ROOT : join(dir, from), path), target, {
            recursive: true,
            verbatimSymlinks: true,
          });
        }
        break;
      }
      case 'RUN':
        execFileSync('sh', ['-c', words.join(' ')], { cwd: inStage('.'), stdio: 'pipe' });
        break;
      case 'USER':
        user = words[0] ?? '';
        break;
      case 'ENTRYPOINT':
        entry = JSON.parse(words.join(' ')) as string[];
        break;
      default:
        expect(verb).toBe('ENV');
    }
  }
  expect(stage).toBe('final');
  expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  const modules = readdirSync(join(dir, 'final/app/node_modules'));
  expect(modules).toContain('pdfkit');
  for (const tool of ['typescript', 'vitest', 'eslint', 'prettier']) expect(modules).not.toContain(tool);
  expect(existsSync(join(dir, 'final/app/src'))).toBe(false);

  const [node = '', program = ''] = entry;
  expect(node).toBe('node');
  mkdirSync(join(dir, 'work'));
  const call = (...args: readonly string[]) =>
    execFileSync(process.execPath, [join(dir, 'final', program), ...args], {
      cwd: join(dir, 'work'),
      env: { PATH: process.env.PATH, CI: 'true' },
    }).toString();
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(call('--version').trim()).toBe(version);
  const before = readdirSync(join(dir, 'final'), { recursive: true }).length;
  // A whole run: the threads, the fonts and the engines that lie in the image are found there.
  expect(call('demo')).toContain('is complete');
  expect(readdirSync(join(dir, 'final'), { recursive: true })).toHaveLength(before);
}, 600_000);
