// A second opinion: zxing, which shares nothing with our encoder or our reader. Its WebAssembly comes from
// the package's own file: nothing is ever fetched.
import { type ReaderOptions, prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { moduleFile } from './pdfium.ts';
import type { GreyPicture } from './printed.ts';

export const SECOND = 'zxing';

const ONE: ReaderOptions = {
  formats: ['Code128'],
  tryHarder: false,
  tryRotate: false,
  tryInvert: false,
  tryDownscale: false,
  maxNumberOfSymbols: 2,
};
const EVERY: ReaderOptions = { ...ONE, tryHarder: true, tryRotate: true, maxNumberOfSymbols: 255 };

const SQUARE: ReaderOptions = { ...ONE, formats: ['QRCode'], tryDownscale: true };

let ready: Promise<unknown> | undefined;

/** What zxing reads in a picture of one symbol; undefined where it reads none or several. */
export async function readOne(picture: GreyPicture): Promise<string | undefined> {
  const texts = await read(picture, ONE);
  return texts.length === 1 ? texts[0] : undefined;
}

/** What zxing reads in a picture of one symbol that was made elsewhere, in whatever quality. */
export async function readWitness(picture: GreyPicture): Promise<string | undefined> {
  const texts = new Set(await read(picture, EVERY));
  return texts.size === 1 ? [...texts][0] : undefined;
}

/** What zxing reads in a picture of one QR code; undefined where it reads none or several. */
export async function readSquare(picture: GreyPicture): Promise<string | undefined> {
  const texts = await read(picture, SQUARE);
  return texts.length === 1 ? texts[0] : undefined;
}

/** Every Code 128 that zxing finds in a picture, whichever way up. Codes of other kinds may be artwork. */
export function readEvery(picture: GreyPicture): Promise<readonly string[]> {
  return read(picture, EVERY);
}

async function read(
  { width, height, grey }: GreyPicture,
  options: ReaderOptions,
): Promise<readonly string[]> {
  ready ??= prepare();
  await ready;
  const data = new Uint8ClampedArray(width * height * 4);
  const pixels = new Uint32Array(data.buffer);
  for (let at = 0; at < grey.length; at += 1) pixels[at] = (grey[at] ?? 0) * 0x010101 + 0xff000000;
  const results = await readBarcodes({ width, height, data }, options);
  return results.filter(({ isValid }) => isValid).map(({ text }) => text);
}

async function prepare(): Promise<void> {
  const bytes = await moduleFile('zxing-wasm/reader/zxing_reader.wasm');
  await prepareZXingModule({ overrides: { wasmBinary: bytes }, fireImmediately: true });
}
