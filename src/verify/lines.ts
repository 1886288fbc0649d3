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
  /** Those of each slot from the top down, and what stands in none. Slow: for pages whose whole is not as expected. */
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
      const parts = slots.map((): Character[] => []);
      let rest = '';
      for (let index = 0; index < characters; index += 1) {
        const character = String.fromCodePoint(pdf.FPDFText_GetUnicode(text, index));
        if (withoutSpaces(character) === '') continue;
        // Two doubles: x and y of where the character's baseline begins.
        pdf.FPDFText_GetCharOrigin(text, index, scratch, scratch + 8);
        const [x = 0, y = 0] = new Float64Array(pdf.pdfium.HEAPU8.slice(scratch, scratch + 16).buffer);
        const point = { x: x / POINTS_PER_MM, y: (height - y) / POINTS_PER_MM };
        const at = slots.findIndex((slot) => isInside(point, slot));
        const slot = slots[at];
        if (slot === undefined) rest += withoutSpaces(character);
        else parts[at]?.push({ character: withoutSpaces(character), ...onCard(point, slot) });
      }
      return { slots: parts.map(inOrder), rest };
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

/** A character and where its baseline begins, millimetres from the trim's top left corner of an upright card. */
interface Character {
  readonly character: string;
  readonly x: number;
  readonly y: number;
}

type Point = Pick<Character, 'x' | 'y'>;

const isInside = ({ x, y }: Point, slot: SlotPlace) =>
  x >= slot.x && x <= slot.x + slot.width && y >= slot.y && y <= slot.y + slot.height;

const onCard = ({ x, y }: Point, slot: SlotPlace): Point =>
  slot.rotation === 180
    ? { x: slot.x + slot.width - x, y: slot.y + slot.height - y }
    : { x: x - slot.x, y: y - slot.y };

/** Baselines that are nearer than this are one line, mm. */
const ONE_LINE = 0.2;

/** From the top down, and from left to right. */
function inOrder(characters: readonly Character[]): string {
  const sorted = [...characters].sort((a, b) => (Math.abs(a.y - b.y) < ONE_LINE ? a.x - b.x : a.y - b.y));
  return sorted.map(({ character }) => character).join('');
}

export function withoutSpaces(text: string): string {
  // pdfium marks a hyphen at a line's end with a character of its own, and may add line ends.
  return text.replaceAll(/[\s\0]+/g, '').replaceAll('\u0002', '-');
}
