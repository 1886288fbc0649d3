// Faces on press sheets: where each slot stands on either side, how a back is turned, and every mark outside
// the cards. All of it stands on whole dots of the press, so that a symbol printed in any slot does.
//
// The trim box of a page is the rectangle around all cards of the sheet, and the bleed box that with its
// bleed: a gang sheet has no trim of its own, and marks and slug are to lie outside.
import { PATCHES, TARGET } from '../plan/furniture.ts';
import { type SheetFormat, slotsOf, turnAxis } from '../plan/sheet.ts';
import { type SymbolFit, barcodeWidths, fitSymbol, modulesNeeded } from './barcode.ts';
import type { Side } from '../plan/template.ts';
import type { Font } from './font.ts';
import { type Rect, around, grown } from '../plan/rect.ts';
import { POINTS_PER_MM, type Press, dotsToMm, growthDots, mmToDots } from './grid.ts';
import { BLACK, type LineMark, type Mark, REGISTRATION, type TextMark } from './mark.ts';
import { plainText } from './text.ts';

/** The trim of a card on one side of the sheet, mm from that side's top left; `rotation` is the face's, degrees. */
export interface SlotPlace extends Rect {
  readonly slot: number;
  readonly side: Side;
  readonly rotation: 0 | 180;
}

/** What slots depend on; a layout is one. */
export interface Imposition {
  readonly sheet: SheetFormat;
  readonly press: Press;
  readonly sides: readonly Side[];
}

/** A page's boxes, mm from its top left. */
export interface PageBoxes {
  readonly media: Rect;
  readonly bleed: Rect;
  readonly trim: Rect;
}

/** What a slug line says; never a secret. */
export interface Slug {
  readonly run: string;
  readonly test: boolean;
  readonly volume: number;
  readonly volumes: number;
  readonly sheet: number;
  readonly sheets: number;
  readonly side: Side;
  /** First and last of the sheet; in stacks those between are not in a row. */
  readonly serials: { readonly first: number; readonly last: number };
  readonly order?: SheetFormat['order'];
}

/** Points. Small enough for any margin, large enough to be read at the press. */
const SLUG_SIZE = 6;
/** Millimetres to the paper's right edge. */
const SLUG_MARGIN = 3;
/** Points. */
const VOID_SIZE = 24;

/**
 * Every slot of a sheet, side by side. A back has its front's number and lies exactly behind it; it is turned
 * by 180 degrees where the sheet is turned about a horizontal axis, so that a card turns like a page of a book.
 */
export function slotPlaces({ sheet, press, sides }: Imposition): readonly SlotPlace[] {
  const page = { width: mmToDots(sheet.page.width, press), height: mmToDots(sheet.page.height, press) };
  const card = { width: mmToDots(sheet.card.width, press), height: mmToDots(sheet.card.height, press) };
  return sides.flatMap((side) =>
    slotsOf(sheet).map(({ slot, ...corner }): SlotPlace => {
      const front = { x: mmToDots(corner.x, press), y: mmToDots(corner.y, press) };
      const mirrored = { x: page.width - front.x - card.width, y: page.height - front.y - card.height };
      const turned = side === 'back' ? turnAxis(sheet) : undefined;
      return {
        slot,
        side,
        x: dotsToMm(turned === 'vertical' ? mirrored.x : front.x, press),
        y: dotsToMm(turned === 'horizontal' ? mirrored.y : front.y, press),
        width: dotsToMm(card.width, press),
        height: dotsToMm(card.height, press),
        rotation: turned === 'horizontal' ? 180 : 0,
      };
    }),
  );
}

/** The boxes of one side's page, from that side's places. */
export function pageBoxes({ sheet, press }: Imposition, places: readonly SlotPlace[]): PageBoxes {
  const trim = around(places);
  return {
    media: {
      x: 0,
      y: 0,
      width: dotsToMm(mmToDots(sheet.page.width, press), press),
      height: dotsToMm(mmToDots(sheet.page.height, press), press),
    },
    bleed: grown(trim, sheet.bleed),
    trim,
  };
}

/** A pair of marks for every line that will be cut, at the ends of the grid and clear of every bleed. */
export function cropMarks(sheet: SheetFormat, places: readonly SlotPlace[]): readonly LineMark[] {
  const { offset, length, weight } = sheet.marks;
  const grid = around(places);
  const stroke = { ink: REGISTRATION, weight };
  const columns = cuts(places.flatMap(({ x, width }) => [x, x + width]));
  const rows = cuts(places.flatMap(({ y, height }) => [y, y + height]));
  const ends = (start: number, size: number) => [
    [start - offset - length, start - offset] as const,
    [start + size + offset, start + size + offset + length] as const,
  ];
  return [
    ...columns.flatMap((x) =>
      ends(grid.y, grid.height).map(([from, to]) => ({
        mark: 'line' as const,
        from: [x, from] as const,
        to: [x, to] as const,
        stroke,
      })),
    ),
    ...rows.flatMap((y) =>
      ends(grid.x, grid.width).map(([from, to]) => ({
        mark: 'line' as const,
        from: [from, y] as const,
        to: [to, y] as const,
        stroke,
      })),
    ),
  ];
}

/** Circles with crosses, the back's exactly behind the front's. */
export function registrationMarks(
  { sheet, press }: Pick<Imposition, 'sheet' | 'press'>,
  side: Side,
): readonly Mark[] {
  const page = { width: dotted(sheet.page.width, press), height: dotted(sheet.page.height, press) };
  const axis = side === 'back' ? turnAxis(sheet) : undefined;
  const stroke = { ink: REGISTRATION, weight: sheet.marks.weight };
  const { radius, reach } = TARGET;
  return sheet.registration.flatMap(([frontX, frontY]): Mark[] => {
    const x = axis === 'vertical' ? page.width - dotted(frontX, press) : dotted(frontX, press);
    const y = axis === 'horizontal' ? page.height - dotted(frontY, press) : dotted(frontY, press);
    return [
      { mark: 'rect', ...grown({ x, y, width: 0, height: 0 }, radius), corner: radius, stroke },
      { mark: 'line', from: [x - reach, y], to: [x + reach, y], stroke },
      { mark: 'line', from: [x, y - reach], to: [x, y + reach], stroke },
    ];
  });
}

const dotted = (mm: number, press: Press) => dotsToMm(mmToDots(mm, press), press);

/** Patches to measure ink on. */
export function colourBar({ colourBar: bar }: SheetFormat): readonly Mark[] {
  if (bar === undefined) return [];
  const { at, patch, direction } = bar;
  return PATCHES.map((fill, index) => ({
    mark: 'rect',
    x: at[0] + (direction === 'across' ? index * patch : 0),
    y: at[1] + (direction === 'down' ? index * patch : 0),
    width: patch,
    height: patch,
    corner: 0,
    fill: [...fill],
  }));
}

/** What a sheet's code says: volume in four digits, sheet in six. */
export function sheetCodeText({ volume, sheet }: Pick<Slug, 'volume' | 'sheet'>): string {
  return `${String(volume).padStart(4, '0')}${String(sheet).padStart(6, '0')}`;
}

/** Modules aimed at, mm: read by hand at the press, not on a counter. */
const CODE_MODULE = 0.3;

/** How a sheet's code is printed; none where the sheet has no room for one. */
export function sheetCodeFit({ sheetCode }: SheetFormat, press: Press): SymbolFit | undefined {
  if (sheetCode === undefined) return undefined;
  const modules = modulesNeeded(['0'.repeat(10)]);
  return fitSymbol({ ...press, modules, fieldWidth: sheetCode.size[0], target: CODE_MODULE });
}

/** The code that says which sheet this is, on its front: one side of the paper is enough to know it by. */
export function sheetCodeMarks(
  { sheetCode }: SheetFormat,
  fit: SymbolFit | undefined,
  slug: Pick<Slug, 'volume' | 'sheet' | 'side'>,
): readonly Mark[] {
  if (fit === undefined || sheetCode === undefined || slug.side === 'back') return [];
  const { at, size } = sheetCode;
  return [
    {
      mark: 'bars',
      x: dotted(at[0] + fit.quiet, fit),
      y: dotted(at[1], fit),
      height: dotted(size[1], fit),
      dots: fit.dots,
      widths: barcodeWidths(sheetCodeText(slug)),
      ...(growthDots(fit) > 0 && { less: growthDots(fit) }),
    },
  ];
}

/**
 * The part of the page that a card's art may cover: its bleed, or half of what lies between it and a
 * neighbour where they share it.
 */
export function cellOf(sheet: SheetFormat, place: SlotPlace, places: readonly SlotPlace[]): Rect {
  const whole = grown(place, sheet.bleed);
  if (sheet.gutters === 'cut') return whole;
  let [left, top, right, bottom] = [whole.x, whole.y, whole.x + whole.width, whole.y + whole.height];
  for (const other of places) {
    if (Math.abs(other.y - place.y) < 1e-6 && other.x > place.x)
      right = Math.min(right, (place.x + place.width + other.x) / 2);
    if (Math.abs(other.y - place.y) < 1e-6 && other.x < place.x)
      left = Math.max(left, (other.x + other.width + place.x) / 2);
    if (Math.abs(other.x - place.x) < 1e-6 && other.y > place.y)
      bottom = Math.min(bottom, (place.y + place.height + other.y) / 2);
    if (Math.abs(other.x - place.x) < 1e-6 && other.y < place.y)
      top = Math.max(top, (other.y + other.height + place.y) / 2);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function cuts(positions: readonly number[]): readonly number[] {
  const sorted = [...positions].sort((a, b) => a - b);
  return sorted.filter((position, index) => index === 0 || position - (sorted[index - 1] ?? 0) > 1e-6);
}

/** The line that says what sheet this is. Plain ASCII, so that any font can set it. */
export function slugText(slug: Slug): string {
  const { first, last } = slug.serials;
  return [
    ...(slug.test ? ['TEST'] : []),
    slug.run,
    `volume ${slug.volume} of ${slug.volumes}`,
    `sheet ${slug.sheet} of ${slug.sheets}`,
    slug.side,
    first === last
      ? `serial ${first}`
      : `serials ${first} ${slug.order === 'cut-and-stack' ? '...' : 'to'} ${last}`,
  ].join('   ');
}

/** Set smaller where the run has a long name and the page is narrow, rather than off the paper. */
export function slugMark(sheet: SheetFormat, slug: Slug, font: Font): TextMark {
  const [x, y] = sheet.slug;
  const text = slugText(slug);
  const room = (sheet.page.width - x - SLUG_MARGIN) * POINTS_PER_MM;
  return plainText(text, x, y, Math.min(SLUG_SIZE, room / font.width(text)), font);
}

/** A slot of the last sheet that has no card: crossed out, with no art and no code. Marks from the trim's corner. */
export function voidMarks(sheet: SheetFormat, font: Font): readonly Mark[] {
  const { width, height } = sheet.card;
  const em = VOID_SIZE / POINTS_PER_MM;
  const word = { width: font.width('VOID') * em, height: font.capHeight * em };
  const stroke = { ink: BLACK, weight: 0.5 };
  const middle = { x: width / 2, y: height / 2 };
  return [
    { mark: 'line', from: [0, 0], to: [width, height], stroke },
    { mark: 'line', from: [width, 0], to: [0, height], stroke },
    {
      mark: 'rect',
      ...grown({ x: middle.x - word.width / 2, y: middle.y - word.height / 2, ...word }, 3),
      corner: 0,
      fill: [0, 0, 0, 0],
    },
    plainText('VOID', middle.x - word.width / 2, middle.y + word.height / 2, VOID_SIZE, font),
  ];
}
