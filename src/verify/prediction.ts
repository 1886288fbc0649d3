// What a verifier is likely to find on the printed card: a line of pixels put through a press that lets bars
// grow or shrink, and through a scanner's round aperture. A prediction, not a grade: only a verifier on the
// finished card gives one.
import { edgesOfText, runsOf, symbolOf } from './reader.ts';

/** A line across a symbol and some millimetres beyond it, as it was rendered. */
export interface PredictionInput {
  readonly line: Uint8Array;
  readonly pixelsPerMm: number;
  /** The symbol's zone, pixels from the line's left end; what lies beyond may be art. */
  readonly zone: { readonly from: number; readonly to: number };
  /** Millimetres. */
  readonly module: number;
  /** By how much bars are drawn narrower, mm: the press adds it back before it errs. */
  readonly less?: number;
}

export interface Prediction {
  /** ISO/IEC 15416, of 1; the worst of growth and shrinkage. 0 where a simulated scan cannot be read. */
  readonly decodability: number;
  /** Symbol contrast in percent: lightest less darkest. */
  readonly contrast: number;
  /** The weakest step from a bar to a space as a part of the contrast: what an aperture leaves of narrow modules. */
  readonly modulation: number;
  /** Clear modules beside the bars when black is printed half a millimetre off the other inks. */
  readonly quiet: number;
  readonly outlook: 'good' | 'fair' | 'poor';
}

/** Change of a bar's width on press, modules: half of it at either edge. */
const GROWTH = 0.15;
/** Diameter of a scanner's aperture, mm. */
const APERTURE = 0.15;
/** Inks are registered to each other within this, mm. */
const SHIFT = 0.5;
/** Reflectance of bare white plastic or board, and of solid black, of 1. */
const WHITE = 0.85;
const BLACK = 0.03;
/**
 * Good is to be aimed at, and below the second number it is poor: decodability and contrast as this program's
 * preflight has them, modulation as ISO/IEC 15416 has grades B and C. The standard asks for 10 clear modules.
 */
const LIMITS = {
  decodability: [0.62, 0.37],
  contrast: [70, 40],
  modulation: [0.6, 0.5],
  quiet: [10, 7],
} as const;

/** @returns undefined where the line holds no symbol that can be read as it is */
export function predict({
  line,
  pixelsPerMm,
  zone,
  module,
  less = 0,
}: PredictionInput): Prediction | undefined {
  const inner = line.subarray(zone.from, zone.to);
  const { edges } = runsOf(inner);
  const symbol = symbolOf(edges);
  if (symbol === undefined) return undefined;
  const symbolInks = inksOf(inner, edges);
  const half = (GROWTH / 2) * module * pixelsPerMm;
  const back = (less / 2) * pixelsPerMm;
  const scans = [-half, 0, half].map((by) =>
    scan(grownBy(symbolInks, inner.length, edges, back + by), pixelsPerMm),
  );
  const planned = edgesOfText(edges, symbol.modules);
  const decodability = Math.min(...scans.map((profile) => decodabilityOf(profile, symbol.text, planned)));
  const contrast = 100 * Math.min(...scans.map(extremesOf).map(({ light, dark }) => light - dark));
  const modulation = Math.min(...scans.map((profile) => modulationOf(profile)));
  const quiet = quietOf(line, zone, edges, pixelsPerMm) / module;
  const reached = (value: number, [good, fair]: readonly [number, number]) =>
    value >= good - 1e-9 ? 2 : value >= fair - 1e-9 ? 1 : 0;
  const worst = Math.min(
    reached(decodability, LIMITS.decodability),
    reached(contrast, LIMITS.contrast),
    reached(modulation, LIMITS.modulation),
    reached(quiet, LIMITS.quiet),
  );
  return {
    decodability: round(decodability, 2),
    contrast: round(contrast, 0),
    modulation: round(modulation, 2),
    quiet: round(quiet, 1),
    outlook: worst === 2 ? 'good' : worst === 1 ? 'fair' : 'poor',
  };
}

/** Grey of a screen to reflectance: from black ink to bare ground. */
function reflectanceOf(grey: number): number {
  const screen = (Math.max(35, grey) - 35) / 220;
  return BLACK + (WHITE - BLACK) * screen;
}

/** Reflectance of each space and bar in turn, from the space before the first bar: of what lies clear of the edges. */
function inksOf(line: Uint8Array, edges: Float64Array): Float64Array {
  return Float64Array.from({ length: edges.length + 1 }, (_, element) => {
    const from = element === 0 ? 0 : Math.ceil(edges[element - 1] ?? 0);
    const to = Math.max(from + 1, element === edges.length ? line.length : Math.floor(edges[element] ?? 0));
    const isSpace = element % 2 === 0;
    let grey = line[from] ?? 0;
    // The lightest of a space, and the darkest of a bar: at edges pixels are mixed.
    for (let at = from; at < to; at += 1) {
      const one = line[at] ?? grey;
      if (isSpace ? one > grey : one < grey) grey = one;
    }
    return reflectanceOf(grey);
  });
}

/** The line as it would be printed with every edge moved outwards from its bar by so many pixels. */
function grownBy(inks: Float64Array, length: number, edges: Float64Array, by: number): Float64Array {
  const line = new Float64Array(length);
  // Under a bar lies the lighter of what is beside it.
  const groundOf = (bar: number) => Math.max(inks[bar] ?? WHITE, inks[bar + 2] ?? WHITE);
  for (let element = 0; element <= edges.length; element += 1) {
    const ground = element % 2 === 0 ? (inks[element] ?? WHITE) : groundOf(element - 1);
    line.fill(ground, Math.round(edges[element - 1] ?? 0), Math.round(edges[element] ?? length));
  }
  for (let bar = 0; bar + 1 < edges.length; bar += 2) {
    const from = (edges[bar] ?? 0) - by;
    const to = (edges[bar + 1] ?? 0) + by;
    const [ground, ink] = [groundOf(bar), inks[bar + 1] ?? BLACK];
    for (let at = Math.max(0, Math.floor(from)); at < Math.min(length, Math.ceil(to)); at += 1) {
      const covered = Math.max(0, Math.min(at + 1, to) - Math.max(at, from));
      line[at] = Math.min(line[at] ?? WHITE, ground - (ground - ink) * covered);
    }
  }
  return line;
}

/** The mean of what a round aperture sees at each pixel. */
function scan(line: Float64Array, pixelsPerMm: number): Float64Array {
  const radius = (APERTURE / 2) * pixelsPerMm;
  const reach = Math.floor(radius);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, index) =>
    Math.sqrt(Math.max(0, radius * radius - (index - reach) ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  return line.map((_, at) => {
    let sum = 0;
    for (let index = 0; index < weights.length; index += 1)
      sum += (weights[index] ?? 0) * (line[at + index - reach] ?? WHITE);
    return sum / total;
  });
}

function extremesOf(profile: Float64Array): { readonly light: number; readonly dark: number } {
  let [light, dark] = [-Infinity, Infinity];
  for (const value of profile) {
    if (value > light) light = value;
    if (value < dark) dark = value;
  }
  return { light, dark };
}

/** Edges where a profile crosses the middle between its lightest and its darkest. */
function edgesIn(profile: Float64Array): Float64Array {
  const { light, dark } = extremesOf(profile);
  const middle = (light + dark) / 2;
  const edges: number[] = [];
  for (let at = 1; at < profile.length; at += 1) {
    const before = profile[at - 1] ?? 0;
    const now = profile[at] ?? 0;
    if (before > middle !== now > middle) edges.push(at - 0.5 + (before - middle) / (before - now));
  }
  return Float64Array.from(edges);
}

/** The weakest edge: between the extremes of two neighbouring elements. */
function modulationOf(profile: Float64Array): number {
  const edges = edgesIn(profile);
  const { light, dark } = extremesOf(profile);
  const extremes = Array.from({ length: edges.length + 1 }, (_, element) => {
    const from = element === 0 ? 0 : Math.ceil(edges[element - 1] ?? 0);
    const to = element === edges.length ? profile.length : Math.ceil(edges[element] ?? 0);
    const part = extremesOf(profile.subarray(from, Math.max(to, from + 1)));
    return element % 2 === 0 ? part.light : part.dark;
  });
  const steps = extremes.slice(1).map((extreme, index) => Math.abs(extreme - (extremes[index] ?? 0)));
  return Math.min(...steps) / (light - dark);
}

/** ISO/IEC 15416, annex for (n, k) symbologies read by similar edges: the worst character's margin. */
function decodabilityOf(profile: Float64Array, text: string, planned: Int32Array): number {
  const edges = edgesIn(profile);
  if (edges.length !== planned.length || symbolOf(edges)?.text !== text) return 0;
  const width = (from: number, to: number) => (edges[to] ?? 0) - (edges[from] ?? 0);
  let worst = 1;
  for (let first = 0; first + 6 < edges.length - 2; first += 6) {
    const module = width(first, first + 6) / 11;
    for (let pair = 0; pair < 4; pair += 1) {
      const measured = width(first + pair, first + pair + 2) / module;
      const modules = (planned[first + pair + 2] ?? 0) - (planned[first + pair] ?? 0);
      // A pair of elements is taken for another when it is half a module off.
      worst = Math.min(worst, (0.5 - Math.abs(measured - modules)) / 0.5);
    }
    const bars = [0, 2, 4].reduce((sum, bar) => sum + width(first + bar, first + bar + 1), 0) / module;
    const wanted = [0, 2, 4].reduce(
      (sum, bar) => sum + (planned[first + bar + 1] ?? 0) - (planned[first + bar] ?? 0),
      0,
    );
    worst = Math.min(worst, (1.75 - Math.abs(bars - wanted)) / 1.75);
  }
  return Math.max(0, worst);
}

/** Millimetres from the bars to the nearest ink beside them, less what the inks may be apart. */
function quietOf(
  line: Uint8Array,
  { from, to }: { from: number; to: number },
  edges: Float64Array,
  scale: number,
) {
  const first = from + (edges[0] ?? 0);
  const last = from + (edges.at(-1) ?? 0);
  let left = 0;
  for (let at = Math.min(from, line.length) - 1; at >= 0 && left === 0; at -= 1)
    if ((line[at] ?? 0) < 235) left = at + 1;
  let right = line.length;
  for (let at = to; at < line.length && right === line.length; at += 1) if ((line[at] ?? 0) < 235) right = at;
  // Where nothing is found, the line ends there: what lies beyond it is not known, nor nearer.
  return Math.max(0, Math.min(first - left, right - last) / scale - SHIFT);
}

const round = (value: number, decimals: number) => Math.round(value * 10 ** decimals) / 10 ** decimals;
