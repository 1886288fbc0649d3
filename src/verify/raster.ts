// A finished PDF as pixels, the way a stranger's program shows it.
import { Failure } from '../base/failure.ts';
import { pdfium } from './pdfium.ts';

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
  readonly close: () => void;
}

/** pdfium's own numbers for the flags below. */
const BGRA = 4;
const FOR_PRINT = 0x800;
const WHITE = 0xffffffff;

/** Opens a PDF in memory. @throws Failure `mismatch` where pdfium finds no PDF in the bytes */
export async function openPdf(bytes: Uint8Array, what: string): Promise<PdfPages> {
  const pdf = await pdfium();
  const { pdfium: wasm } = pdf;
  const data = wasm.wasmExports.malloc(bytes.length);
  wasm.HEAPU8.set(bytes, data);
  const document = pdf.FPDF_LoadMemDocument(data, bytes.length, '');
  if (document === 0) {
    wasm.wasmExports.free(data);
    throw new Failure('mismatch', `${what} is no PDF that can be opened`);
  }
  return {
    count: pdf.FPDF_GetPageCount(document),
    render(number, dpi) {
      const page = pdf.FPDF_LoadPage(document, number - 1);
      if (page === 0) throw new Failure('mismatch', `${what} has no page ${number} that can be shown`);
      const width = Math.round((pdf.FPDF_GetPageWidthF(page) / 72) * dpi);
      const height = Math.round((pdf.FPDF_GetPageHeightF(page) / 72) * dpi);
      const bitmap = pdf.FPDFBitmap_CreateEx(width, height, BGRA, 0, 0);
      pdf.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
      pdf.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, FOR_PRINT);
      const start = pdf.FPDFBitmap_GetBuffer(bitmap);
      const stride = pdf.FPDFBitmap_GetStride(bitmap);
      // The wasm memory may have grown, and with it moved: its view is read anew.
      const heap = wasm.HEAPU8;
      const rgba = new Uint8Array(width * height * 4);
      for (let row = 0; row < height; row += 1) {
        for (let column = 0; column < width; column += 1) {
          const from = start + row * stride + column * 4;
          const to = (row * width + column) * 4;
          rgba[to] = heap[from + 2] ?? 0;
          rgba[to + 1] = heap[from + 1] ?? 0;
          rgba[to + 2] = heap[from] ?? 0;
          rgba[to + 3] = 255;
        }
      }
      pdf.FPDFBitmap_Destroy(bitmap);
      pdf.FPDF_ClosePage(page);
      return { width, height, rgba };
    },
    close() {
      pdf.FPDF_CloseDocument(document);
      wasm.wasmExports.free(data);
    },
  };
}
