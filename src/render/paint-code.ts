// Bars and matrices -> content operators.
import type { Turn } from '../plan/template.ts';
import { modulesOf } from './barcode.ts';
import { type Press, dotsToPoints, mmToDots } from './grid.ts';
import type { BarsMark, MatrixMark } from './mark.ts';
import { QUARTERS, fixed, points } from './operator.ts';

/**
 * Taken off each side of a bar, points. A bar edge that lies exactly between two dots may fall on either
 * side of it in a renderer's arithmetic, and would print a dot wider.
 */
const INSET = 0.001;

/** One path, one fill, in modules under one matrix. */
export function paintBars(
  { x, y, height, dots, widths, turn = 0, less = 0 }: BarsMark,
  press: Press,
): string {
  const module = dotsToPoints(dots, press);
  const left = dotsToPoints(mmToDots(x, press), press);
  const top = -dotsToPoints(mmToDots(y, press), press);
  const high = dotsToPoints(mmToDots(height, press), press);
  const pieces = barPieces(module, less / dots, Math.floor(less / 2) / dots);
  const [a, b, c, d] = QUARTERS[turn];
  const unit = `${points(a * module)} ${points(b * module)} ${points(c * high)} ${points(d * high)}`;
  const [right, down] = cornerOf(turn, modulesOf(widths) * module, high);
  let path = `q ${unit} ${points(left + right)} ${points(top - down)} cm\n`;
  let at = 0;
  for (let index = 0; index < widths.length; index += CHARACTER) {
    path += pieces(at, widths, index);
    for (let next = index; next < index + CHARACTER; next += 1) at += widths[next] ?? 0;
  }
  return `${path}f Q\n`;
}

/** Where the lower left corner of a box comes to lie when it is turned, from its new upper left: right and down. */
function cornerOf(turn: Turn, length: number, height: number): readonly [number, number] {
  switch (turn) {
    case 0:
      return [0, height];
    case 90:
      return [0, 0];
    case 180:
      return [length, 0];
    case 270:
      return [height, length];
  }
}

/** One path, one fill, a rectangle for each run of dark modules of a row. */
export function paintMatrix({ x, y, dots, rows }: MatrixMark, press: Press): string {
  const module = dotsToPoints(dots, press);
  const inset = INSET / module;
  const left = dotsToPoints(mmToDots(x, press), press);
  const bottom = -dotsToPoints(mmToDots(y, press) + rows.length * dots, press);
  let path = `q ${points(module)} 0 0 ${points(module)} ${points(left)} ${points(bottom)} cm\n`;
  for (const [index, row] of rows.entries()) {
    const from = fixed(rows.length - 1 - index + inset, 5);
    for (let at = 0; at < row.length; at += 1) {
      const start = at;
      while (row[at] === 1) at += 1;
      if (at > start)
        path += `${fixed(start + inset, 5)} ${from} ${fixed(at - start - 2 * inset, 5)} ${fixed(1 - 2 * inset, 5)} re\n`;
    }
  }
  return `${path}f Q\n`;
}

/** Bars and spaces of one character of a symbol. */
const CHARACTER = 6;

/** The operators of the bars of a character: `widths` from `index` on, at a module. */
type BarPieces = (at: number, widths: readonly number[], index: number) => string;

const knownPieces = new Map<string, BarPieces>();

/** The operators of a character at a module, its bars less so many modules: some thousand strings, made once. */
function barPieces(module: number, less: number, before: number): BarPieces {
  const key = `${module} ${less} ${before}`;
  const known = knownPieces.get(key);
  if (known !== undefined) return known;
  const inset = INSET / module;
  const bar = (at: number, width: number) =>
    `${fixed(at + before + inset, 4)} 0 ${fixed(width - less - 2 * inset, 4)} 1 re\n`.replaceAll(
      /(?<!\d)0\./g,
      '.',
    );
  const table = new Map<number, string>();
  const pieces: BarPieces = (at, widths, index) => {
    const end = Math.min(index + CHARACTER, widths.length);
    // Widths are 0 to 4: in base 5 they tell one character from another, and a shorter one, too.
    let character = at;
    for (let next = index; next < index + CHARACTER; next += 1)
      character = character * 5 + (next < end ? (widths[next] ?? 0) : 0);
    let piece = table.get(character);
    if (piece === undefined) {
      const bars: string[] = [];
      for (let next = index, to = at; next < end; next += 2) {
        bars.push(bar(to, widths[next] ?? 0));
        to += (widths[next] ?? 0) + (widths[next + 1] ?? 0);
      }
      table.set(character, (piece = bars.join('')));
    }
    return piece;
  };
  knownPieces.set(key, pieces);
  return pieces;
}
