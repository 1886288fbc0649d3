// What is remembered of a job between calls: how the last one ended, and what was told, so that a timer that
// tries every hour does not tell the same thing every hour. A file a job in the output folder.
import { join } from 'node:path';
import { type Disk, makeFolders } from '../base/disk.ts';
import { RunFolder } from '../base/run-folder.ts';
import { DAY_MS } from '../settle/retention.ts';

export interface Memory {
  /** How the last call ended. */
  readonly last: { readonly at: string; readonly exitCode: number } | null;
  /** When which news was told last. */
  readonly told: Readonly<Record<string, string>>;
  /** What people were reminded of, and when: once, for good. */
  readonly reminded?: Readonly<Record<string, string>>;
}

const FOLDER = '.watch';
const NOTHING: Memory = { last: null, told: {} };

/** The same news is told again after a day. */
const AGAIN_MS = DAY_MS;

export async function readMemory(disk: Disk, output: string, job: string): Promise<Memory> {
  const bytes = await disk.read(join(output, FOLDER, `${job}.json`));
  if (bytes === undefined) return NOTHING;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Memory;
  } catch {
    // Nothing stands on it: at worst something is told twice.
    return NOTHING;
  }
}

export async function writeMemory(disk: Disk, output: string, job: string, memory: Memory): Promise<void> {
  const folder = join(output, FOLDER);
  await makeFolders(disk, folder);
  await new RunFolder(disk, folder).replace(`${job}.json`, `${JSON.stringify(memory, null, 2)}\n`);
}

/** What was told within the last day. */
export function stillTold({ told }: Memory, now: Date): Memory['told'] {
  return Object.fromEntries(
    Object.entries(told).filter(([, at]) => now.getTime() - Date.parse(at) < AGAIN_MS),
  );
}
