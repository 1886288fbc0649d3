// The built program as a user starts it: a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

interface CallOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** A program that starts it. */
  readonly through?: readonly string[];
}

/** Starts `cardpress …`. The environment is what is given and nothing of ours but PATH. */
export function start(args: readonly string[], options: CallOptions): Started {
  const [command, ...words] = [...(options.through ?? []), process.execPath, CLI, ...args];
  const child = spawn(command ?? '', words, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, CI: 'true', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}

export function cardpress(args: readonly string[], options: CallOptions): Promise<Ended> {
  return start(args, options).ended;
}
