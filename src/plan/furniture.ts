// What stands on a sheet beside its cards: marks, colour bar, code and slug line. All of it must keep off the
// cards' bleed, off the margins and the gripper, and off each other, on the front and on the turned back.
import { badInput } from '../base/failure.ts';
import { type Rect, box, grown, mm, overlaps } from './rect.ts';
import { SLUG_HEIGHT, type SheetFormat, slotsOf, turnAxis } from './sheet.ts';
import type { Checked } from './yaml.ts';

interface Thing extends Rect {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Radius of a registration mark's circle, and the reach of its cross from the middle, mm. */
export const TARGET = { radius: 1.5, reach: 2.5 };

/** Patches of a colour bar, cyan, magenta, yellow and black in percent: solids, halves, overprints, a grey. */
export const PATCHES = [
  [100, 0, 0, 0],
  [0, 100, 0, 0],
  [0, 0, 100, 0],
  [0, 0, 0, 100],
  [50, 0, 0, 0],
  [0, 50, 0, 0],
  [0, 0, 50, 0],
  [0, 0, 0, 50],
  [0, 100, 100, 0],
  [100, 0, 100, 0],
  [100, 100, 0, 0],
  [50, 40, 40, 0],
] as const;

/** Room that a slug line may take to the right of where it begins, mm. */
const SLUG_ROOM = 110;

/** Checks the furniture of a sheet on both of its sides. */
export function checkFurniture(checked: Checked<SheetFormat>): void {
  const { value: sheet, at } = checked;
  for (const side of ['front', 'back'] as const) {
    const cards = slotsOf(sheet).map(({ slot, x, y }) => ({
      name: `slot ${slot}`,
      ...turned({ x, y, ...sheet.card }, sheet, side),
    }));
    const bled = cards.map((card) => ({ ...card, ...grown(card, sheet.bleed) }));
    const free = printable(sheet, side);
    const things = [...furniture(sheet, side), ...cropMarks(sheet, cards)];
    for (const [index, thing] of [...things, ...bled].entries()) {
      const where = { place: at(...('path' in thing ? thing.path : ['grid'])) };
      const over = Math.max(
        free.x - thing.x,
        free.y - thing.y,
        thing.x + thing.width - free.x - free.width,
        thing.y + thing.height - free.y - free.height,
      );
      if (over > 0.005) {
        throw badInput(
          `${thing.name} stands ${mm(over)} in what the press cannot print on the ${side} (margins and grip)`,
          where,
        );
      }
      if (index >= things.length) continue;
      const met = [...bled, ...things.slice(index + 1)].find(
        (other) => other.name !== thing.name && overlaps(thing, other),
      );
      if (met !== undefined) throw badInput(`${thing.name} runs into ${met.name} on the ${side}`, where);
    }
  }
}

function furniture(sheet: SheetFormat, side: 'front' | 'back'): readonly Thing[] {
  const { registration, colourBar, sheetCode, slug, page } = sheet;
  const { reach } = TARGET;
  return [
    ...registration.map(([x, y], index) => ({
      name: `registration mark ${index + 1}`,
      path: ['registration', index],
      ...turned({ x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach }, sheet, side),
    })),
    ...(colourBar === undefined
      ? []
      : [{ name: 'the colour bar', path: ['colourBar'], ...barBox(colourBar) }]),
    ...(sheetCode === undefined || side === 'back'
      ? []
      : [{ name: "the sheet's code", path: ['sheetCode'], ...box(sheetCode) }]),
    {
      name: 'the slug line',
      path: ['slug'],
      x: slug[0],
      y: slug[1] - SLUG_HEIGHT,
      width: Math.max(0, Math.min(SLUG_ROOM, page.width - slug[0] - 3)),
      height: SLUG_HEIGHT,
    },
  ];
}

function barBox({ at: [x, y], patch, direction }: NonNullable<SheetFormat['colourBar']>): Rect {
  const long = PATCHES.length * patch;
  return direction === 'across' ? { x, y, width: long, height: patch } : { x, y, width: patch, height: long };
}

/** The crop marks as thin boxes; they stand at the ends of the grid's cuts. */
function cropMarks({ marks }: SheetFormat, cards: readonly Rect[]): readonly Thing[] {
  const left = Math.min(...cards.map(({ x }) => x));
  const top = Math.min(...cards.map(({ y }) => y));
  const right = Math.max(...cards.map(({ x, width }) => x + width));
  const bottom = Math.max(...cards.map(({ y, height }) => y + height));
  const { offset, length } = marks;
  const thing = { name: 'a crop mark', path: ['marks'] };
  const columns = unique(cards.flatMap(({ x, width }) => [x, x + width]));
  const rows = unique(cards.flatMap(({ y, height }) => [y, y + height]));
  return [
    ...columns.flatMap((x) =>
      [top - offset - length, bottom + offset].map((y) => ({ ...thing, x, y, width: 0.01, height: length })),
    ),
    ...rows.flatMap((y) =>
      [left - offset - length, right + offset].map((x) => ({ ...thing, x, y, width: length, height: 0.01 })),
    ),
  ];
}

function unique(positions: readonly number[]): readonly number[] {
  return [...new Set(positions.map((position) => Number(position.toFixed(4))))];
}

/** What the press can print of a side. */
function printable(sheet: SheetFormat, side: 'front' | 'back'): Rect {
  const { page, margins, grip } = sheet;
  const edge = (name: 'top' | 'right' | 'bottom' | 'left') =>
    Math.max(margins[name], grip?.edge === name ? grip.size : 0);
  const [left, top] = [edge('left'), edge('top')];
  const width = page.width - left - edge('right');
  const height = page.height - top - edge('bottom');
  return turned({ x: left, y: top, width, height }, sheet, side);
}

/** A place of the front as it lies on a side: itself, or exactly behind itself. */
function turned({ x, y, width, height }: Rect, sheet: SheetFormat, side: 'front' | 'back'): Rect {
  if (side === 'front') return { x, y, width, height };
  return turnAxis(sheet) === 'vertical'
    ? { x: sheet.page.width - x - width, y, width, height }
    : { x, y: sheet.page.height - y - height, width, height };
}
