// Reads symbols back from pixels with a decoder that shares nothing with our encoder.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ReaderOptions, prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { openPdf } from '../../src/verify/raster.ts';

const WASM = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
prepareZXingModule({
  overrides: { wasmBinary: WASM.buffer.slice(WASM.byteOffset, WASM.byteOffset + WASM.byteLength) },
});

const OPTIONS: ReaderOptions = {
  formats: ['Code128'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: false,
  tryDownscale: false,
  maxNumberOfSymbols: 255,
};

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** A symbol found, pixels from the top left. */
export interface Found {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export async function readSymbols({ width, height, rgba }: Picture): Promise<readonly Found[]> {
  const data = new Uint8ClampedArray(rgba.buffer, rgba.byteOffset, rgba.byteLength);
  const results = await readBarcodes({ width, height, data }, OPTIONS);
  return results
    .filter(({ isValid }) => isValid)
    .map(({ text, position }) => ({
      text,
      x: (position.topLeft.x + position.bottomRight.x) / 2,
      y: (position.topLeft.y + position.bottomRight.y) / 2,
    }));
}

/** Bars as a picture: four pixels a module, quiet zones around. */
export function pictureOf(widths: readonly number[]): Picture {
  const scale = 4;
  const modules = widths.reduce((sum, width) => sum + width, 0) + 20;
  const [width, height] = [modules * scale, 40];
  const rgba = new Uint8Array(width * height * 4).fill(255);
  let at = 10 * scale;
  for (const [index, bar] of widths.entries()) {
    if (index % 2 === 0) {
      for (let row = 0; row < height; row += 1) {
        for (let x = at; x < at + bar * scale; x += 1)
          rgba.fill(0, (row * width + x) * 4, (row * width + x) * 4 + 3);
      }
    }
    at += bar * scale;
  }
  return { width, height, rgba };
}

/** Every page of a PDF as pixels. */
export async function picturesOf(pdf: Uint8Array, dpi: number): Promise<readonly Picture[]> {
  const pages = await openPdf(pdf, 'the volume');
  try {
    return Array.from({ length: pages.count }, (_, index) => pages.render(index + 1, dpi));
  } finally {
    pages.close();
  }
}
