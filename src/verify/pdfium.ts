// pdfium as WebAssembly, from the package's own file: nothing is ever fetched.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type WrappedPdfiumModule, init } from '@embedpdf/pdfium';

let module: Promise<WrappedPdfiumModule> | undefined;

/** The module, loaded once a thread. */
export function pdfium(): Promise<WrappedPdfiumModule> {
  module ??= load();
  return module;
}

async function load(): Promise<WrappedPdfiumModule> {
  const file = fileURLToPath(import.meta.resolve('@embedpdf/pdfium/pdfium.wasm'));
  const bytes = await readFile(file);
  const loaded = await init({
    wasmBinary: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  });
  loaded.PDFiumExt_Init();
  return loaded;
}
