import type { CodeFormat } from '../src/plan/format.ts';

/** So many digits. */
export function code(length: number): CodeFormat {
  return { length, prefix: '', numbers: true, characters: false, symbols: false, barcode: false };
}
