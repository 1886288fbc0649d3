// Marks -> content operators. It takes no decisions: what is where, how wide and in which ink was settled
// before. Coordinates run from the top left of what the marks belong to, so that y is negative going down.
import { Failure } from '../base/failure.ts';
import type { Rect } from '../plan/rect.ts';
import { POINTS_PER_MM, type Press, dotsToPoints, mmToDots } from './grid.ts';
import type { PageBoxes } from './imposition.ts';
import {
  type Cmyk,
  type Colour,
  type LineMark,
  type Mark,
  type OverlayMark,
  type PathMark,
  type RectMark,
  type Stroke,
  type TextMark,
  isSpot,
} from './mark.ts';
import { QUARTERS, fixed, points, pt } from './operator.ts';
import { paintBars, paintMatrix } from './paint-code.ts';
import type { PdfFont } from './pdf-objects.ts';
import { type Box, KNOCKOUT, OVERPRINT, PALE, type PdfPage } from './pdfx.ts';

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

/** A page's boxes in points. */
export function pdfBoxes({ media, bleed, trim }: PageBoxes): Pick<PdfPage, 'media' | 'bleed' | 'trim'> {
  const { height } = media;
  return { media: pdfBox(media, height), bleed: pdfBox(bleed, height), trim: pdfBox(trim, height) };
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

function paintPath({ steps, evenOdd }: PathMark): string {
  let path = '';
  for (const [operator, ...at] of steps)
    path +=
      `${at.map((value, index) => pt(index % 2 === 0 ? value : -value)).join(' ')} ${operator}\n`.trimStart();
  return `${path}${evenOdd ? 'f*' : 'f'}\n`;
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
