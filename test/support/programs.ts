// Programs that are not ours, called as a manufacturer calls them. A test that needs one which is missing is
// skipped, and says so.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether every program is here; says on stderr which are not. */
export function have(...programs: readonly string[]): boolean {
  const missing = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  if (missing.length > 0) process.stderr.write(`skipped: ${missing.join(', ')} not installed\n`);
  return missing.length === 0;
}

/** Runs a program; throws with what it said where it fails. */
export function call(
  program: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly input?: string; readonly cwd?: string } = {},
): Buffer {
  const done = tryCall(program, args, options);
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr.toString()}`);
  return done.stdout;
}

export function tryCall(
  program: string,
  args: readonly string[],
  { env = {}, ...options }: Parameters<typeof call>[2] = {},
): SpawnSyncReturns<Buffer> {
  return spawnSync(program, args, {
    ...options,
    env: { ...process.env, ...env },
    maxBuffer: 1 << 30,
  });
}

/** A GnuPG home of its own, short enough in its path for gpg's sockets. */
export interface Gpg {
  readonly home: string;
  readonly run: (args: readonly string[], input?: string) => Buffer;
  readonly tryRun: (args: readonly string[], input?: string) => SpawnSyncReturns<Buffer>;
  /** Makes a key without passphrase; returns its fingerprint. */
  readonly makeKey: (name: string, lines?: readonly string[]) => string;
  readonly exportPublic: (fingerprint: string, path: string) => void;
  readonly remove: () => void;
}

const USUAL = [
  'Key-Type: EDDSA',
  'Key-Curve: ed25519',
  'Key-Usage: sign',
  'Subkey-Type: ECDH',
  'Subkey-Curve: cv25519',
  'Subkey-Usage: encrypt',
];

export function openGpg(): Gpg {
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  const common = ['--homedir', home, '--batch', '--no-tty', '--trust-model', 'always'];
  const run = (args: readonly string[], input = '') => call('gpg', [...common, ...args], { input });
  const fingerprints = () =>
    [
      ...run(['--list-keys', '--with-colons'])
        .toString()
        .matchAll(/^pub.*\n(?:.*\n)*?fpr:+([0-9A-F]+):/gm),
    ].map(([, fingerprint = '']) => fingerprint);
  return {
    home,
    run,
    tryRun: (args, input = '') => tryCall('gpg', [...common, ...args], { input }),
    makeKey(name, lines = USUAL) {
      const before = new Set(fingerprints());
      run(
        ['--gen-key'],
        [
          '%no-protection',
          ...lines,
          `Name-Real: ${name}`,
          `Name-Email: ${name}@example.com`,
          '%commit',
          '',
        ].join('\n'),
      );
      const made = fingerprints().find((fingerprint) => !before.has(fingerprint));
      if (made === undefined) throw new Error('gpg made no key');
      return made;
    },
    exportPublic: (fingerprint, path) => {
      writeFileSync(path, run(['--armor', '--export', fingerprint]));
    },
    remove() {
      tryCall('gpgconf', ['--homedir', home, '--kill', 'all']);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** An age identity: the path of its file, and its recipient. */
export function makeAgeKey(path: string): string {
  call('age-keygen', ['-o', path]);
  return /# public key: (age1\w+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
}
