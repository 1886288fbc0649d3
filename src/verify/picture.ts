// Pictures of symbols for people, with everything taken out that could be read: of the bars, only the start
// character and the end stay, which are every symbol's. Few runs need one: what writes it is loaded then.
import type { GreyPicture } from './printed.ts';

/** Modules that stay: the start character, and the stop. */
const START = 11;
const STOP = 13;

const COVER = 170;

export interface Masking {
  /** Pixels of the first bar's left edge and of the last bar's right one. */
  readonly first: number;
  readonly last: number;
  /** Pixels a module. */
  readonly module: number;
}

/** A picture whose bars between start and stop are covered; whole rows, so that no stump of a bar stays. */
export function masked({ width, height, grey }: GreyPicture, { first, last, module }: Masking): GreyPicture {
  const covered = Uint8Array.from(grey);
  const from = Math.max(0, Math.floor(first + START * module));
  const to = Math.min(width, Math.ceil(last - STOP * module));
  for (let row = 0; row < height; row += 1) {
    for (let at = from; at < to; at += 1) covered[row * width + at] = COVER;
  }
  return { width, height, grey: covered };
}

export async function pngOf({ width, height, grey }: GreyPicture): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(grey, { raw: { width, height, channels: 1 } })
    .png({ compressionLevel: 9, palette: true, colours: 16 })
    .toBuffer();
}

/** White added around, pixels of the enlarged picture: a picture may come without its quiet zone. */
const AROUND = 40;
const ENLARGED = 3;

/** A picture from elsewhere in grey, enlarged, on white; undefined where the bytes are none. */
export async function openPicture(bytes: Uint8Array): Promise<GreyPicture | undefined> {
  const { default: sharp } = await import('sharp');
  try {
    const { width } = await sharp(bytes).metadata();
    const { data, info } = await sharp(bytes)
      .flatten({ background: 'white' })
      .greyscale()
      .resize({ width: width * ENLARGED, kernel: 'nearest' })
      .extend({ top: AROUND, bottom: AROUND, left: AROUND, right: AROUND, background: 'white' })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, grey: data };
  } catch {
    return undefined;
  }
}
