// One symbol, line by line, against the plan of where its edges lie. Pure: it is told no text.
import { type PixelLine, type Runs, edgesOfText, runsOf, symbolOf } from './reader.ts';

/** What a symbol's place was planned to be. */
export interface SymbolPlan {
  /** Pixels a dot of the press. */
  readonly scale: number;
  /** Dots a module. */
  readonly dots: number;
  /** Dots by which bars are drawn narrower, the odd one at their ends. */
  readonly less?: number;
  /** Dots from the line's left end to the first bar of a symbol of so many modules; its own first, where not known. */
  readonly firstBar?: (modules: number) => number;
}

export interface Verdict {
  /** What it says, where it can be read at all. */
  readonly text: string | undefined;
  /** What is wrong with it; undefined where nothing is. */
  readonly why: string | undefined;
  /** Dots by which the worst edge is off its plan; 0 where it cannot be read. */
  readonly off: number;
}

/** An edge may be this far from its plan, dots; the excess is the arithmetic of a renderer. */
const MOST_OFF = 1.05;

/** Runs at an end of a line that may be something else than the symbol. */
const STRAY = 4;

/** @param lines the symbol's whole height in bands, each in the direction of reading */
export function judgeSymbol(lines: readonly PixelLine[], plan: SymbolPlan): Verdict {
  let text: string | undefined;
  let why: string | undefined;
  let off = 0;
  let previous: PixelLine | undefined;
  let reach: readonly [number, number] | undefined;
  for (const [index, line] of lines.entries()) {
    // Bars are upright: a line that is the one before it needs no second look.
    if (previous !== undefined && Buffer.compare(line, previous) === 0) continue;
    previous = line;
    const found = judgeLine(line, plan, reach);
    text ??= found.text;
    reach ??= found.reach;
    off = Math.max(off, found.off);
    const fault =
      found.text !== undefined && found.text !== text ? 'says two things at different heights' : found.why;
    // What is wrong in some lines only is said as such: it is a defect of the bars, not another symbol.
    if (fault !== undefined && why === undefined)
      why = index === 0 ? fault : `${fault}, not over its whole height`;
  }
  if (text !== undefined && why === undefined && off > MOST_OFF)
    why = `an edge is off by ${off.toFixed(1)} dots`;
  return { text, why, off };
}

interface LineVerdict extends Verdict {
  /** Pixels of the first and the last edge. */
  readonly reach?: readonly [number, number];
}

function judgeLine(
  line: PixelLine,
  plan: SymbolPlan,
  reach: readonly [number, number] | undefined,
): LineVerdict {
  const runs = runsOf(line);
  const { edges } = runs;
  const nothing = { text: undefined, off: 0 };
  if (edges.length === 0)
    return { ...nothing, why: runs.blemish === undefined ? 'is missing' : 'is too pale' };
  const found = findSymbol(edges);
  if (found === undefined) {
    const outside = reach !== undefined && strays(runs, reach, plan);
    return { ...nothing, why: outside ? 'has ink in its quiet zone' : 'cannot be read' };
  }
  const { symbol, from, to } = found;
  const own = edges.subarray(from, to);
  const ends = [own[0] ?? 0, own.at(-1) ?? 0] as const;
  const off = offOf(own, symbol.modules, plan);
  const stray = from > 0 || to < edges.length;
  const blemished = runs.blemish;
  const inQuiet = blemished !== undefined && (blemished < ends[0] - 1 || blemished > ends[1] + 1);
  let why: string | undefined;
  if (stray || inQuiet) why = 'has ink in its quiet zone';
  else if (blemished !== undefined) why = 'has a blemish in its bars';
  else if (off > MOST_OFF) why = `has an edge that is off by ${off.toFixed(1)} dots`;
  return { text: symbol.text, why, off, reach: ends };
}

/** The symbol among the edges, strays at either end left out if need be. */
function findSymbol(edges: Float64Array) {
  for (let strays = 0; strays <= 2 * STRAY; strays += 1) {
    for (let front = Math.max(0, strays - STRAY); front <= Math.min(strays, STRAY); front += 1) {
      const from = front * 2;
      const to = edges.length - (strays - front) * 2;
      const symbol = to - from < 26 ? undefined : symbolOf(edges.subarray(from, to));
      if (symbol !== undefined) return { symbol, from, to };
    }
  }
  return undefined;
}

function offOf(
  edges: Float64Array,
  modules: number,
  { scale, dots, less = 0, firstBar }: SymbolPlan,
): number {
  const planned = edgesOfText(edges, modules);
  const taken = [Math.floor(less / 2), -Math.ceil(less / 2)] as const;
  const start = firstBar?.(modules) ?? Math.round((edges[0] ?? 0) / scale) - taken[0];
  let worst = 0;
  for (const [index, edge] of edges.entries()) {
    const at = start + (planned[index] ?? 0) * dots + (index % 2 === 0 ? taken[0] : taken[1]);
    const off = Math.abs(edge / scale - at);
    if (off > worst) worst = off;
  }
  return worst;
}

/** Whether a line that cannot be read has ink beyond where the symbol ends in lines that can. */
function strays({ edges }: Runs, [first, last]: readonly [number, number], { scale }: SymbolPlan): boolean {
  const margin = MOST_OFF * scale;
  return (edges[0] ?? first) < first - margin || (edges.at(-1) ?? last) > last + margin;
}
