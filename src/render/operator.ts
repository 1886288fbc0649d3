// Numbers as operators have them.
import { POINTS_PER_MM } from './grid.ts';

/** Millimetres in points, to a third of a micrometre. */
export function pt(mm: number): string {
  return fixed(mm * POINTS_PER_MM, 3);
}

/** Points, to a hundred-thousandth: a dot of the finest press is not lost. */
export function points(value: number): string {
  return fixed(value, 5);
}

export function fixed(value: number, decimals: number): string {
  const scale = 10 ** decimals;
  const rounded = Math.round(value * scale) / scale;
  return rounded === 0 ? '0' : String(rounded);
}

/** Turned clockwise about the origin: a, b, c and d of a PDF matrix. */
export const QUARTERS = {
  0: [1, 0, 0, 1],
  90: [0, -1, 1, 0],
  180: [-1, 0, 0, -1],
  270: [0, 1, -1, 0],
} as const;
