// cardpress sandbox: the stand-in platform, to rehearse against.
import { once } from 'node:events';
import { dirname } from 'node:path';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { parseYaml } from '../plan/yaml.ts';
import { faultPlan } from '../sandbox/fault-plan.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox/sandbox.ts';
import { books } from '../sandbox/books.ts';
import type { Call } from './call.ts';
import { portNumber } from './port.ts';

export interface SandboxFlags {
  readonly port?: string;
  readonly faults?: string;
  readonly books?: string;
  readonly seed?: string;
}

export async function sandboxCommand(flags: SandboxFlags, { terminal, stopping }: Call): Promise<void> {
  // They are written when it ends: then it would be too late.
  if (flags.books !== undefined && (await nodeDisk.size(dirname(flags.books))) === undefined)
    throw badInput(`--books is ${flags.books}: there is no folder ${dirname(flags.books)} to keep them in`);
  const sandbox = await openSandbox({
    port: portNumber(flags.port ?? '4010'),
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.faults !== undefined && { faults: await readFaults(flags.faults) }),
    ...(flags.books !== undefined && (await readBooks(flags.books))),
  });
  terminal.out(
    [
      `the sandbox listens on ${sandbox.origin}; Ctrl-C ends it`,
      '',
      `  export CARDPRESS_API_URL=${sandbox.origin}`,
      '  export DINTERO_CLIENT_ID=sandbox DINTERO_CLIENT_SECRET=sandbox',
      '',
    ].join('\n'),
  );
  if (!stopping.aborted) await once(stopping, 'abort');
  await closeSandbox(sandbox, flags.books);
}

export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    if (error instanceof Error && error.message.endsWith('is taken'))
      throw badInput(error.message, { hint: 'choose another with --port' });
    throw error;
  }
}

/** The books of an earlier sandbox, if there are any: with them it knows the cards that it made then. */
export async function readBooks(path: string): Promise<Pick<SandboxOptions, 'books'>> {
  const bytes = await nodeDisk.read(path);
  if (bytes === undefined) return {};
  try {
    return { books: books.parse(JSON.parse(new TextDecoder().decode(bytes))) };
  } catch {
    throw badInput(`${path} does not hold a sandbox's books`);
  }
}

/** Ends the sandbox and keeps its books. */
export async function closeSandbox(sandbox: Sandbox, booksPath: string | undefined): Promise<void> {
  await sandbox.close();
  if (booksPath === undefined) return;
  const temporary = `${booksPath}.${process.pid}`;
  const file = await nodeDisk.create(temporary);
  await file.write(new TextEncoder().encode(`${JSON.stringify(sandbox.books())}\n`));
  await file.close();
  await nodeDisk.rename(temporary, booksPath);
}

async function readFaults(path: string) {
  const bytes = await nodeDisk.read(path);
  if (bytes === undefined) throw badInput(`${path}: there is no such file`);
  return parseYaml(new TextDecoder().decode(bytes), path, faultPlan).value;
}
