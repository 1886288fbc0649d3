// pdfium as WebAssembly, from the package's own file: nothing is ever fetched.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type WrappedPdfiumModule, init } from '@embedpdf/pdfium';
import { Failure } from '../base/failure.ts';

/** pdfium's own numbers: kinds of objects on a page, and how a page is rendered as a printer would. */
export const TEXT = 1;
export const PATH = 2;
export const IMAGE = 3;
export const FORM = 5;
export const FOR_PRINT = 0x800;

/**
 * Functions that are called thousands of times a volume, as they are exported: the package's wrappers look up
 * and convert on each call. Handles and pointers are numbers.
 */
export interface DirectPdfium {
  readonly FPDF_LoadPage: (document: number, index: number) => number;
  readonly FPDF_ClosePage: (page: number) => void;
  readonly FPDF_GetPageHeightF: (page: number) => number;
  readonly FPDFBitmap_FillRect: (
    bitmap: number,
    left: number,
    top: number,
    width: number,
    height: number,
    colour: number,
  ) => void;
  readonly FPDF_RenderPageBitmapWithMatrix: (
    bitmap: number,
    page: number,
    matrix: number,
    clip: number,
    flags: number,
  ) => void;
  readonly FPDFPage_CountObjects: (page: number) => number;
  readonly FPDFPage_GetObject: (page: number, index: number) => number;
  readonly FPDFPageObj_GetType: (object: number) => number;
  readonly FPDFPageObj_GetBounds: (
    object: number,
    left: number,
    bottom: number,
    right: number,
    top: number,
  ) => number;
  readonly FPDFPageObj_SetIsActive: (object: number, active: number) => number;
  readonly FPDFPageObj_GetMatrix: (object: number, matrix: number) => number;
  readonly FPDFTextObj_GetFontSize: (object: number, size: number) => number;
  /** Returns the bytes of the whole text, in UTF-16 with a zero at its end, whatever there is room for. */
  readonly FPDFTextObj_GetText: (object: number, text: number, room: number, bytes: number) => number;
  readonly FPDFPath_CountSegments: (path: number) => number;
  readonly FPDFFormObj_CountObjects: (form: number) => number;
  readonly FPDFFormObj_GetObject: (form: number, index: number) => number;
}

let module: Promise<WrappedPdfiumModule> | undefined;

/** The module, loaded once a thread. */
export function pdfium(): Promise<WrappedPdfiumModule> {
  module ??= load();
  return module;
}

/** The same module's functions without wrappers. */
export function direct(loaded: WrappedPdfiumModule): DirectPdfium {
  return loaded.pdfium.wasmExports as unknown as DirectPdfium;
}

/** A document in the module's memory, until it is closed. */
export interface OpenDocument {
  readonly pdf: WrappedPdfiumModule;
  readonly document: number;
  readonly close: () => void;
}

/** @throws Failure `mismatch` where pdfium finds no PDF in the bytes */
export async function openDocument(bytes: Uint8Array, what: string): Promise<OpenDocument> {
  const pdf = await pdfium();
  const { wasmExports } = pdf.pdfium;
  const data = wasmExports.malloc(bytes.length);
  pdf.pdfium.HEAPU8.set(bytes, data);
  const document = pdf.FPDF_LoadMemDocument(data, bytes.length, '');
  if (document === 0) {
    wasmExports.free(data);
    throw new Failure('mismatch', `${what} is no PDF that can be opened`);
  }
  const close = () => {
    pdf.FPDF_CloseDocument(document);
    wasmExports.free(data);
  };
  return { pdf, document, close };
}

async function load(): Promise<WrappedPdfiumModule> {
  const loaded = await init({ wasmBinary: await moduleFile('@embedpdf/pdfium/pdfium.wasm') });
  loaded.PDFiumExt_Init();
  return loaded;
}

/** The bytes of a file that a package brings. */
export async function moduleFile(name: string): Promise<ArrayBuffer> {
  const bytes = await readFile(fileURLToPath(import.meta.resolve(name)));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
