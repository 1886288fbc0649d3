// Closed and purged runs as one file, to be filed: a .tar.gz that any program opens, with SHA256SUMS as its first
// entry. Made of the run folders alone, so that the same folders give the same bytes.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { Failure, asFailure } from '../base/failure.ts';
import type { RunFolder } from '../base/run-folder.ts';
import { digest } from '../pack/place.ts';
import { secretsIn } from './purge.ts';

interface Entry {
  /** `spring-2026-11-23/plan.json`, as it is in the archive. */
  readonly path: string;
  readonly folder: RunFolder;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Archive {
  readonly entries: readonly Entry[];
  /** The whole file; may be asked for again. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

/** Who holds a run is no record of it. */
const LEFT_OUT = /^(lock\.\d+|\.)/;
const SUMS = 'SHA256SUMS';

/**
 * What an archive of these folders holds. The caller holds their locks.
 * @throws Failure of kind `mismatch` where a file is left that holds or opens a code
 */
export async function archiveOf(folders: readonly RunFolder[]): Promise<Archive> {
  const entries: Entry[] = [];
  for (const folder of folders) {
    const [secret] = await secretsIn(folder, false);
    if (secret !== undefined)
      throw new Failure(
        'mismatch',
        `${folder.name}/${secret} came after the run was purged: look what it is`,
      );
    for (const file of await folder.files()) {
      if (LEFT_OUT.test(file)) continue;
      entries.push({
        path: `${folder.name}/${file}`,
        folder,
        file,
        ...(await digest(folder.stream(file))),
      });
    }
  }
  return { entries, content: () => zipped(entries) };
}

/**
 * Reads an archive back, and holds every entry against what was to be in it.
 * @throws Failure of kind `mismatch`
 */
export async function checkArchive(
  file: AsyncIterable<Uint8Array>,
  { entries }: Archive,
  shown: string,
): Promise<void> {
  const wanted = new Map([
    [SUMS, sha256(sumsText(entries))],
    ...entries.map(({ path, sha256: sum }) => [path, sum] as const),
  ]);
  const wrong = (what: string) =>
    new Failure('mismatch', {
      message: `${shown} is not what was to be archived: ${what}`,
      hint: 'where the run was purged of more since (--proofs), remove that file and archive again',
    });
  const reader = extract();
  const source = Readable.from(file);
  const unzipped = source.pipe(createGunzip());
  // An error of a stream before does not travel down a pipe by itself.
  const stop = (error: Error) => void reader.destroy(error);
  source.on('error', stop);
  unzipped.on('error', stop);
  unzipped.pipe(reader);
  try {
    for await (const entry of reader) {
      const { name } = entry.header;
      const found = await digest(entry);
      if (wanted.get(name) !== found.sha256) throw wrong(name);
      wanted.delete(name);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw wrong(asFailure(error).message);
  } finally {
    source.destroy();
    unzipped.destroy();
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw wrong(`${missing} is missing`);
}

/** Nothing is read before the first piece is asked for, nor after the last one that is. */
async function* zipped(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const zip = createGzip({ level: 9 });
  const whole = pipeline(Readable.from(packed(entries)), zip);
  // What goes wrong there comes out of the zip as well.
  whole.catch(() => undefined);
  yield* zip as AsyncIterable<Uint8Array>;
  await whole;
}

async function* packed(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const writing = fill().catch((error: unknown) => {
    tar.destroy(asFailure(error));
  });
  for await (const piece of tar) yield piece;
  await writing;

  async function fill(): Promise<void> {
    const sums = Buffer.from(sumsText(entries));
    await put(SUMS, sums.length, [sums]);
    for (const { path, bytes, folder, file } of entries) await put(path, bytes, folder.stream(file));
    tar.finalize();
  }

  /** Neither owner nor time of a file is of the record: what happened when stands in events.jsonl. */
  async function put(
    name: string,
    size: number,
    pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      const entry = tar.entry(
        { name, size, mode: 0o600, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' },
        (error) => {
          if (error == null) resolve();
          else reject(error);
        },
      );
      entry.on('error', reject);
      Readable.from(pieces).on('error', reject).pipe(entry);
    });
    await written;
  }
}

const sumsText = (entries: readonly Entry[]) =>
  entries.map(({ path, sha256: sum }) => `${sum}  ${path}\n`).join('');

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
