// Lines that are laid over a picture to show what a key means; none of them is printed.
import { type Part, partsOf } from '../src/plan/template.ts';
import type { Layout } from '../src/render/preflight.ts';
import type { Illustration } from './illustration.ts';

export interface Guide {
  readonly x: number;
  readonly y: number;
  /** Nothing wide and nothing high is a point. */
  readonly width: number;
  readonly height: number;
  readonly colour: string;
}

const BLUE = '#1f6feb';
const RED = '#e5007d';

/** Pictures in which the corner `at` and the room of every part are shown. */
const ROOMS = [
  'barcode',
  'barcode-turn',
  'text',
  'text-align',
  'text-fit',
  'svg',
  'qr',
  'stripe',
  'rect',
  'signature',
];

export function guidesOf({ template, symbols }: Layout, { picture }: Illustration): readonly Guide[] {
  const { width, height } = template.card;
  const { safe } = template;
  if (picture === 'bleed') return [{ x: 0, y: 0, width, height, colour: RED }];
  if (picture === 'safe')
    return [{ x: safe, y: safe, width: width - 2 * safe, height: height - 2 * safe, colour: BLUE }];
  if (picture === 'barcode-module' || picture === 'barcode-align')
    return symbols.map(({ part }) => guideOf(part.at, part.size));
  if (!ROOMS.includes(picture)) return [];
  return partsOf(template, 'front').flatMap((part) => roomOf(part, width));
}

function roomOf(part: Part, across: number): readonly Guide[] {
  switch (part.part) {
    case 'text': {
      const [x, y] = part.at;
      const point = { x, y, width: 0, height: 0, colour: RED };
      if (part.width === undefined || part.turn !== 0) return [point];
      const high = part.size * 0.38;
      const left = { left: x, center: x - part.width / 2, right: x - part.width }[part.align];
      return [{ x: left, y: y - high, width: part.width, height: high * 1.3, colour: BLUE }, point];
    }
    case 'line':
      return [];
    case 'stripe':
      return [{ x: 0, y: part.top, width: across, height: part.height, colour: BLUE }];
    case 'qr':
      return [guideOf(part.at, [part.size, part.size]), pointOf(part.at)];
    default:
      return [guideOf(part.at, part.size), pointOf(part.at)];
  }
}

const guideOf = ([x, y]: readonly [number, number], [width, height]: readonly [number, number]): Guide => ({
  x,
  y,
  width,
  height,
  colour: BLUE,
});
const pointOf = ([x, y]: readonly [number, number]): Guide => ({ x, y, width: 0, height: 0, colour: RED });
