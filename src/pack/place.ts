// Files put into the handoff, so that a crash at any moment leaves either nothing or a file that is known to
// be right.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Failure } from '../base/failure.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import type { FileDigest } from './manifest.ts';
import type { Sealer } from './recipients.ts';

export type Content = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A file as it was written, and what is inside, before any sealing. */
export interface PlacedFile {
  /** Relative to the handoff folder. */
  readonly file: string;
  readonly written: FileDigest;
  readonly content: FileDigest;
}

/** Writes a file of the handoff, or, where a crash left it there, checks that it is what would be written. */
export async function place(file: string, content: Content, folder: RunFolder): Promise<PlacedFile> {
  const name = names.handoff(file);
  if (await folder.has(name)) {
    const [there, wanted] = [await digest(folder.stream(name)), await digest(content)];
    if (there.sha256 !== wanted.sha256)
      throw new Failure('mismatch', `${folder.name}/${name} is not what the vault holds`);
    return { file, written: there, content: there };
  }
  const counted = counting(content);
  await folder.write(name, counted.pieces());
  const written = counted.digest();
  return { file, written, content: written };
}

/**
 * Writes a file whose content is this call's own, such as a signature: one that a crash left is replaced.
 * Nothing in the handoff counts before `.done`.
 */
export async function placeAnew(file: string, content: Content, folder: RunFolder): Promise<PlacedFile> {
  await folder.remove(names.handoff(file));
  return place(file, content, folder);
}

/**
 * Seals a file into the handoff. Sealing never gives the same bytes twice, so what was written is noted
 * beside: a sealed file that has its note stays, one that a crash left without is sealed anew.
 */
export async function placeSealed(
  file: string,
  content: () => Content,
  sealer: Sealer,
  folder: RunFolder,
): Promise<PlacedFile> {
  if (sealer.extension === '') return place(file, content(), folder);
  const sealed = file + sealer.extension;
  const name = names.handoff(sealed);
  const note = names.sealed(sealed);
  if (await folder.has(note)) {
    const noted = (await folder.readJson(note)) as PlacedFile;
    const there = (await folder.has(name)) ? await digest(folder.stream(name)) : undefined;
    if (there?.sha256 !== noted.written.sha256)
      throw new Failure('mismatch', `${folder.name}/${name} is not what was sealed there`);
    return noted;
  }
  await folder.remove(name);
  const inside = counting(content());
  const outside = counting(sealer.seal(inside.pieces(), basename(file)));
  await folder.write(name, outside.pieces());
  const placed = { file: sealed, written: outside.digest(), content: inside.digest() };
  await folder.write(note, `${JSON.stringify(placed, null, 2)}\n`);
  return placed;
}

export async function digest(content: Content): Promise<FileDigest> {
  const counted = counting(content);
  const pieces = counted.pieces();
  while ((await pieces.next()).done !== true);
  return counted.digest();
}

function counting(content: Content) {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async *pieces(): AsyncGenerator<Uint8Array> {
      for await (const piece of gathered(content)) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    },
    digest: (): FileDigest => ({ sha256: hash.digest('hex'), bytes }),
  };
}

/** Bytes in a piece at least: a row of a table by itself would cost a write, and a round through the sealer. */
const PIECE = 64 * 1024;

async function* gathered(content: Content): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const piece of content) {
    waiting.push(piece);
    length += piece.length;
    if (length < PIECE) continue;
    yield waiting.length === 1 ? piece : Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
