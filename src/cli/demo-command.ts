// cardpress demo: a whole run against the sandbox, on this machine alone.
import { join } from 'node:path';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { listRuns, isComplete } from '../pipeline/runs.ts';
import { BUILT_IN, outputPath } from './environment.ts';
import { writeKey } from './keygen-command.ts';
import { type Call, runCommand } from './run-command.ts';
import { closeSandbox, openSandbox, readBooks } from './sandbox-command.ts';

/** A port of its own: a run that was interrupted goes on against the origin that it began with. Below the range
 * that systems give to outgoing connections, one of which may hold any port of it for a minute. */
const PORT = 24711;

export async function demoCommand(flags: { readonly port?: string }, call: Call): Promise<void> {
  const output = outputPath(call.env);
  const own = join(output, '.demo');
  for (const folder of [output, own]) await nodeDisk.makeFolder(folder);
  const key = join(own, 'key.txt');
  if ((await nodeDisk.size(key)) === undefined) await writeKey(nodeDisk, key);
  const booksPath = join(own, 'books.json');
  const port = Number(flags.port ?? PORT);
  if (!Number.isInteger(port)) throw badInput(`--port is ${flags.port}: it must be a port number`);
  const sandbox = await openSandbox({ port, ...(await readBooks(booksPath)) });
  try {
    const open = await openDemoRun(output);
    await runCommand(
      join(BUILT_IN, 'jobs/demo.yaml'),
      { output, new: !open },
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

async function openDemoRun(output: string): Promise<boolean> {
  for (const run of await listRuns(nodeDisk, output)) {
    if (run.plan.job === 'demo' && !(await isComplete(run))) return true;
  }
  return false;
}
