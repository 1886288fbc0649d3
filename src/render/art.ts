// A face without anything of a card's own, for a manufacturer who merges the data: one page, the card with
// its bleed, processes within it where the volumes have them within, and the list of what is to be set where.
import { type Face, cardMarks } from './face.ts';
import type { Card } from '../issue/card.ts';
import { grown } from '../plan/rect.ts';
import { growthDots } from './grid.ts';
import { inlineMarks, openLayers } from './layers.ts';
import type { Mark } from './mark.ts';
import { paint, pdfBox, pdfBoxes, placed } from './paint.ts';
import { openPalette } from './palette.ts';
import { PressPdf } from './pdfx.ts';
import type { Layout } from './preflight.ts';
import type { Description } from './xmp.ts';

/** One face's art as PDF/X-4; with a card, what is the card's own on it too. */
export function renderArt(
  layout: Layout,
  face: Face,
  about: Description,
  own?: { readonly card: Card; readonly run: string },
): Uint8Array {
  const { template, press } = layout;
  const { width, height } = template.card;
  const pdf = new PressPdf(about, layout.profile);
  const palette = openPalette(pdf, layout, inlineMarks(layout));
  const inLayers = openLayers(pdf, layout);
  const media = { x: 0, y: 0, width: width + 2 * template.bleed, height: height + 2 * template.bleed };
  const trim = grown(media, -template.bleed);
  const marks = [...face.fixed, ...(own === undefined ? [] : cardMarks(face, own.card, own.run))];
  const cardBox = pdfBox(grown({ x: 0, y: 0, width, height }, template.bleed), 0);
  const form = (shapes: readonly Mark[]) =>
    placed(`/${pdf.addForm(paint(shapes, palette), cardBox)} Do\n`, { ...trim, rotation: 0 }, media, press);
  pdf.addPage({
    ...pdfBoxes({ media, bleed: media, trim }),
    content: inLayers({
      print: form(marks),
      step: (step) => {
        const shapes = face.steps.get(step);
        return shapes === undefined ? '' : form(shapes);
      },
    }),
  });
  pdf.close();
  return pdf.take();
}

/** What a card has of its own, and where: millimetres from the trim's top left corner. */
export interface ArtPosition {
  readonly side: string;
  readonly kind: 'barcode' | 'qr' | 'text';
  readonly [detail: string]: unknown;
}

export function artPositions(layout: Layout): readonly ArtPosition[] {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return layout.faces.flatMap(({ side, symbols, squares, lines }): ArtPosition[] => [
    ...symbols.map(({ data, x, y, width, height, fit, part: { turn } }) => ({
      side,
      kind: 'barcode' as const,
      symbology: 'Code 128',
      data: `{${data}}`,
      x: round(x),
      y: round(y),
      width: round(width),
      height: round(height),
      turn,
      quietZone: round(fit.quiet),
      module: round(fit.module),
      idealModule: round(fit.ideal),
      dotsPerModule: fit.dots,
      barsNarrowerByDots: growthDots(fit),
      dpi: fit.dpi,
    })),
    ...squares.map(({ text, at, size }) => ({
      side,
      kind: 'qr' as const,
      symbology: 'QR',
      data: text,
      x: at[0],
      y: at[1],
      width: size,
      height: size,
    })),
    ...lines.map(({ part, content, font, size, ink, y }) => ({
      side,
      kind: 'text' as const,
      data: content.map((segment) => ('field' in segment ? `{${segment.field}}` : segment.text)).join(''),
      x: part.at[0],
      baseline: round(y),
      align: part.align,
      font: font.postscriptName,
      size,
      turn: part.turn,
      groups: part.groups ?? null,
      cmyk: ink,
    })),
  ]);
}
