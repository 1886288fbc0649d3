// Programs of the system that look at a PDF with other eyes. A test that needs one that is not installed is
// skipped, and says so in its name.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';

/** `test`, or a skip that names the missing program. */
export function testWith(program: string, name: string, body: () => void | Promise<void>): void {
  const missing = spawnSync(program, ['--version']).error !== undefined;
  if (missing) test.skip(`${name} (no ${program} on this computer)`, () => undefined);
  else test(name, body);
}

/** What a program prints, errors included; throws where it fails. */
export function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} gave ${String(status)}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** Ghostscript, which asks nothing and ends by itself; throws where it fails. */
export function ghostscript(...args: readonly string[]): void {
  run('gs', '-q', '-dNOPAUSE', '-dBATCH', ...args);
}

/** A folder that is gone after the tests of a file. */
export function scratchFolder(): {
  readonly path: (name: string) => string;
  readonly write: (name: string, bytes: Uint8Array) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'cardpress-render-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    write(name, bytes) {
      writeFileSync(path(name), bytes);
      return path(name);
    },
  };
}
