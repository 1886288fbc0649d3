// A press sheet as data: paper, the grid of slots, what turns over which edge, and the marks outside the
// cards. Lengths are millimetres from the page's top left corner.
import { z } from 'zod';
import { badInput } from '../base/failure.ts';
import { checkFurniture } from './furniture.ts';
import { mm } from './rect.ts';
import { type Checked, parseYaml } from './yaml.ts';

const length = z.number().positive();
const margin = z.number().min(0).default(0);
const point = z.tuple([z.number(), z.number()]);

export const sheetSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'it must be lower-case letters, digits and hyphens')
      .describe('What the sheet is called.'),
    page: z.strictObject({ width: length.max(2000), height: length.max(2000) }).describe('The paper, mm.'),
    card: z
      .strictObject({ width: length, height: length })
      .default({ width: 85.6, height: 53.98 })
      .describe('The trimmed card that the grid is made for, mm.'),
    bleed: z.number().min(0).max(10).default(3).describe('Around each card, mm.'),
    grid: z
      .strictObject({
        columns: z.int().min(1).max(50),
        rows: z.int().min(1).max(50),
        pitch: z
          .tuple([length, length])
          .optional()
          .describe('[across, down] from trim to trim of neighbours, mm; else the card and its bleeds.'),
        origin: point
          .optional()
          .describe('The first slot’s trim corner, mm; else the grid stands in the middle of the page.'),
      })
      .describe('The slots.'),
    gutters: z
      .enum(['cut', 'shared'])
      .default('cut')
      .describe('cut: each card has its whole bleed. shared: neighbours share it, each its half.'),
    order: z
      .enum(['across', 'cut-and-stack'])
      .default('across')
      .describe('across: reading order. cut-and-stack: each slot is a pile of serials in a row.'),
    margins: z
      .strictObject({ top: margin, right: margin, bottom: margin, left: margin })
      .default({ top: 0, right: 0, bottom: 0, left: 0 })
      .describe('What the press cannot print along each edge of the front, mm.'),
    grip: z
      .strictObject({ edge: z.enum(['top', 'right', 'bottom', 'left']), size: length })
      .optional()
      .describe('The edge of the front by which the press holds the paper, and how much of it, mm.'),
    turn: z
      .enum(['long-edge', 'short-edge'])
      .default('long-edge')
      .describe('The edge over which the printed sheet is turned for its backs.'),
    marks: z
      .strictObject({
        length: length.default(5).describe('Of a crop mark, mm.'),
        offset: length.default(3.5).describe('From the trim, mm; more than the bleed.'),
        weight: length.default(0.25).describe('Points.'),
      })
      .default({ length: 5, offset: 3.5, weight: 0.25 })
      .describe('Crop marks; they stand outside the grid.'),
    registration: z
      .array(point)
      .default([])
      .describe('Middles of registration marks on the front, mm; the back’s lie exactly behind them.'),
    colourBar: z
      .strictObject({
        at: point.describe('[x, y] of its upper left corner, mm.'),
        patch: length.default(4).describe('The side of a patch, mm.'),
        direction: z.enum(['across', 'down']).default('across'),
      })
      .optional()
      .describe('Twelve patches to measure ink on.'),
    sheetCode: z
      .strictObject({ at: point, size: z.tuple([length, length]) })
      .optional()
      .describe('Room on the front for a small symbol that says volume and sheet, quiet zones included, mm.'),
    vt: z.boolean().default(false).describe('PDF/VT-1: a record for each card; one card a page only.'),
    slug: point.describe('Left end of the baseline of the line that says what sheet this is, mm.'),
  })
  .meta({
    title: 'cardpress sheet',
    description: 'Paper, slots and marks. Millimetres from the page’s top left corner.',
  });

export type SheetFormat = z.infer<typeof sheetSchema>;

/** A place for a card: the top left corner of its trim, mm from the page's top left. */
export interface Slot {
  /** From 1, in reading order of the front. */
  readonly slot: number;
  readonly x: number;
  readonly y: number;
}

export function slotCount(sheet: SheetFormat): number {
  return sheet.grid.columns * sheet.grid.rows;
}

/** The slots of the front in reading order. */
export function slotsOf(sheet: SheetFormat): readonly Slot[] {
  const { columns, rows } = sheet.grid;
  const [pitchX, pitchY] = pitchOf(sheet);
  const [originX, originY] = sheet.grid.origin ?? [
    (sheet.page.width - (columns - 1) * pitchX - sheet.card.width) / 2,
    (sheet.page.height - (rows - 1) * pitchY - sheet.card.height) / 2,
  ];
  return Array.from({ length: slotCount(sheet) }, (_, index) => ({
    slot: index + 1,
    x: originX + (index % columns) * pitchX,
    y: originY + Math.floor(index / columns) * pitchY,
  }));
}

function pitchOf(sheet: SheetFormat): readonly [number, number] {
  return sheet.grid.pitch ?? [sheet.card.width + 2 * sheet.bleed, sheet.card.height + 2 * sheet.bleed];
}

/** Parses a sheet and checks that its slots keep apart and on the paper, bleed included. */
export function parseSheet(text: string, file: string): Checked<SheetFormat> {
  const checked = parseYaml(text, file, sheetSchema);
  const sheet = checked.value;
  const [pitchX, pitchY] = pitchOf(sheet);
  const needs = [sheet.card.width + 2 * sheet.bleed, sheet.card.height + 2 * sheet.bleed] as const;
  for (const [axis, pitch, need, count] of [
    ['columns', pitchX, needs[0], sheet.grid.columns],
    ['rows', pitchY, needs[1], sheet.grid.rows],
  ] as const) {
    if (count > 1 && sheet.gutters === 'cut' && pitch < need - 1e-9) {
      throw badInput(
        `slots overlap: ${axis} stand ${mm(pitch)} apart, a card with its bleed is ${mm(need)}`,
        { place: checked.at('grid', 'pitch'), hint: 'make the pitch larger or the bleed smaller' },
      );
    }
    const card = axis === 'columns' ? sheet.card.width : sheet.card.height;
    if (count > 1 && pitch < card - 1e-9) {
      throw badInput(`slots overlap: ${axis} stand ${mm(pitch)} apart, a card is ${mm(card)}`, {
        place: checked.at('grid', 'pitch'),
      });
    }
  }
  for (const { slot, x, y } of slotsOf(sheet)) {
    const edges = {
      left: x - sheet.bleed,
      top: y - sheet.bleed,
      right: x + sheet.card.width + sheet.bleed,
      bottom: y + sheet.card.height + sheet.bleed,
    };
    if (
      edges.left < -1e-9 ||
      edges.top < -1e-9 ||
      edges.right > sheet.page.width + 1e-9 ||
      edges.bottom > sheet.page.height + 1e-9
    ) {
      throw badInput(
        `slot ${slot} leaves the paper: with bleed it runs from ${mm(edges.left)} × ${mm(edges.top)} to ${mm(edges.right)} × ${mm(edges.bottom)}`,
        { place: checked.at('grid'), hint: `the page is ${mm(sheet.page.width)} × ${mm(sheet.page.height)}` },
      );
    }
  }
  if (sheet.vt && slotCount(sheet) !== 1) {
    throw badInput(`vt is true and a page holds ${slotCount(sheet)} cards: a record is whole pages`, {
      place: checked.at('vt'),
    });
  }
  checkMarks(checked);
  checkFurniture(checked);
  return checked;
}

/** Crop marks stand outside the bleed, and the slug on the paper. */
function checkMarks({ value: sheet, at }: Checked<SheetFormat>): void {
  const { marks, bleed, slug, page } = sheet;
  if (marks.offset <= bleed) {
    throw badInput(
      `marks.offset is ${mm(marks.offset)}: crop marks would stand in the bleed of ${mm(bleed)}`,
      {
        place: at('marks', 'offset'),
        hint: `half a millimetre outside it is ${mm(bleed + 0.5)}`,
      },
    );
  }
  const [x, y] = slug;
  if (x < 0 || y < SLUG_HEIGHT || x > page.width || y > page.height) {
    throw badInput(`slug is ${mm(x)} × ${mm(y)}: the line would leave the paper`, { place: at('slug') });
  }
}

/** Room for the slug's small type above its baseline, mm. */
export const SLUG_HEIGHT = 2;

/** The axis about which the sheet is turned for its backs, as one looks at an upright page. */
export function turnAxis({ page, turn }: SheetFormat): 'vertical' | 'horizontal' {
  const longEdgeIsVertical = page.height >= page.width;
  return (turn === 'long-edge') === longEdgeIsVertical ? 'vertical' : 'horizontal';
}
