// Marks -> content operators. It takes no decisions: what is where, how wide and in which ink was settled
// before. Coordinates run from the top left of what the marks belong to, so that y is negative going down.
import { Failure } from '../base/failure.ts';
import type { Turn } from '../plan/template.ts';
import { modulesOf } from './barcode.ts';
import { POINTS_PER_MM, type Press, type Rect, dotsToPoints, mmToDots } from './grid.ts';
import {
  type BarsMark,
  type Cmyk,
  type Colour,
  type LineMark,
  type Mark,
  type MatrixMark,
  type OverlayMark,
  type PathMark,
  type RectMark,
  type Stroke,
  type TextMark,
  isSpot,
} from './mark.ts';
import { type Box, KNOCKOUT, OVERPRINT, PALE, type PdfFont } from './pdfx.ts';

/** What one file gives its painter: resources by the names that marks use. */
export interface Palette {
  readonly press: Press;
  readonly fonts: ReadonlyMap<string, PdfFont>;
  /** Resource names of images, by file. */
  readonly images: ReadonlyMap<string, string>;
  /** Resource names of plates of their own, by the spot's name. */
  readonly spots: ReadonlyMap<string, string>;
}

/** The content that puts the marks on paper; it sets every state that it needs. */
export function paint(marks: readonly Mark[], palette: Palette): string {
  let content = '';
  let state = '';
  let fill = '';
  for (const mark of marks) {
    const wanted = stateOf(mark);
    if (wanted !== state) content += `/${(state = wanted)} gs\n`;
    const ink = fillOf(mark, palette);
    if (ink !== undefined && ink !== fill) content += `${(fill = ink)}\n`;
    content += paintMark(mark, palette);
  }
  return content;
}

/** Content set down at a place on the page: its top left corner, or its bottom right when turned. `clip` is the page's. */
export function placed(
  content: string,
  place: Rect & { readonly rotation: 0 | 180 },
  page: Rect,
  press: Press,
  clip?: Rect,
): string {
  const x = (mm: number) => points(dotsToPoints(mmToDots(mm, press), press));
  const y = (mm: number) => points(dotsToPoints(mmToDots(page.height, press) - mmToDots(mm, press), press));
  const matrix =
    place.rotation === 0
      ? `1 0 0 1 ${x(place.x)} ${y(place.y)}`
      : `-1 0 0 -1 ${x(place.x + place.width)} ${y(place.y + place.height)}`;
  const within = clip === undefined ? '' : `${rectPath({ ...clip, y: clip.y - page.height })}W n\n`;
  return `q ${within}${matrix} cm\n${content}Q\n`;
}

/** Content that belongs to a layer. */
export function layered(content: string, layer: string): string {
  return `/OC /${layer} BDC\n${content}EMC\n`;
}

/** A page's or a form's box in points; `height` is that of the page, 0 for what is placed by its top left. */
export function pdfBox({ x, y, width, height }: Rect, pageHeight: number): Box {
  return [x, pageHeight - y - height, x + width, pageHeight - y].map(
    (mm) => mm * POINTS_PER_MM,
  ) as unknown as Box;
}

function paintMark(mark: Mark, palette: Palette): string {
  switch (mark.mark) {
    case 'rect':
      return paintRect(mark, palette);
    case 'line':
      return paintLine(mark, palette);
    case 'text':
      return paintText(mark, fontOf(mark.font, palette));
    case 'bars':
      return paintBars(mark, palette.press);
    case 'path':
      return paintPath(mark);
    case 'matrix':
      return paintMatrix(mark, palette.press);
    case 'image':
      return `q ${pt(mark.width)} 0 0 ${pt(mark.height)} ${pt(mark.x)} ${pt(-mark.y - mark.height)} cm /${imageOf(mark.file, palette)} Do Q\n`;
    case 'overlay':
      return paintOverlay(mark, fontOf(mark.font, palette));
  }
}

function stateOf(mark: Mark): string {
  switch (mark.mark) {
    case 'bars':
    case 'matrix':
      return OVERPRINT;
    case 'text':
      return mark.overprint ? OVERPRINT : KNOCKOUT;
    case 'overlay':
      return PALE;
    case 'rect':
      return mark.overprint === true ? OVERPRINT : KNOCKOUT;
    case 'line':
    case 'path':
    case 'image':
      return KNOCKOUT;
  }
}

function fillOf(mark: Mark, palette: Palette): string | undefined {
  switch (mark.mark) {
    case 'bars':
    case 'matrix':
      return '0 0 0 1 k';
    case 'overlay':
      return '0 0 0 0.5 k';
    case 'text':
      return fillColour(mark.ink, palette);
    case 'path':
      return fillColour(mark.fill, palette);
    case 'rect':
      return mark.fill && fillColour(mark.fill, palette);
    case 'line':
    case 'image':
      return undefined;
  }
}

function paintRect(mark: RectMark, palette: Palette): string {
  const path = mark.corner > 0 ? roundedPath(mark) : rectPath(mark);
  if (mark.stroke === undefined) return `${path}f\n`;
  return `${strokeState(mark.stroke, palette)}${path}${mark.fill === undefined ? 'S' : 'B'}\n`;
}

function paintLine({ from, to, stroke }: LineMark, palette: Palette): string {
  return `${strokeState(stroke, palette)}${pt(from[0])} ${pt(-from[1])} m ${pt(to[0])} ${pt(-to[1])} l S\n`;
}

function strokeState({ ink, weight }: Stroke, palette: Palette): string {
  const colour = isSpot(ink) ? `/${spotOf(ink.spot, palette)} CS 1 SCN` : `${cmyk(ink)} K`;
  return `${colour} ${points(weight)} w\n`;
}

function fillColour(ink: Colour, palette: Palette): string {
  return isSpot(ink) ? `/${spotOf(ink.spot, palette)} cs 1 scn` : `${cmyk(ink)} k`;
}

function paintText(mark: TextMark, font: PdfFont): string {
  const { size, tracking, gap } = mark;
  const spacing = tracking === 0 ? '' : `${points(tracking * size)} Tc `;
  const reset = tracking === 0 ? '' : ' 0 Tc';
  let show = '';
  for (const piece of mark.pieces) {
    if (show !== '') show += points(-gap * 1000);
    if (mark.kerned) {
      show += font.kerned(piece);
    } else {
      show += '<';
      for (const character of piece) show += font.code(character);
      show += '>';
    }
  }
  const place =
    mark.turn === undefined || mark.turn === 0
      ? `${pt(mark.x)} ${pt(-mark.y)} Td`
      : `${QUARTERS[mark.turn].join(' ')} ${pt(mark.x)} ${pt(-mark.y)} Tm`;
  return `BT /${font.resource} ${points(size)} Tf ${spacing}${place} [${show}] TJ${reset} ET\n`;
}

/**
 * Taken off each side of a bar, points. A bar edge that lies exactly between two dots may fall on either
 * side of it in a renderer's arithmetic, and would print a dot wider.
 */
const INSET = 0.001;

/** One path, one fill, in modules under one matrix. */
function paintBars({ x, y, height, dots, widths, turn = 0, less = 0 }: BarsMark, press: Press): string {
  const module = dotsToPoints(dots, press);
  const left = dotsToPoints(mmToDots(x, press), press);
  const top = -dotsToPoints(mmToDots(y, press), press);
  const high = dotsToPoints(mmToDots(height, press), press);
  const pieces = barPieces(module, less / dots, Math.floor(less / 2) / dots);
  const [a, b, c, d] = QUARTERS[turn];
  const unit = `${points(a * module)} ${points(b * module)} ${points(c * high)} ${points(d * high)}`;
  const [right, down] = cornerOf(turn, modulesOf(widths) * module, high);
  let path = `q ${unit} ${points(left + right)} ${points(top - down)} cm\n`;
  let at = 0;
  for (let index = 0; index < widths.length; index += CHARACTER) {
    path += pieces(at, widths, index);
    for (let next = index; next < index + CHARACTER; next += 1) at += widths[next] ?? 0;
  }
  return `${path}f Q\n`;
}

/** Turned clockwise about the origin: a, b, c and d of a PDF matrix. */
const QUARTERS = {
  0: [1, 0, 0, 1],
  90: [0, -1, 1, 0],
  180: [-1, 0, 0, -1],
  270: [0, 1, -1, 0],
} as const;

/** Where the lower left corner of a box comes to lie when it is turned, from its new upper left: right and down. */
function cornerOf(turn: Turn, length: number, height: number): readonly [number, number] {
  switch (turn) {
    case 0:
      return [0, height];
    case 90:
      return [0, 0];
    case 180:
      return [length, 0];
    case 270:
      return [height, length];
  }
}

/** One path, one fill, a rectangle for each run of dark modules of a row. */
function paintMatrix({ x, y, dots, rows }: MatrixMark, press: Press): string {
  const module = dotsToPoints(dots, press);
  const inset = INSET / module;
  const left = dotsToPoints(mmToDots(x, press), press);
  const bottom = -dotsToPoints(mmToDots(y, press) + rows.length * dots, press);
  let path = `q ${points(module)} 0 0 ${points(module)} ${points(left)} ${points(bottom)} cm\n`;
  for (const [index, row] of rows.entries()) {
    const from = fixed(rows.length - 1 - index + inset, 5);
    for (let at = 0; at < row.length; at += 1) {
      const start = at;
      while (row[at] === 1) at += 1;
      if (at > start)
        path += `${fixed(start + inset, 5)} ${from} ${fixed(at - start - 2 * inset, 5)} ${fixed(1 - 2 * inset, 5)} re\n`;
    }
  }
  return `${path}f Q\n`;
}

function paintPath({ steps, evenOdd }: PathMark): string {
  let path = '';
  for (const [operator, ...at] of steps)
    path +=
      `${at.map((value, index) => pt(index % 2 === 0 ? value : -value)).join(' ')} ${operator}\n`.trimStart();
  return `${path}${evenOdd ? 'f*' : 'f'}\n`;
}

/** Bars and spaces of one character of a symbol. */
const CHARACTER = 6;

/** The operators of the bars of a character: `widths` from `index` on, at a module. */
type BarPieces = (at: number, widths: readonly number[], index: number) => string;

const knownPieces = new Map<string, BarPieces>();

/** The operators of a character at a module, its bars less so many modules: some thousand strings, made once. */
function barPieces(module: number, less: number, before: number): BarPieces {
  const key = `${module} ${less} ${before}`;
  const known = knownPieces.get(key);
  if (known !== undefined) return known;
  const inset = INSET / module;
  const bar = (at: number, width: number) =>
    `${fixed(at + before + inset, 4)} 0 ${fixed(width - less - 2 * inset, 4)} 1 re\n`.replaceAll(
      /(?<!\d)0\./g,
      '.',
    );
  const table = new Map<number, string>();
  const pieces: BarPieces = (at, widths, index) => {
    const end = Math.min(index + CHARACTER, widths.length);
    // Widths are 0 to 4: in base 5 they tell one character from another, and a shorter one, too.
    let character = at;
    for (let next = index; next < index + CHARACTER; next += 1)
      character = character * 5 + (next < end ? (widths[next] ?? 0) : 0);
    let piece = table.get(character);
    if (piece === undefined) {
      const bars: string[] = [];
      for (let next = index, to = at; next < end; next += 2) {
        bars.push(bar(to, widths[next] ?? 0));
        to += (widths[next] ?? 0) + (widths[next + 1] ?? 0);
      }
      table.set(character, (piece = bars.join('')));
    }
    return piece;
  };
  knownPieces.set(key, pieces);
  return pieces;
}

/** The words along the rising diagonal; the clip is the rectangle without what is spared. */
function paintOverlay(mark: OverlayMark, font: PdfFont): string {
  const spared = mark.spared.map(rectPath).join('');
  const angle = Math.atan2(mark.height, mark.width);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // From the middle back by half the word, and down by half a capital.
  const drop = (mark.capHeight * mark.size) / POINTS_PER_MM / 2;
  const codes = [...mark.text].map((character) => font.code(character)).join('');
  const slope = `${fixed(cos, 5)} ${fixed(sin, 5)} ${fixed(-sin, 5)} ${fixed(cos, 5)}`;
  const words = mark.middles.map(([middleX, middleY]) => {
    const x = middleX - (mark.length / 2) * cos + drop * sin;
    const y = -middleY - (mark.length / 2) * sin - drop * cos;
    return `${slope} ${pt(x)} ${pt(y)} Tm <${codes}> Tj`;
  });
  return `q ${rectPath(mark)}${spared}W* n BT /${font.resource} ${points(mark.size)} Tf ${words.join(' ')} ET Q\n`;
}

function rectPath({ x, y, width, height }: Rect): string {
  return `${pt(x)} ${pt(-y - height)} ${pt(width)} ${pt(height)} re\n`;
}

/** Distance of a Bézier handle that makes a quarter of a circle of radius 1. */
const QUARTER = 0.5523;

function roundedPath({ x, y, width, height, corner }: RectMark): string {
  const r = Math.min(corner, width / 2, height / 2);
  const h = r * (1 - QUARTER);
  const [left, right, top, bottom] = [x, x + width, -y, -y - height];
  const curve = (...at: readonly number[]) => `${at.map(pt).join(' ')} c\n`;
  const line = (toX: number, toY: number) => `${pt(toX)} ${pt(toY)} l\n`;
  return [
    `${pt(left + r)} ${pt(top)} m\n`,
    line(right - r, top),
    curve(right - h, top, right, top - h, right, top - r),
    line(right, bottom + r),
    curve(right, bottom + h, right - h, bottom, right - r, bottom),
    line(left + r, bottom),
    curve(left + h, bottom, left, bottom + h, left, bottom + r),
    line(left, top - r),
    curve(left, top - h, left + h, top, left + r, top),
    'h\n',
  ].join('');
}

function fontOf(name: string, { fonts }: Palette): PdfFont {
  const font = fonts.get(name);
  if (font === undefined) throw new Failure('bug', `no font ${name} in this file`);
  return font;
}

function imageOf(file: string, { images }: Palette): string {
  const image = images.get(file);
  if (image === undefined) throw new Failure('bug', `no image ${file} in this file`);
  return image;
}

function spotOf(name: string, { spots }: Palette): string {
  const spot = spots.get(name);
  if (spot === undefined) throw new Failure('bug', `no plate ${name} in this file`);
  return spot;
}

function cmyk(ink: Cmyk): string {
  return ink.map((percent) => fixed(percent / 100, 4)).join(' ');
}

/** Millimetres in points, to a third of a micrometre. */
function pt(mm: number): string {
  return fixed(mm * POINTS_PER_MM, 3);
}

/** Points, to a hundred-thousandth: a dot of the finest press is not lost. */
function points(value: number): string {
  return fixed(value, 5);
}

function fixed(value: number, decimals: number): string {
  const scale = 10 ** decimals;
  const rounded = Math.round(value * scale) / scale;
  return rounded === 0 ? '0' : String(rounded);
}
