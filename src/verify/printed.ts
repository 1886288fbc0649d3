// A finished volume in pdfium: its pages, thin strips of them at known places, and larger cuts.
import type { Rect } from '../plan/rect.ts';
import { POINTS_PER_MM } from '../render/grid.ts';
import {
  type DirectPdfium,
  FOR_PRINT,
  FORM,
  IMAGE,
  type OpenDocument,
  direct,
  openDocument,
} from './pdfium.ts';

/** Grey pixels, rows from the top without padding. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly grey: Uint8Array;
}

/** pdfium's own number for bitmaps of eight bits a pixel. */
const GREY = 1;

export const PAPER = 0xffffffff;
export const INK = 0xff000000;

/** A page that is open. All lengths are millimetres from the page's top left. */
export interface PrintedPage {
  /** pdfium's handle, for reading what the page is made of. */
  readonly handle: number;
  /**
   * A rectangle squashed into so many rows, each the mean of a band of its height; columns keep their
   * resolution. Where it does not lie upright, width and height are those of the page the other way round. The rows lie in
   * memory that the next strip writes over.
   */
  readonly strip: (area: Rect, look: StripLook) => readonly Uint8Array[];
  /**
   * A rectangle as it is, in grey; `down` is its vertical resolution where that is another. Where it does not
   * lie upright, the page's height runs along the picture's width.
   */
  readonly cut: (area: Rect, dpi: number, down?: number, upright?: boolean) => GreyPicture;
  /** Leaves images out of whatever is rendered from now on. */
  readonly hideImages: () => void;
  readonly close: () => void;
}

export interface StripLook {
  readonly dpi: number;
  readonly columns: number;
  readonly rows: number;
  /** What lies below the page: paper, or ink where only a white ground of its own may show as white. */
  readonly below: number;
  readonly upright: boolean;
}

/** A rectangle of a page as pixels; dots an inch along the picture's width and down its height. */
interface Drawing {
  readonly columns: number;
  readonly rows: number;
  readonly dpi: readonly [number, number];
  readonly below: number;
  readonly upright: boolean;
}

/** A volume in memory. Its first pages stay open: a font that no open page uses is loaded anew each time. */
export class PrintedVolume {
  readonly pdf: OpenDocument['pdf'];
  readonly direct: DirectPdfium;
  readonly pages: number;
  /** Twenty-four bytes in pdfium's memory, for what it returns through pointers. */
  readonly scratch: number;
  readonly #document: OpenDocument;
  readonly #matrix: number;
  readonly #kept: number[] = [];
  /** One of each size: a layout has few. */
  readonly #bitmaps = new Map<string, number>();

  /** @throws Failure `mismatch` where the bytes are no PDF */
  static async open(bytes: Uint8Array, what: string): Promise<PrintedVolume> {
    return new PrintedVolume(await openDocument(bytes, what));
  }

  private constructor(opened: OpenDocument) {
    const { pdf, document } = opened;
    this.pdf = pdf;
    this.direct = direct(pdf);
    this.#document = opened;
    // A matrix of six numbers and a clip of four, four bytes each; then what readers of objects use.
    this.#matrix = pdf.pdfium.wasmExports.malloc(40 + 24);
    this.scratch = this.#matrix + 40;
    this.pages = pdf.FPDF_GetPageCount(document);
    for (let index = 0; index < Math.min(2, this.pages); index += 1) {
      this.#kept.push(this.direct.FPDF_LoadPage(document, index));
    }
  }

  /** Opens a page; they count from 1. Undefined where it cannot be shown. */
  page(number: number): PrintedPage | undefined {
    const { pdf } = this;
    const page = this.direct.FPDF_LoadPage(this.#document.document, number - 1);
    if (page === 0) return undefined;
    const draw = (area: Rect, drawing: Drawing) => this.#draw(page, area, drawing);
    return {
      handle: page,
      strip: (area, { dpi, columns, rows, below, upright }) => {
        const lines: Uint8Array[] = [];
        const across = (rows * 25.4) / (upright ? area.height : area.width);
        const { start, stride } = draw(area, { columns, rows, dpi: [dpi, across], below, upright });
        // The wasm memory may have grown, and with it moved: its view is taken anew.
        const heap = pdf.pdfium.HEAPU8;
        for (let row = 0; row < rows; row += 1) {
          lines.push(heap.subarray(start + row * stride, start + row * stride + columns));
        }
        return lines;
      },
      cut: (area, dpi, down = dpi, upright = true) => {
        const width = Math.round(((upright ? area.width : area.height) / 25.4) * dpi);
        const height = Math.round(((upright ? area.height : area.width) / 25.4) * down);
        const drawing = { columns: width, rows: height, dpi: [dpi, down] as const, below: PAPER, upright };
        const { start, stride } = draw(area, drawing);
        const heap = pdf.pdfium.HEAPU8;
        const grey = new Uint8Array(width * height);
        for (let row = 0; row < height; row += 1) {
          grey.set(heap.subarray(start + row * stride, start + row * stride + width), row * width);
        }
        return { width, height, grey };
      },
      hideImages: () => hideImages(this.direct, page),
      close: () => this.direct.FPDF_ClosePage(page),
    };
  }

  close(): void {
    const { pdf } = this;
    for (const page of this.#kept) this.direct.FPDF_ClosePage(page);
    for (const bitmap of this.#bitmaps.values()) pdf.FPDFBitmap_Destroy(bitmap);
    this.#document.close();
    pdf.pdfium.wasmExports.free(this.#matrix);
  }

  #draw(page: number, area: Rect, { columns, rows, dpi, below, upright }: Drawing) {
    const { pdf } = this;
    const bitmap = this.#bitmapOf(columns, rows);
    const [across, down] = [dpi[0] / 72, dpi[1] / 72];
    const floats = pdf.pdfium.HEAPF32;
    const at = this.#matrix / 4;
    const [left, top] = [-area.x * POINTS_PER_MM, -area.y * POINTS_PER_MM];
    const matrix = upright
      ? [across, 0, 0, down, left * across, top * down]
      : [0, down, across, 0, top * across, left * down];
    floats.set([...matrix, 0, 0, columns, rows], at);
    this.direct.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, below);
    this.direct.FPDF_RenderPageBitmapWithMatrix(bitmap, page, this.#matrix, this.#matrix + 24, FOR_PRINT);
    return { start: pdf.FPDFBitmap_GetBuffer(bitmap), stride: pdf.FPDFBitmap_GetStride(bitmap) };
  }

  #bitmapOf(columns: number, rows: number): number {
    const size = `${columns} ${rows}`;
    let bitmap = this.#bitmaps.get(size);
    if (bitmap === undefined) {
      bitmap = this.pdf.FPDFBitmap_CreateEx(columns, rows, GREY, 0, 0);
      this.#bitmaps.set(size, bitmap);
    }
    return bitmap;
  }
}

function hideImages(pdf: DirectPdfium, page: number): void {
  const hide = (object: number) => {
    const type = pdf.FPDFPageObj_GetType(object);
    if (type === IMAGE) pdf.FPDFPageObj_SetIsActive(object, 0);
    if (type !== FORM) return;
    const count = pdf.FPDFFormObj_CountObjects(object);
    for (let index = 0; index < count; index += 1) hide(pdf.FPDFFormObj_GetObject(object, index));
  };
  const count = pdf.FPDFPage_CountObjects(page);
  for (let index = 0; index < count; index += 1) hide(pdf.FPDFPage_GetObject(page, index));
}
