// The lines of type that people read, out of the PDF's own text: what a card's lines say must be what its
// symbols say. Only what is set on the page itself counts; artwork's words are every card's, and left out.
import type { Turn } from '../plan/template.ts';
import { rotated } from '../plan/rect.ts';
import { POINTS_PER_MM, type Press } from '../render/grid.ts';
import type { SlotPlace } from '../render/imposition.ts';
import { QUARTERS } from '../render/operator.ts';
import { type TextLine, lineStart, lineWidth } from '../render/text.ts';
import { FORM, TEXT } from './pdfium.ts';
import { onPage } from './places.ts';
import type { PrintedPage, PrintedVolume } from './printed.ts';

/** A page's lines, to be compared; spaces of any kind are left out, since gaps between groups are none. */
export interface PageLines {
  /** All of them, as pdfium reads a page: lines that lie side by side or upside down may change places. */
  readonly whole: string;
  /** Where each of them stands, in the order in which they were set. */
  readonly places: readonly LinePlace[];
  /** What each slot says, and what stands in none, as it was set. Slow: for pages whose whole is not as expected. */
  readonly bySlot: () => { readonly slots: readonly string[]; readonly rest: string };
  readonly close: () => void;
}

/** How a line is set: on an upright card, or on the page where it begins in no slot. */
export interface LinePlace {
  /** Index of the slot in which its baseline begins; -1 where it begins in none. */
  readonly slot: number;
  /** Where its baseline begins, millimetres from the trim's top left corner. */
  readonly x: number;
  readonly y: number;
  /** What becomes of an em, points: a, b, c and d of a PDF matrix. */
  readonly em: readonly number[];
}

/** Takes the lines of a page. It leaves the page without its artwork: the last thing to be done with it. */
export function linesOf(
  volume: PrintedVolume,
  page: PrintedPage,
  slots: readonly SlotPlace[],
  press: Press,
): PageLines {
  const { pdf, direct } = volume;
  const objects: number[] = [];
  const count = direct.FPDFPage_CountObjects(page.handle);
  for (let index = 0; index < count; index += 1) {
    const object = direct.FPDFPage_GetObject(page.handle, index);
    const type = direct.FPDFPageObj_GetType(object);
    if (type === FORM) direct.FPDFPageObj_SetIsActive(object, 0);
    if (type === TEXT) objects.push(object);
  }
  const text = pdf.FPDFText_LoadPage(page.handle);
  const characters = pdf.FPDFText_CountChars(text);
  const places = objects.map(placer(volume, page, slots, press));
  return {
    places,
    whole: textFrom(pdf, 2 * characters + 2, (room) => 2 * pdf.FPDFText_GetText(text, 0, characters, room)),
    bySlot() {
      const said = slots.map((): string[] => []);
      const rest: string[] = [];
      for (const [index, object] of objects.entries()) {
        const length = direct.FPDFTextObj_GetText(object, text, 0, 0);
        const line = textFrom(pdf, length, (room) => direct.FPDFTextObj_GetText(object, text, room, length));
        (said[places[index]?.slot ?? -1] ?? rest).push(line);
      }
      return { slots: said.map((lines) => lines.join('')), rest: rest.join('') };
    },
    close: () => pdf.FPDFText_ClosePage(text),
  };
}

/** Finds out of a text object where it stands. */
function placer(
  { direct, pdf, scratch }: PrintedVolume,
  page: PrintedPage,
  slots: readonly SlotPlace[],
  press: Press,
): (object: number) => LinePlace {
  const height = direct.FPDF_GetPageHeightF(page.handle);
  const trims = slots.map((slot) => ({
    ...onPage({ x: 0, y: 0, width: slot.width, height: slot.height }, slot, press),
    turned: slot.rotation === 180,
  }));
  const floats = (count: number) => [...pdf.pdfium.HEAPF32.subarray(scratch / 4, scratch / 4 + count)];
  return (object) => {
    direct.FPDFPageObj_GetMatrix(object, scratch);
    const [a = 0, b = 0, c = 0, d = 0, right = 0, up = 0] = floats(6);
    direct.FPDFTextObj_GetFontSize(object, scratch);
    const [size = 0] = floats(1);
    const [x, y] = [right / POINTS_PER_MM, (height - up) / POINTS_PER_MM];
    const em = [a, b, c, d].map((value) => value * size);
    const slot = trims.findIndex(
      (trim) => x >= trim.x && x <= trim.x + trim.width && y >= trim.y && y <= trim.y + trim.height,
    );
    const trim = trims[slot];
    if (trim === undefined) return { slot, x, y, em };
    return trim.turned
      ? { slot, x: trim.x + trim.width - x, y: trim.y + trim.height - y, em: em.map((value) => -value) }
      : { slot, x: x - trim.x, y: y - trim.y, em };
  };
}

/**
 * Whether a line stands where its layout has it: on its baseline, from where it is aligned to, in its size and its
 * direction.
 * @param pieces what it is to say
 */
export function isInPlace(line: TextLine, pieces: readonly string[], { em, ...start }: LinePlace): boolean {
  const { part, size } = line;
  const back = ((360 - part.turn) % 360) as Turn;
  const [x, y] = rotated([start.x, start.y], part.at, back);
  return (
    Math.abs(y - line.y) <= SLACK &&
    Math.abs(x - lineStart(line, lineWidth(line, pieces))) <= SLACK &&
    QUARTERS[part.turn].every((value, index) => Math.abs(value * size - (em[index] ?? 0)) <= EM_SLACK)
  );
}

/** Places that differ by less are the same, mm: pdfium computes them in single precision. */
const SLACK = 0.05;
/** And so are sizes, points. */
const EM_SLACK = 0.01;

/** @param write fills the room with UTF-16 and a zero, and returns how many bytes those are */
function textFrom(pdf: PrintedVolume['pdf'], bytes: number, write: (room: number) => number): string {
  const room = pdf.pdfium.wasmExports.malloc(bytes);
  const written = write(room);
  // The memory may have grown, and with it moved: its view is taken anew.
  const text = Buffer.from(pdf.pdfium.HEAPU8.subarray(room, room + Math.max(0, written - 2)));
  pdf.pdfium.wasmExports.free(room);
  return withoutSpaces(text.toString('utf16le'));
}

export function withoutSpaces(text: string): string {
  // pdfium marks a hyphen at a line's end with a character of its own, and may add line ends.
  return text.replaceAll(/[\s\0]+/g, '').replaceAll('\u0002', '-');
}
