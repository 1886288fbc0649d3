// The lines of type that people read, out of the PDF's own text: what a card's lines say must be what its
// symbols say. Only what is set on the page itself counts; artwork's words are every card's, and left out.
import { POINTS_PER_MM } from '../render/grid.ts';
import type { SlotPlace } from '../render/imposition.ts';
import type { PrintedPage, PrintedVolume } from './printed.ts';

/** pdfium's own numbers. */
const TEXT = 1;
const FORM = 5;

/** A page's lines, to be compared; spaces of any kind are left out, since gaps between groups are none. */
export interface PageLines {
  /** All of them, as pdfium reads a page: lines that lie side by side or upside down may change places. */
  readonly whole: string;
  /** What each slot says, and what stands in none, as it was set. Slow: for pages whose whole is not as expected. */
  readonly bySlot: () => { readonly slots: readonly string[]; readonly rest: string };
  readonly close: () => void;
}

/** Takes the lines of a page. It leaves the page without its artwork: the last thing to be done with it. */
export function linesOf(volume: PrintedVolume, page: PrintedPage, slots: readonly SlotPlace[]): PageLines {
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
  return {
    whole: textFrom(pdf, 2 * characters + 2, (room) => 2 * pdf.FPDFText_GetText(text, 0, characters, room)),
    bySlot() {
      const slotOf = slotFinder(volume, page, slots);
      const said = slots.map((): string[] => []);
      const rest: string[] = [];
      for (const object of objects) {
        const length = direct.FPDFTextObj_GetText(object, text, 0, 0);
        const line = textFrom(pdf, length, (room) => direct.FPDFTextObj_GetText(object, text, room, length));
        (said[slotOf(object)] ?? rest).push(line);
      }
      return { slots: said.map((lines) => lines.join('')), rest: rest.join('') };
    },
    close: () => pdf.FPDFText_ClosePage(text),
  };
}

/** Finds the slot in which a text object's baseline begins: its index, or -1. */
function slotFinder(
  { direct, pdf, scratch }: PrintedVolume,
  page: PrintedPage,
  slots: readonly SlotPlace[],
): (object: number) => number {
  const height = direct.FPDF_GetPageHeightF(page.handle);
  return (object) => {
    direct.FPDFPageObj_GetMatrix(object, scratch);
    const [right = 0, up = 0] = pdf.pdfium.HEAPF32.subarray(scratch / 4 + 4, scratch / 4 + 6);
    const [x, y] = [right / POINTS_PER_MM, (height - up) / POINTS_PER_MM];
    return slots.findIndex(
      (slot) => x >= slot.x && x <= slot.x + slot.width && y >= slot.y && y <= slot.y + slot.height,
    );
  };
}

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
