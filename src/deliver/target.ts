// Where a handoff goes: the job's targets, each with a name that its receipts carry, and what an open
// connection to one can do.
import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { badInput } from '../base/failure.ts';
import type { Secret } from '../base/secret.ts';
import type { SftpKeys } from '../plan/handoff.ts';
import { type Reader, readNamed } from '../plan/inputs.ts';
import type { Job } from '../plan/job.ts';
import type { Checked } from '../plan/yaml.ts';

export type Target = {
  /** Made of what the target is, so that it stays the same while the job names the same place. */
  readonly name: string;
  /** How people know it. */
  readonly shown: string;
  readonly readBack: 'sha256' | 'none';
} & (
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'sftp'; readonly sftp: SftpKeys; readonly keyPath: string | undefined }
);

/** Secrets for SFTP, from the environment. */
export interface SftpAccess {
  readonly password: Secret | undefined;
  readonly passphrase: Secret | undefined;
}

/** An open connection. Paths are relative to the target's own folder. */
export interface Session {
  /** Whether a file can be written on from where an earlier connection broke. */
  readonly resumes: boolean;
  /** Bytes, or undefined where there is no such file, or the far end does not say. */
  readonly size: (path: string) => Promise<number | undefined>;
  /** Makes a folder; silent where it is there. */
  readonly makeFolder: (path: string) => Promise<void>;
  /** Writes from an offset on; durable, as far as the far end can, when it returns. */
  readonly write: (path: string, from: number, pieces: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly read: (path: string) => AsyncIterable<Uint8Array>;
  /** The first bytes, at most so many, of a file that the far end put there; undefined where there is none. */
  readonly peek: (path: string, most: number) => Promise<Uint8Array | undefined>;
  /** Gives a file its name, in place of what has it. */
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Silent where there is none. */
  readonly remove: (path: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The targets of a job. */
export function targetsOf({ file, value }: Pick<Checked<Job>, 'file' | 'value'>): readonly Target[] {
  return value.deliver.map((one): Target => {
    if ('folder' in one) {
      const path = resolve(dirname(file), one.folder);
      const name = named('folder', basename(path), path);
      return { kind: 'folder', name, shown: path, path, readBack: one.readBack };
    }
    const { host, port, user, path, key, readBack } = one.sftp;
    const shown = `${user}@${host}:${port}/${path}`;
    const keyPath = key === undefined ? undefined : resolve(dirname(file), key);
    return { kind: 'sftp', name: named('sftp', host, shown), shown, sftp: one.sftp, keyPath, readBack };
  });
}

/** Checks what can be known of the targets without calling anybody. */
export async function checkTargets(
  reader: Reader,
  job: Checked<Job>,
  access: SftpAccess,
): Promise<readonly Target[]> {
  const targets = targetsOf(job);
  for (const [index, target] of targets.entries()) {
    if (targets.findIndex(({ name }) => name === target.name) !== index)
      throw badInput(`${target.shown} is named twice`, { place: job.at('deliver', index) });
    if (target.kind === 'folder') {
      if ((await reader.disk.size(target.path)) === undefined) {
        throw badInput(`${target.path}: there is no such folder`, {
          place: job.at('deliver', index, 'folder'),
          hint: 'make it, or mount what it lies on: cardpress does not, or it might fill the wrong disk',
        });
      }
      continue;
    }
    const { keyPath, sftp } = target;
    if (keyPath === undefined) {
      if (access.password !== undefined) continue;
      throw badInput(`${sftp.host}: neither a key nor a password`, {
        place: job.at('deliver', index, 'sftp'),
        hint: 'name a private key: key: keys/id_ed25519; or set CARDPRESS_SFTP_PASSWORD or CARDPRESS_SFTP_PASSWORD_FILE',
      });
    }
    const place = job.at('deliver', index, 'sftp', 'key');
    await readNamed(reader, keyPath, sftp.key ?? '', { place });
    const mode = (await reader.disk.mode(keyPath)) ?? 0;
    if ((mode & 0o077) !== 0) {
      throw badInput(`${sftp.key ?? ''} may be read by others (mode ${mode.toString(8)})`, {
        place,
        hint: `chmod 600 ${sftp.key ?? ''}`,
      });
    }
  }
  return targets;
}

function named(kind: string, what: string, location: string): string {
  const short = createHash('sha256').update(`${kind}\n${location}`).digest('hex').slice(0, 8);
  return `${kind}-${
    what
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'root'
  }-${short}`;
}
