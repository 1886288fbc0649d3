// Pictures for people: pages of a specimen PDF as PNG, and the faces cut out of them.
import sharp from 'sharp';
import type { Rect } from '../render/grid.ts';
import type { Raster } from './raster.ts';

export function pagePng({ rgba, width, height }: Raster, dpi: number): Promise<Buffer> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .withMetadata({ density: dpi })
    .png()
    .toBuffer();
}

/** A part of a page, given in mm from the page's top left. */
export function cutPng({ rgba, width, height }: Raster, area: Rect, dpi: number): Promise<Buffer> {
  const dots = (mm: number) => Math.round((mm / 25.4) * dpi);
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .extract({ left: dots(area.x), top: dots(area.y), width: dots(area.width), height: dots(area.height) })
    .removeAlpha()
    .withMetadata({ density: dpi })
    .png()
    .toBuffer();
}
