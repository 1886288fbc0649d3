// Pictures for people: pages of a specimen PDF, and faces cut out of them, as PNG; and pictures set on one another.
import sharp from 'sharp';
import type { Raster } from './raster.ts';

/** @param effort 0 to 9: at 9 the file is smallest, at 1 it is there soonest */
export function pngOf({ rgba, width, height }: Raster, dpi: number, effort = 6): Promise<Buffer> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .withDensity(dpi)
    .png({ compressionLevel: effort })
    .toBuffer();
}

/** A picture that is laid on another: where its upper left corner comes, and its extent, pixels. */
export interface Laid {
  readonly picture: Raster;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A picture with others on it, scaled and within a thin grey edge, as PNG. */
export async function composedPng(ground: Raster, dpi: number, laid: readonly Laid[]): Promise<Buffer> {
  const small = await Promise.all(
    laid.map(async ({ picture, left, top, width, height }) => ({
      input: await sharp(await pngOf(picture, dpi, 1))
        .resize(width, height, { fit: 'fill' })
        .extend({ top: 1, bottom: 1, left: 1, right: 1, background: '#999' })
        .png()
        .toBuffer(),
      left,
      top,
    })),
  );
  return sharp(await pngOf(ground, dpi, 1))
    .composite(small)
    .withDensity(dpi)
    .png({ compressionLevel: 9 })
    .toBuffer();
}
