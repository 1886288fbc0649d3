// Vector art: an SVG's filled shapes as paths of lines and curves. What cannot be told from its shapes alone
// (strokes, gradients, text, styles) is refused with its line, never left out in silence.
import { SaxesParser } from 'saxes';
import svgpath from 'svgpath';
import { Failure, badInput } from '../base/failure.ts';
import { excerptOf } from '../base/shown.ts';
import { overlaps } from '../plan/rect.ts';
import { reachOf } from './outline.ts';

/** Move, line, curve and close, in the units of the drawing; y runs down. */
export type PathStep =
  | readonly ['m' | 'l', number, number]
  | readonly ['c', number, number, number, number, number, number]
  | readonly ['h'];

export interface Shape {
  readonly steps: readonly PathStep[];
  /** As the drawing says it, in lower case: `#0a5c36`, `black`. */
  readonly fill: string;
  readonly evenOdd: boolean;
}

/** The shapes of a drawing, and the part of the plane that it shows. */
export interface Drawing {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

/** SVG's own, however its prefix is called; a file that declares none, or not that of svg:, is taken at its word. */
const NAMESPACES = ['http://www.w3.org/2000/svg', '', 'svg'];
const SHAPES = ['path', 'rect', 'circle', 'ellipse', 'polygon'];
const GROUPS = ['svg', 'g'];
/** Say something about a drawing and draw nothing. */
const SILENT = ['title', 'desc', 'metadata', 'defs'];
/** Values of `fill` with which a shape is not seen. */
const UNFILLED = ['none', 'transparent'];
/** Attributes that would change what is seen, with the values at which they do not. */
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  stroke: ['none'],
  opacity: ['1'],
  'fill-opacity': ['1'],
  filter: ['none'],
  mask: ['none'],
  'clip-path': ['none'],
  display: ['inline', 'block'],
  visibility: ['visible'],
  style: [],
  class: [],
};

interface Inherited {
  readonly fill: string;
  readonly rule: string;
  readonly transforms: readonly string[];
}

/**
 * @param file what complaints call it
 * @throws Failure of kind `input`, which names line and column of what cannot be drawn
 */
export function readDrawing(bytes: Uint8Array, file: string): Drawing {
  const text = new TextDecoder().decode(bytes);
  const lines = text.split('\n');
  const parser = new SaxesParser<{ position: true; xmlns: true }>({ position: true, xmlns: true });
  const shapes: Shape[] = [];
  const open: Inherited[] = [];
  let box: Omit<Drawing, 'shapes'> | undefined;
  let silent = 0;
  const refuse = (what: string, hint?: string): Failure =>
    badInput(`${file}: ${what}`, {
      place: { file, line: parser.line, column: 1, excerpt: excerptOf(lines[parser.line - 1] ?? '', 1) },
      ...(hint !== undefined && { hint }),
    });
  parser.on('error', (error) => {
    // What another program left behind without saying whose it is, is passed over as all of another's is.
    if (error.message.includes('unbound namespace prefix')) return;
    throw refuse(`it is not well-formed (${error.message})`);
  });
  parser.on('opentag', (tag) => {
    const name = tag.local;
    // A style sheet changes shapes wherever it stands.
    if (name === 'style' && NAMESPACES.includes(tag.uri))
      throw refuse('<style> cannot be drawn', HINTS.style);
    if (silent > 0 || SILENT.includes(name) || !NAMESPACES.includes(tag.uri)) {
      silent += 1;
      return;
    }
    const attributes: Attributes = Object.fromEntries(
      Object.entries(tag.attributes).map(([attribute, { value }]) => [attribute, value]),
    );
    const isOutermost = open.length === 0;
    if (isOutermost) {
      if (name !== 'svg') throw refuse('it is no SVG');
      const found = viewBox(attributes);
      if (typeof found === 'string') throw refuse(found, 'give it a viewBox of four numbers');
      box = found;
    }
    if ((!GROUPS.includes(name) && !SHAPES.includes(name)) || (name === 'svg' && !isOutermost)) {
      const what = name === 'svg' ? '<svg> within another' : `<${name}>`;
      throw refuse(`${what} cannot be drawn`, 'make plain filled paths of it in the drawing program');
    }
    for (const [attribute, fine] of Object.entries(PLAIN)) {
      const value = attributes[attribute];
      if (value !== undefined && !fine.includes(value.trim()))
        throw refuse(`${attribute}="${value}" cannot be drawn`, HINTS[attribute]);
    }
    const around = open.at(-1) ?? { fill: 'black', rule: 'nonzero', transforms: [] };
    const own = transformsOf(attributes.transform ?? 'none');
    if (own === undefined)
      throw refuse(`transform="${attributes.transform ?? ''}" cannot be read`, 'numbers have no units there');
    const state: Inherited = {
      fill: (attributes.fill ?? around.fill).trim().toLowerCase(),
      rule: attributes['fill-rule'] ?? around.rule,
      transforms: [...around.transforms, ...own],
    };
    open.push(state);
    if (!SHAPES.includes(name) || UNFILLED.includes(state.fill)) return;
    if (isSeenThrough(state.fill))
      throw refuse(
        `fill="${state.fill}" cannot be drawn: it is seen through`,
        'give the shape the colour that is seen',
      );
    if (state.fill.startsWith('url('))
      throw refuse('a gradient or pattern cannot be drawn', 'give the shape one colour');
    const steps = stepsOf(pathOf(name, attributes), state.transforms);
    if (typeof steps === 'string') throw refuse(steps);
    shapes.push({ steps, fill: state.fill, evenOdd: state.rule === 'evenodd' });
  });
  parser.on('closetag', () => {
    if (silent > 0) silent -= 1;
    else open.pop();
  });
  parser.write(text).close();
  if (box === undefined || shapes.length === 0) throw badInput(`${file} has no shape that is filled`);
  const seen = box;
  const reaches = shapes.flatMap(({ steps }) => reachOf(steps) ?? []);
  if (!reaches.some((reach) => overlaps(reach, seen)))
    throw badInput(`${file} has no shape within its viewBox`);
  return { ...box, shapes };
}

const HINTS: Readonly<Record<string, string>> = {
  stroke: 'turn strokes into outlines in the drawing program',
  style: 'export with presentation attributes (fill="…") instead of styles',
  class: 'export with presentation attributes (fill="…") instead of styles',
};

/** Colours with an alpha: of ink there is all or none. */
function isSeenThrough(fill: string): boolean {
  const [, alpha] = /^#(?:[0-9a-f]{3}([0-9a-f])|[0-9a-f]{6}([0-9a-f]{2}))$/.exec(fill)?.filter(Boolean) ?? [];
  if (alpha !== undefined) return !/^f+$/.test(alpha);
  return /^(rgb|hsl)a\(|^\w+\(.*\//.test(fill);
}

type Attributes = Readonly<Record<string, string | undefined>>;

const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/gi;

/** The numbers of a list; none where it holds anything else. */
function numbersOf(list: string): readonly number[] | undefined {
  const numbers = (list.match(NUMBER) ?? []).map(Number);
  return /^[\s,]*$/.test(list.replace(NUMBER, '')) && numbers.every(Number.isFinite) ? numbers : undefined;
}

/** The part of the plane that a drawing shows, or what is wrong with it. */
function viewBox({ viewBox: said, width: wide, height: high }: Attributes): Omit<Drawing, 'shapes'> | string {
  // A length with a unit says how large the drawing is, and not how many of its own units that is.
  const plain = (length = '') => length.trim().replace(/px$/, '');
  const [x, y, width, height, ...more] = numbersOf(said ?? `0 0 ${plain(wide)} ${plain(high)}`) ?? [];
  if (x === undefined || y === undefined || width === undefined || height === undefined || more.length > 0)
    return said === undefined
      ? 'it has neither a viewBox nor width and height without units'
      : `viewBox="${said}" cannot be read`;
  return width > 0 && height > 0 ? { x, y, width, height } : 'it has no width or no height';
}

/** How many numbers each transform may have. */
const TRANSFORMS = new Map([
  ['matrix', [6]],
  ['translate', [1, 2]],
  ['scale', [1, 2]],
  ['rotate', [1, 3]],
  ['skewX', [1]],
  ['skewY', [1]],
]);

/** The transforms of a list in svgpath's own words, which passes over all others; none where it holds any other. */
function transformsOf(list: string): readonly string[] | undefined {
  const ONE = /([a-z]+)\s*\(([^()]*)\)/gi;
  if (list.trim() === 'none') return [];
  if (!/^[\s,]*$/.test(list.replace(ONE, ''))) return undefined;
  const transforms = [...list.matchAll(ONE)].map(([, name = '', inner = '']) => {
    const numbers = numbersOf(inner);
    const isKnown = numbers !== undefined && TRANSFORMS.get(name)?.includes(numbers.length) === true;
    return isKnown ? `${name}(${numbers.join(' ')})` : undefined;
  });
  return transforms.every((one) => one !== undefined) ? [transforms.join(' ')] : undefined;
}

/** A shape as path data. */
function pathOf(name: string, attributes: Attributes): string {
  const n = (attribute: string) => Number(attributes[attribute] ?? 0);
  const ellipse = (cx: number, cy: number, rx: number, ry: number) =>
    `M${cx - rx} ${cy}A${rx} ${ry} 0 1 0 ${cx + rx} ${cy}A${rx} ${ry} 0 1 0 ${cx - rx} ${cy}Z`;
  switch (name) {
    case 'rect': {
      const [x, y, w, h] = [n('x'), n('y'), n('width'), n('height')];
      const rx = Math.min(Number(attributes.rx ?? attributes.ry ?? 0), w / 2);
      const ry = Math.min(Number(attributes.ry ?? attributes.rx ?? 0), h / 2);
      const turn = (dx: number, dy: number) => `a${rx} ${ry} 0 0 1 ${dx} ${dy}`;
      return `M${x + rx} ${y}h${w - 2 * rx}${turn(rx, ry)}v${h - 2 * ry}${turn(-rx, ry)}h${2 * rx - w}${turn(-rx, -ry)}v${2 * ry - h}${turn(rx, -ry)}Z`;
    }
    case 'circle':
      return ellipse(n('cx'), n('cy'), n('r'), n('r'));
    case 'ellipse':
      return ellipse(n('cx'), n('cy'), n('rx'), n('ry'));
    case 'polygon':
      return `M${attributes.points ?? ''}Z`;
    default:
      return attributes.d ?? '';
  }
}

/** Path data as steps, its own transform last; or what is wrong with it. */
function stepsOf(data: string, transforms: readonly string[]): readonly PathStep[] | string {
  const path = [...transforms]
    .reverse()
    .reduce((known, transform) => known.transform(transform), svgpath(data).abs())
    .abs()
    .unarc()
    .unshort();
  const { err } = path as unknown as { readonly err: string };
  if (err !== '') return `its path data cannot be read (${err.replace(/^SvgPath: /, '')})`;
  const steps: PathStep[] = [];
  path.iterate((segment, _, x, y) => {
    switch (segment[0]) {
      case 'M':
        steps.push(['m', segment[1], segment[2]]);
        break;
      case 'L':
        steps.push(['l', segment[1], segment[2]]);
        break;
      case 'H':
        steps.push(['l', segment[1], y]);
        break;
      case 'V':
        steps.push(['l', x, segment[1]]);
        break;
      case 'C':
        steps.push(['c', segment[1], segment[2], segment[3], segment[4], segment[5], segment[6]]);
        break;
      case 'Q': {
        const [, cx, cy, toX, toY] = segment;
        const third = (from: number, control: number) => from + (2 * (control - from)) / 3;
        steps.push(['c', third(x, cx), third(y, cy), third(toX, cx), third(toY, cy), toX, toY]);
        break;
      }
      default:
        steps.push(['h']);
    }
  });
  // A number that no program could hold would stand in the file as no number at all.
  return steps.every(([, ...at]) => at.every(Number.isFinite)) ? steps : 'its numbers are too large';
}
