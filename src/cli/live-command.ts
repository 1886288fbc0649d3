// cardpress preview --live: a page in the browser that is drawn anew on every save.
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeDisk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { openLive } from '../preview/live.ts';
import { type PageFiles, serveLive } from '../preview/live-server.ts';
import type { Named } from '../preview/subject.ts';
import type { Call } from './call.ts';
import { reader } from './environment.ts';
import { portNumber } from './port.ts';
import type { PreviewFlags } from './preview-command.ts';

/** Where the build puts the page. */
const PAGE = fileURLToPath(new URL('../page', import.meta.url));

export async function liveCommand(
  named: Named,
  flags: PreviewFlags,
  { terminal, stopping }: Pick<Call, 'terminal' | 'stopping'>,
): Promise<void> {
  for (const flag of ['data', 'out', 'dpi'] as const) {
    // A page shows codes that open nothing, and nothing else, whoever finds the way to it.
    if (flags[flag] !== undefined)
      throw badInput(`--${flag} and --live exclude each other`, {
        hint: '--live shows specimens, and writes no file',
      });
  }
  const port = portNumber(flags.port ?? '0');
  const shown = flags.worst === true ? 'worst' : 'specimen';
  const page = await pageFiles(PAGE);
  const live = await openLive({ reader, named, sheet: flags.sheet, shown });
  try {
    const server = await serveLive(live, page, port);
    terminal.out(`the preview is at ${server.origin}; Ctrl-C ends it\n`);
    if (!stopping.aborted) await once(stopping, 'abort');
    await server.close();
  } finally {
    await live.close();
  }
}

/** The page as it was built, whole in memory: no request ever names a file. */
async function pageFiles(folder: string): Promise<PageFiles> {
  const files = new Map<string, Uint8Array>();
  for (const [within, prefix] of [
    [folder, ''],
    [join(folder, 'assets'), 'assets/'],
  ] as const) {
    for (const name of await nodeDisk.list(within)) {
      if (!/\.(html|js|css|svg)$/.test(name)) continue;
      const bytes = await nodeDisk.read(join(within, name));
      if (bytes !== undefined) files.set(prefix + name, bytes);
    }
  }
  if (!files.has('index.html')) throw new Failure('bug', `the live page was not built: ${folder} is empty`);
  return files;
}
