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
  const loaded = await init({ wasmBinary: await moduleFile('@embedpdf/pdfium/pdfium.wasm') });
  loaded.PDFiumExt_Init();
  return loaded;
}

/** The bytes of a file that a package brings. */
export async function moduleFile(name: string): Promise<ArrayBuffer> {
  const bytes = await readFile(fileURLToPath(import.meta.resolve(name)));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
