// Looking for secrets: the forms in which one could lie about, and the places where it could.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, inflateSync } from 'node:zlib';
import { call, have } from './programs.ts';

/** A place, in words, and the bytes that are there. */
export type Place = readonly [where: string, bytes: Buffer];

/** A secret as it is, and in the clothes that programs put on it. */
export function formsOf(secret: string): readonly Buffer[] {
  const plain = Buffer.from(secret);
  // Base64 of a part in the middle of a longer text begins at one of three places; the letters that are the part's own.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), plain, Buffer.alloc(3)])
      .toString('base64')
      .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + plain.length) * 8) / 6)),
  );
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const encoded = [plain.toString('hex'), encodeURIComponent(secret), [...secret].join(' ')];
  const texts = new Set([...base64, ...url, ...encoded]);
  return [plain, Buffer.from(secret, 'utf16le'), ...[...texts].map((text) => Buffer.from(text))];
}

/** Every file below a folder. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name));
}

/**
 * All that the files below a folder say: their names, their bytes, and what is packed in them: a PDF's streams and the
 * words on its pages, an archive's files.
 */
export function placesBelow(folder: string, isMeant: (path: string) => boolean = () => true): Place[] {
  return filesBelow(folder).filter(isMeant).flatMap(placesIn);
}

function placesIn(path: string): Place[] {
  const bytes = readFileSync(path);
  return [
    [path, bytes],
    [`the name ${path}`, Buffer.from(path)],
    ...(bytes.subarray(0, 2).equals(GZIP) ? ([[`inside ${path}`, gunzipSync(bytes)]] as const) : []),
    ...(bytes.subarray(0, 4).equals(PDF) ? wordsOf(path, bytes) : []),
  ];
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const PDF = Buffer.from('%PDF');
const canRead = have('pdftotext');

function wordsOf(path: string, bytes: Buffer): Place[] {
  const streams: Buffer[] = [];
  for (let at = bytes.indexOf('stream\n'); at >= 0; at = bytes.indexOf('stream\n', at + 1))
    try {
      streams.push(inflateSync(bytes.subarray(at + 'stream\n'.length), { finishFlush: 2 }));
    } catch {
      // Not every stream is deflated.
    }
  const words = canRead ? call('pdftotext', ['-raw', path, '-']).toString().replaceAll(/\s/g, '') : '';
  return [
    [`streams of ${path}`, Buffer.concat(streams)],
    [`pages of ${path}`, Buffer.from(words)],
  ];
}

/** The places that say any of the secrets, each once. */
export function sayers(secrets: readonly string[], places: readonly Place[]): readonly string[] {
  // One search for all of them, byte by byte.
  const any = new RegExp(
    secrets
      .flatMap(formsOf)
      .map((form) =>
        form
          .toString('latin1')
          .replaceAll(/[^0-9A-Za-z]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`),
      )
      .join('|'),
  );
  return places.filter(([, bytes]) => any.test(bytes.toString('latin1'))).map(([where]) => where);
}
