// Shared geometry of the job. All lengths in PDF points, origin at the top left of the page.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
export const mm = 72 / 25.4;
export const PAGE = [210 * mm, 297 * mm], COLS = 2, ROWS = 5, PER = COLS * ROWS;
export const CARD = [85.6 * mm, 53.98 * mm];
export const X0 = (PAGE[0] - COLS * CARD[0]) / 2, Y0 = (PAGE[1] - ROWS * CARD[1]) / 2;
// inside a card (from its top left): barcode boxes and text baselines
export const TOKEN = { x: 4.8 * mm, y: 19 * mm, w: 76 * mm, h: 9 * mm, textX: 42.8 * mm, base: 31.2 * mm, size: 6.5 };
export const PIN = { x: 6 * mm, y: 36 * mm, w: 30 * mm, h: 8 * mm, textX: 21 * mm, base: 47.2 * mm, size: 7.5 };
export const SERIAL = { x: 50 * mm, base: 47.2 * mm, size: 6.5 };
export const CHAR = 0.6; // advance of JetBrains Mono in em
export function* cropMarks() { // [x1,y1,x2,y2]
  const gap = 2 * mm, len = 5 * mm, r = X0 + COLS * CARD[0], b = Y0 + ROWS * CARD[1];
  for (let c = 0; c <= COLS; c++) { const x = X0 + c * CARD[0]; yield [x, Y0 - gap - len, x, Y0 - gap]; yield [x, b + gap, x, b + gap + len]; }
  for (let i = 0; i <= ROWS; i++) { const y = Y0 + i * CARD[1]; yield [X0 - gap - len, y, X0 - gap, y]; yield [r + gap, y, r + gap + len, y]; }
}
export const slot = i => [X0 + (i % COLS) * CARD[0], Y0 + Math.floor(i / COLS) * CARD[1]];
// fontkit reads past the end of a font that ends with an empty glyph: the benchmark gives a copy that is longer.
export const FONT = process.env.BENCH_FONT ?? fileURLToPath(new URL('../../templates/fonts/JetBrainsMono-Medium.ttf', import.meta.url));
export const BG = fileURLToPath(new URL('../workload/background.jpg', import.meta.url));
export function args() {
  const [, , input, output] = process.argv;
  if (!input || !output) { console.error('usage: node <peer> records.json out.pdf'); process.exit(2); }
  return { records: JSON.parse(readFileSync(input, 'utf8')), output };
}
