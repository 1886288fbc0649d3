// Reads a symbol from a line of pixels: edges to a fraction of a pixel, runs, characters, text. It knows
// nothing of what was to be printed.
import { PATTERNS, STOP, textOfValues } from './code128.ts';

/** A line of grey pixels, 0 black to 255 white. */
export type PixelLine = Uint8Array;

/** What a line of pixels was found to be; edges alternate white-to-black and black-to-white. */
export interface Runs {
  /** Pixels from the line's left end, in rising order. */
  readonly edges: Float64Array;
  /** A pixel that is neither ink nor ground and lies at no edge: a blemish, a tint, a half-covered bar. */
  readonly blemish: number | undefined;
}

export interface SymbolRead {
  readonly text: string;
  /** Modules from the first bar to the last. */
  readonly modules: number;
}

/** The lightest that bars may be, and the darkest that their ground may be; full black in CMYK shows as about 35. */
const INK = 60;
const GROUND = 235;
/** Half-way between bare white and black ink. */
const MIDDLE = 145;

const DARKEST = 35;
const LIGHTEST = 255;

const scratch = new Float64Array(2048);

/** The runs of a line. At an edge, one pixel on either side may be grey. */
export function runsOf(line: PixelLine): Runs {
  let count = 0;
  let blemish: number | undefined;
  let wasDark = false;
  let before = LIGHTEST;
  for (let at = 0; at < line.length; at += 1) {
    const value = line[at] ?? LIGHTEST;
    if (value === before && (value >= GROUND || value <= INK)) continue;
    const dark = value < MIDDLE;
    if (dark !== wasDark) {
      const inkNow = inkOf(value);
      const inkBefore = inkOf(before);
      // The edge lies where the ink of both pixels, pushed together, would end.
      if (count < scratch.length)
        scratch[count] = dark ? at + 1 - inkNow - inkBefore : at - 1 + inkNow + inkBefore;
      count += 1;
      wasDark = dark;
    } else if (isGrey(value) && !isEdge(line, at)) blemish ??= at;
    before = value;
  }
  return { edges: scratch.slice(0, Math.min(count, scratch.length)), blemish };
}

const inkOf = (value: number) => Math.min(1, Math.max(0, (LIGHTEST - value) / (LIGHTEST - DARKEST)));

const isGrey = (value: number) => value > INK && value < GROUND;

/** Whether a pixel stands beside one of the other kind. */
function isEdge(line: PixelLine, at: number): boolean {
  const dark = (line[at] ?? LIGHTEST) < MIDDLE;
  const isOther = (index: number) => (line[index] ?? LIGHTEST) < MIDDLE !== dark;
  return isOther(at - 1) || isOther(at + 1);
}

/** Six widths, each 1 to 4, as an index of 12 bits. */
const BY_WIDTHS = new Int16Array(4096).fill(-1);
for (const [value, pattern] of PATTERNS.entries()) {
  let index = 0;
  for (const width of pattern) index = index * 4 + Number(width) - 1;
  BY_WIDTHS[index] = value;
}

/**
 * The symbol whose edges these are, from the first bar to the last; undefined where it is none, or where its
 * check character is wrong. Each character is measured by its own eleven modules.
 */
export function symbolOf(edges: Float64Array): SymbolRead | undefined {
  const characters = (edges.length - 8) / 6;
  if (!Number.isInteger(characters) || characters < 3) return undefined;
  const values = new Uint8Array(characters);
  for (let character = 0; character < characters; character += 1) {
    const value = valueAt(edges, character * 6);
    if (value === undefined) return undefined;
    values[character] = value;
  }
  if (!isStop(edges, characters * 6)) return undefined;
  const text = textOfValues(values);
  return text === undefined ? undefined : { text, modules: characters * 11 + 13 };
}

function valueAt(edges: Float64Array, first: number): number | undefined {
  const from = edges[first] ?? 0;
  const module = ((edges[first + 6] ?? 0) - from) / 11;
  let index = 0;
  let total = 0;
  let previous = from;
  for (let element = 1; element <= 6; element += 1) {
    const edge = edges[first + element] ?? 0;
    const width = Math.round((edge - previous) / module);
    if (!(width >= 1 && width <= 4)) return undefined;
    index = index * 4 + width - 1;
    total += width;
    previous = edge;
  }
  const value = BY_WIDTHS[index] ?? -1;
  return total === 11 && value >= 0 ? value : undefined;
}

function isStop(edges: Float64Array, first: number): boolean {
  const module = ((edges[first + 7] ?? 0) - (edges[first] ?? 0)) / 13;
  for (let element = 0; element < 7; element += 1) {
    const width = Math.round(((edges[first + element + 1] ?? 0) - (edges[first + element] ?? 0)) / module);
    if (width !== Number(STOP[element])) return false;
  }
  return true;
}

/** The elements of a read symbol in modules: what its edges should be, counted from the first bar. */
export function edgesOfText(edges: Float64Array, modules: number): Int32Array {
  const module = ((edges[edges.length - 1] ?? 0) - (edges[0] ?? 0)) / modules;
  return Int32Array.from(edges, (edge) => Math.round((edge - (edges[0] ?? 0)) / module));
}
