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

/**
 * A number to so many decimals, without zeros at its end. Put together from whole numbers, for V8 keeps the text of
 * every other number that it has written in a cache, where it outlives the page.
 */
export function fixed(value: number, decimals: number): string {
  const scale = SCALES[decimals] ?? 10 ** decimals;
  const rounded = Math.round(value * scale);
  if (rounded === 0) return '0';
  const sign = rounded < 0 ? '-' : '';
  const units = Math.abs(rounded);
  const whole = Math.floor(units / scale);
  let part = units - whole * scale;
  if (part === 0) return `${sign}${whole}`;
  let places = decimals;
  while (part % 10 === 0) {
    part /= 10;
    places -= 1;
  }
  return `${sign}${whole}.${String(part).padStart(places, '0')}`;
}

const SCALES: readonly number[] = [1, 10, 100, 1_000, 10_000, 100_000];

/** Turned clockwise about the origin: a, b, c and d of a PDF matrix. */
export const QUARTERS = {
  0: [1, 0, 0, 1],
  90: [0, -1, 1, 0],
  180: [-1, 0, 0, -1],
  270: [0, 1, -1, 0],
} as const;
