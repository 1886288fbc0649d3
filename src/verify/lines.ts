// The lines of type that people read, out of the PDF's own text: what a card's lines say must be what its
// symbols say. Only what is set on the page itself counts; artwork's words are every card's, and left out.
import { POINTS_PER_MM } from '../render/grid.ts';
import type { SlotPlace } from '../render/imposition.ts';
import type { PrintedPage, PrintedVolume } from './printed.ts';

const FORM = 5;

/** A page's lines, to be compared; spaces of any kind are left out, since gaps between groups are none. */
export interface PageLines {
  /** All of them in the order in which they were set. */
  readonly whole: string;
  /** Those of each slot, and what stands in none. Slow: for pages whose whole is not as expected. */
  readonly bySlot: () => { readonly slots: readonly string[]; readonly rest: string };
  readonly close: () => void;
}

/** Takes the lines of a page. It leaves the page without its artwork: the last thing to be done with it. */
export function linesOf(
  { pdf, direct, scratch }: PrintedVolume,
  page: PrintedPage,
  slots: readonly SlotPlace[],
): PageLines {
  const count = direct.FPDFPage_CountObjects(page.handle);
  for (let index = 0; index < count; index += 1) {
    const object = direct.FPDFPage_GetObject(page.handle, index);
    if (direct.FPDFPageObj_GetType(object) === FORM) direct.FPDFPageObj_SetIsActive(object, 0);
  }
  const text = pdf.FPDFText_LoadPage(page.handle);
  const characters = pdf.FPDFText_CountChars(text);
  return {
    whole: wholeText(pdf, text, characters),
    bySlot() {
      const height = pdf.FPDF_GetPageHeightF(page.handle);
      const parts = slots.map(() => '');
      let rest = '';
      for (let index = 0; index < characters; index += 1) {
        // Two doubles: x and y of where the character's baseline begins.
        pdf.FPDFText_GetCharOrigin(text, index, scratch, scratch + 8);
        const [x = 0, y = 0] = new Float64Array(pdf.pdfium.HEAPU8.slice(scratch, scratch + 16).buffer);
        const [across, down] = [x / POINTS_PER_MM, (height - y) / POINTS_PER_MM];
        const at = slots.findIndex(
          (slot) =>
            across >= slot.x &&
            across <= slot.x + slot.width &&
            down >= slot.y &&
            down <= slot.y + slot.height,
        );
        const character = String.fromCodePoint(pdf.FPDFText_GetUnicode(text, index));
        if (at < 0) rest += character;
        else parts[at] += character;
      }
      return { slots: parts.map(withoutSpaces), rest: withoutSpaces(rest) };
    },
    close: () => pdf.FPDFText_ClosePage(text),
  };
}

function wholeText(pdf: PrintedVolume['pdf'], text: number, characters: number): string {
  const room = pdf.pdfium.wasmExports.malloc(2 * characters + 2);
  const written = pdf.FPDFText_GetText(text, 0, characters, room);
  const bytes = Buffer.from(pdf.pdfium.HEAPU8.subarray(room, room + 2 * Math.max(0, written - 1)));
  pdf.pdfium.wasmExports.free(room);
  return withoutSpaces(bytes.toString('utf16le'));
}

export function withoutSpaces(text: string): string {
  // pdfium marks a hyphen at a line's end with a character of its own, and may add line ends.
  return text.replaceAll(/[\s\0]+/g, '').replaceAll('\u0002', '-');
}
