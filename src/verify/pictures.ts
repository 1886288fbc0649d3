// Pictures for people: pages of a specimen PDF, and faces cut out of them, as PNG.
import sharp from 'sharp';
import type { Raster } from './raster.ts';

/** @param effort 0 to 9: at 9 the file is smallest, at 1 it is there soonest */
export function pngOf({ rgba, width, height }: Raster, dpi: number, effort = 6): Promise<Buffer> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .withMetadata({ density: dpi })
    .png({ compressionLevel: effort })
    .toBuffer();
}
