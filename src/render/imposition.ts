// Faces on press sheets: where each slot stands on either side, how a back is turned, and every mark outside
// the cards. All of it stands on whole dots of the press, so that a symbol printed in any slot does.
//
// The trim box of a page is the rectangle around all cards of the sheet, and the bleed box that with its
// bleed: a gang sheet has no trim of its own, and marks and slug are to lie outside.
import { type SheetFormat, slotsOf } from '../plan/sheet.ts';
import type { Side } from '../plan/template.ts';
import type { Font } from './font.ts';
import { POINTS_PER_MM, type Press, type Rect, around, dotsToMm, grown, mmToDots } from './grid.ts';
import { BLACK, type LineMark, type Mark, type OverlayMark, REGISTRATION, type TextMark } from './mark.ts';

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
  readonly serials: { readonly first: number; readonly last: number };
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

/** The axis about which the sheet is turned for its backs, as one looks at an upright page. */
function turnAxis({ page, turn }: SheetFormat): 'vertical' | 'horizontal' {
  const longEdgeIsVertical = page.height >= page.width;
  return (turn === 'long-edge') === longEdgeIsVertical ? 'vertical' : 'horizontal';
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
    first === last ? `serial ${first}` : `serials ${first} to ${last}`,
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

/** A word across a face and its bleed, clear of every symbol. Marks from the trim's corner. */
export function overlayMark(
  sheet: SheetFormat,
  word: string,
  spared: readonly Rect[],
  font: Font,
): OverlayMark {
  const { width, height } = sheet.card;
  const length = 0.7 * Math.hypot(width, height);
  return {
    mark: 'overlay',
    ...grown({ x: 0, y: 0, width, height }, sheet.bleed),
    text: word,
    font: font.name,
    size: (length / font.width(word)) * POINTS_PER_MM,
    length,
    capHeight: font.capHeight,
    spared,
  };
}

function plainText(text: string, x: number, y: number, size: number, font: Font): TextMark {
  return {
    mark: 'text',
    x,
    y,
    pieces: [text],
    gap: 0,
    font: font.name,
    size,
    ink: BLACK,
    tracking: 0,
    kerned: false,
    overprint: false,
  };
}
