// cardpress demo: a whole run against the sandbox, on this machine alone.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { nodeDisk } from '../base/disk.ts';
import { type Run, isComplete, listRuns } from '../pipeline/runs.ts';
import type { Call } from './call.ts';
import { BUILT_IN, outputPath } from './environment.ts';
import { writeKey } from './keygen-command.ts';
import { portNumber } from './port.ts';
import { runCommand } from './run-command.ts';
import type { Sandbox, SandboxOptions } from '../sandbox/sandbox.ts';
import { closeSandbox, openSandbox, readBooks } from './sandbox-command.ts';

/** Below the range that systems give to outgoing connections, any port of which may be held for a minute. */
const PORTS = { from: 20_000, to: 32_000 };
const TRIES = 20;

export async function demoCommand(flags: { readonly port?: string }, call: Call): Promise<void> {
  const output = outputPath(call.env);
  const own = join(output, '.demo');
  for (const folder of [output, own]) await nodeDisk.makeFolder(folder);
  const key = join(own, 'key.txt');
  if ((await nodeDisk.size(key)) === undefined) await writeKey(nodeDisk, key);
  const booksPath = join(own, 'books.json');
  const books = await readBooks(booksPath);
  const open = await openDemoRun(output);
  const sandbox = await sandboxAt(flags.port ?? portOf(open), books);
  try {
    await runCommand(
      join(BUILT_IN, 'jobs/demo.yaml'),
      { output, new: open === undefined },
      {
        ...call,
        env: {
          CARDPRESS_KEY: key,
          CARDPRESS_API_URL: sandbox.origin,
          DINTERO_CLIENT_ID: 'sandbox',
          DINTERO_CLIENT_SECRET: 'sandbox',
        },
      },
    );
  } finally {
    await closeSandbox(sandbox, booksPath);
  }
}

async function openDemoRun(output: string): Promise<Run | undefined> {
  for (const run of await listRuns(nodeDisk, output)) {
    if (run.plan.job === 'demo' && !(await isComplete(run))) return run;
  }
  return undefined;
}

/** An interrupted run goes on against the origin that it began with. */
const portOf = (open: Run | undefined) => open && new URL(open.plan.origin).port;

async function sandboxAt(wanted: string | undefined, books: Pick<SandboxOptions, 'books'>): Promise<Sandbox> {
  if (wanted !== undefined) return openSandbox({ port: portNumber(wanted), ...books });
  for (let tries = 1; ; tries += 1) {
    try {
      return await openSandbox({ port: randomInt(PORTS.from, PORTS.to), ...books });
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}
