// Where things stand on paper, found in the finished file: each back behind its front when the sheet is
// turned, and crop marks at the corners of every trim.
import { readdirSync } from 'node:fs';
import { PDFDict, PDFDocument, PDFName, PDFRawStream, decodePDFRawStream } from 'pdf-lib';
import { describe, expect, test } from 'vitest';
import { TEMPLATES, cardsOf, layoutOf, pdfOf, read } from './samples.ts';

const SHEETS = readdirSync(new URL('sheets/', TEMPLATES));
/** What fits on labels, with a back. */
const VOUCHER = {
  from: 'voucher',
  template: `${read('voucher/template.yaml').toString()}\nback:\n  - { part: text, text: '{serial}', at: [10, 10], font: regular, size: 8 }\n`,
};
const MM = 25.4 / 72;
const TOLERANCE = 0.01;

const text = (stream: unknown) =>
  Buffer.from(decodePDFRawStream(stream as PDFRawStream).decode()).toString('latin1');

interface Page {
  readonly width: number;
  readonly height: number;
  /** Middles of trims, mm from the top left, by the order of slots. */
  readonly cards: readonly { readonly x: number; readonly y: number; readonly turned: boolean }[];
  /** Ends of lines in forms that lie on the page itself, mm. */
  readonly lines: readonly (readonly number[])[];
}

async function pagesOf(pdf: Uint8Array, card: { width: number; height: number }): Promise<readonly Page[]> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false });
  return document.getPages().map((page) => {
    const height = page.getHeight();
    const content = text(page.node.lookup(PDFName.of('Contents')));
    const [beside, ...slots] = [
      ...content.matchAll(/q (-?1) 0 0 (?:-?1) ([\d.]+) ([\d.]+) cm\n\/(Fm\d+) Do/g),
    ];
    const forms = page.node.Resources()!.lookup(PDFName.of('XObject'), PDFDict);
    const marks = text(forms.lookup(PDFName.of(beside![4]!)));
    return {
      width: page.getWidth() * MM,
      height: height * MM,
      cards: slots.map(([, sign, x, y]) => ({
        x: Number(x) * MM + (Number(sign) * card.width) / 2,
        y: (height - Number(y)) * MM + (Number(sign) * card.height) / 2,
        turned: sign === '-1',
      })),
      lines: [...marks.matchAll(/(-?[\d.]+) (-?[\d.]+) m (-?[\d.]+) (-?[\d.]+) l S/g)].map(([, ...ends]) =>
        ends.map((end, index) => Number(end) * MM * (index % 2 === 0 ? 1 : -1)),
      ),
    };
  });
}

describe.each(SHEETS)('%s', async (name) => {
  const design = name === 'a4-labels-8up.yaml' ? VOUCHER : {};
  const layout = await layoutOf({ ...design, sheet: read(`sheets/${name}`).toString() });
  const { card, page, turn, grid } = layout.sheet;
  const pdf = await pdfOf(layout, cardsOf(grid.columns * grid.rows));
  const [front, back] = await pagesOf(pdf, card);

  test('each back lies behind its front', () => {
    const overVertical = (turn === 'long-edge') === page.height >= page.width;
    expect(front!.cards).toHaveLength(grid.columns * grid.rows);
    for (const [index, { x, y }] of front!.cards.entries()) {
      const other = back!.cards[index]!;
      const seen = overVertical
        ? { x: back!.width - other.x, y: other.y, turned: false }
        : { x: other.x, y: back!.height - other.y, turned: true };
      expect(Math.abs(seen.x - x)).toBeLessThan(TOLERANCE);
      expect(Math.abs(seen.y - y)).toBeLessThan(TOLERANCE);
      expect(other.turned).toBe(seen.turned);
    }
  });

  test('crop marks hit the corners of every trim', () => {
    for (const side of [front!, back!]) {
      const upright = side.lines.filter(([x1, , x2]) => Math.abs(x1! - x2!) < 1e-6).map(([x]) => x!);
      const level = side.lines.filter(([, y1, , y2]) => Math.abs(y1! - y2!) < 1e-6).map(([, y]) => y!);
      const near = (marks: readonly number[], at: number) =>
        Math.min(...marks.map((mark) => Math.abs(mark - at)));
      for (const { x, y } of side.cards) {
        for (const edge of [-1, 1]) {
          expect(near(upright, x + (edge * card.width) / 2)).toBeLessThan(TOLERANCE);
          expect(near(level, y + (edge * card.height) / 2)).toBeLessThan(TOLERANCE);
        }
      }
    }
  });

  // Labels are cut already, and print has no bleed.
  if (layout.sheet.bleed === 0) return;
  test('no paper shows between cards whose bleeds touch', () => {
    // The art of a card goes a dot beyond its bleed.
    const reach = layout.sheet.bleed + 25.4 / layout.press.dpi;
    for (const { cards } of [front!, back!]) {
      for (const axis of ['x', 'y'] as const) {
        const size = (axis === 'x' ? card.width : card.height) + 2 * reach;
        const at = [...new Set(cards.map((one) => Number(one[axis].toFixed(6))))].sort((a, b) => a - b);
        for (const [index, middle] of at.entries())
          if (index > 0) expect(middle - at[index - 1]!).toBeLessThanOrEqual(size);
      }
    }
  });
});
