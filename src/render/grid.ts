// The press's dot grid. A bar edge that falls between two dots prints a dot wider than it was drawn, so
// every symbol, every slot and the page itself stand on whole dots, counted from the page's corner.

/** What imaging needs to know of the press; dots per inch may be a decimal (812.8 is 32 dots a millimetre). */
export interface Press {
  readonly dpi: number;
  /** By how much the press widens every bar, micrometres; bars are drawn narrower by so many whole dots. */
  readonly barGrowth?: number;
}

/** Whole dots that bars are drawn narrower by. */
export function growthDots({ barGrowth = 0, dpi }: Press): number {
  return Math.round((barGrowth * dpi) / 25_400);
}

const MM_PER_INCH = 25.4;
const POINTS_PER_INCH = 72;

export const POINTS_PER_MM = POINTS_PER_INCH / MM_PER_INCH;

/** Millimetres of so many dots. */
export function dotsToMm(dots: number, press: Press): number {
  return (dots * MM_PER_INCH) / press.dpi;
}

/** Points of so many dots. */
export function dotsToPoints(dots: number, press: Press): number {
  return (dots * POINTS_PER_INCH) / press.dpi;
}

/** The nearest whole number of dots. */
export function mmToDots(mm: number, press: Press): number {
  return Math.round((mm * press.dpi) / MM_PER_INCH);
}

/** How many whole dots a length holds; a length that is whole but for rounding counts as whole. */
export function dotsWithin(mm: number, press: Press): number {
  return Math.floor((mm * press.dpi) / MM_PER_INCH + 1e-6);
}
