// A finished PDF as pixels, the way a stranger's program shows it.
import { Failure } from '../base/failure.ts';
import type { Rect } from '../plan/rect.ts';
import { FOR_PRINT, openDocument } from './pdfium.ts';

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha; rows from the top, without padding. */
  readonly rgba: Uint8Array;
}

export interface PdfPages {
  readonly count: number;
  /** A page at a resolution; `page` counts from 1. */
  readonly render: (page: number, dpi: number) => Raster;
  /**
   * A part of a page, mm from its top left. An edge is smoothed from where it lies in what is drawn, so that some
   * pixels are a 255th off those of the whole page, and letters a row of pixels; `partOf` has the very same.
   */
  readonly cut: (page: number, area: Rect, dpi: number) => Raster;
  readonly close: () => void;
}

/** pdfium's own numbers for the flags below. */
const BGRA = 4;
/** Red first, as pictures have it. */
const RED_FIRST = 0x10;
const LOOK = FOR_PRINT | RED_FIRST;
const WHITE = 0xffffffff;

/** Opens a PDF in memory. @throws Failure `mismatch` where pdfium finds no PDF in the bytes */
export async function openPdf(bytes: Uint8Array, what: string): Promise<PdfPages> {
  const { pdf, document, close } = await openDocument(bytes, what);
  const draw = (number: number, dpi: number, area?: Rect): Raster => {
    const page = pdf.FPDF_LoadPage(document, number - 1);
    if (page === 0) throw new Failure('mismatch', `${what} has no page ${number} that can be shown`);
    const whole = {
      width: Math.round((pdf.FPDF_GetPageWidthF(page) / 72) * dpi),
      height: Math.round((pdf.FPDF_GetPageHeightF(page) / 72) * dpi),
    };
    const { left, top, width, height } =
      area === undefined ? { left: 0, top: 0, ...whole } : pixelsOf(area, dpi);
    const bitmap = pdf.FPDFBitmap_CreateEx(width, height, BGRA, 0, 0);
    pdf.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    pdf.FPDF_RenderPageBitmap(bitmap, page, -left, -top, whole.width, whole.height, 0, LOOK);
    const start = pdf.FPDFBitmap_GetBuffer(bitmap);
    // The wasm memory may have grown, and with it moved: its view is read anew. Rows have no padding at four bytes.
    const rgba = pdf.pdfium.HEAPU8.slice(start, start + width * height * 4);
    pdf.FPDFBitmap_Destroy(bitmap);
    pdf.FPDF_ClosePage(page);
    return { width, height, rgba };
  };
  return {
    count: pdf.FPDF_GetPageCount(document),
    render: (number, dpi) => draw(number, dpi),
    cut: (number, area, dpi) => draw(number, dpi, area),
    close,
  };
}

/** What lies in an area of a page that was rendered at this resolution, mm from the page's top left. */
export function partOf(page: Raster, area: Rect, dpi: number): Raster {
  const { left, top, width, height } = pixelsOf(area, dpi);
  const rgba = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row += 1) {
    const start = ((top + row) * page.width + left) * 4;
    rgba.set(page.rgba.subarray(start, start + width * 4), row * width * 4);
  }
  return { width, height, rgba };
}

function pixelsOf({ x, y, width, height }: Rect, dpi: number) {
  const pixels = (mm: number) => Math.round((mm / 25.4) * dpi);
  return { left: pixels(x), top: pixels(y), width: pixels(width), height: pixels(height) };
}

/** A picture by half a turn. */
export function halfTurned({ width, height, rgba }: Raster): Raster {
  const pixels = new Uint32Array(rgba.slice().buffer).reverse();
  return { width, height, rgba: new Uint8Array(pixels.buffer) };
}
