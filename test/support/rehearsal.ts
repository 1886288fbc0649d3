// A shop in a folder of its own on the real disk, its commands in this process, against any server that speaks the API.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeDisk } from '../../src/base/disk.ts';
import { silent } from '../../src/base/log.ts';
import { approveCommand } from '../../src/cli/approve-command.ts';
import type { Call } from '../../src/cli/call.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { writeKey } from '../../src/cli/keygen-command.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

export interface Rehearsal {
  readonly dir: string;
  readonly output: string;
  /** Runs a job file of this text; returns what was printed. Throws what the run failed with. */
  readonly run: (
    job: string,
    options?: {
      readonly run?: string;
      readonly new?: boolean;
      readonly retry?: boolean;
      readonly metrics?: string;
      readonly env?: Record<string, string>;
    },
  ) => Promise<string>;
  /** What the built program is to find in its environment: the shop's key, the platform and its credentials. */
  readonly env: Readonly<Record<string, string>>;
  /** What a command is called with, in this process, so many days from now; `print` gets what it prints. */
  readonly call: (print?: (text: string) => void, days?: number, env?: Record<string, string>) => Call;
  /** A file below the output folder. */
  readonly read: (path: string) => string;
  /** A file below the shop's folder. */
  readonly readFile: (path: string) => string;
  readonly write: (path: string, content: string | Uint8Array) => Promise<void>;
  readonly remove: () => void;
}

/** A platform of its own and a shop at it; `close` is for when the tests are through with both. */
export async function openRehearsal(options?: SandboxOptions): Promise<{
  readonly sandbox: Sandbox;
  readonly shop: Rehearsal;
  readonly close: () => Promise<void>;
}> {
  const sandbox = await startSandbox(options);
  const shop = await rehearse(sandbox.origin);
  const close = async () => {
    shop.remove();
    await sandbox.close();
  };
  return { sandbox, shop, close };
}

export async function rehearse(origin: string): Promise<Rehearsal> {
  const dir = mkdtempSync(join(tmpdir(), 'cardpress-'));
  const output = join(dir, 'output');
  const key = join(dir, 'keys', 'key.txt');
  mkdirSync(join(dir, 'keys'));
  await writeKey(nodeDisk, key);
  const ownEnv = {
    CARDPRESS_KEY: key,
    CARDPRESS_API_URL: origin,
    CARDPRESS_SETTLE: '0',
    DINTERO_CLIENT_ID: 'sandbox',
    DINTERO_CLIENT_SECRET: 'sandbox',
  };
  const callWith: Rehearsal['call'] = (print = () => undefined, days = 0, env = {}) => ({
    terminal: { out: print, err: print, bars: undefined },
    env: { ...ownEnv, CARDPRESS_THREADS: '0', ...env },
    log: silent,
    stopping: new AbortController().signal,
    ...(days !== 0 && { now: () => new Date(Date.now() + days * 86_400_000) }),
  });
  return {
    dir,
    output,
    env: ownEnv,
    call: callWith,
    async run(job, { env = {}, ...options } = {}) {
      writeFileSync(join(dir, 'job.yaml'), job);
      const printed: string[] = [];
      const call = callWith((text) => void printed.push(text), 0, env);
      // A P account is run by a person's yes.
      if (/^account: P/m.test(job)) await approveCommand(join(dir, 'job.yaml'), { yes: true, output }, call);
      await runCommand(join(dir, 'job.yaml'), { output, ...options }, call);
      return printed.join('');
    },
    read: (path) => readFileSync(join(output, path), 'utf8'),
    readFile: (path) => readFileSync(join(dir, path), 'utf8'),
    async write(path, content) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** The rows of a run's manifest.csv, by column name. */
export function manifestRows(text: string): readonly Record<string, string>[] {
  const [header = '', ...lines] = text.trimEnd().split('\r\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    );
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}
