// Pages for people: lines of type, rules and small pictures of the card on plain paper, through the same
// tools as the press file.
import type { Card } from '../issue/card.ts';
import { cardMarks } from './face.ts';
import type { Rect } from '../plan/rect.ts';
import { POINTS_PER_MM } from './grid.ts';
import { BLACK, type Cmyk, type Mark } from './mark.ts';
import { paint, pdfBox, pdfBoxes, placed } from './paint.ts';
import { openPalette } from './palette.ts';
import { PressPdf } from './pdfx.ts';
import type { Layout } from './preflight.ts';
import { plainText } from './text.ts';
import type { Description } from './xmp.ts';

/** What stands on a page; millimetres from its top left corner, type in points. */
export type DocumentPart =
  | {
      readonly part: 'text';
      readonly text: string;
      readonly x: number;
      /** Baseline. */
      readonly y: number;
      readonly size: number;
      /** Set smaller where it would be wider, mm. */
      readonly room?: number;
      readonly align?: 'left' | 'right' | 'center';
    }
  | { readonly part: 'rule'; readonly x: number; readonly y: number; readonly width: number }
  /** A patch of a colour: an ink, or what a process lays over the card. */
  | ({ readonly part: 'patch'; readonly corner: number; readonly fill: Cmyk } & Rect)
  /** A face with a specimen's codes, scaled to a width. */
  | {
      readonly part: 'face';
      readonly side: number;
      readonly x: number;
      readonly y: number;
      readonly width: number;
    };

export interface DocumentPage {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly DocumentPart[];
}

/** Where pages' text is set: which characters there are, and how wide. */
export function textWidth(layout: Layout, text: string, size: number): number {
  return (layout.slugFont.width(settable(layout, text)) * size) / POINTS_PER_MM;
}

/** @param specimen whose codes the pictures show; it was never issued */
export function renderDocument(
  layout: Layout,
  pages: Iterable<DocumentPage>,
  about: Description,
  specimen: { readonly card: Card; readonly run: string },
): Uint8Array {
  const { press, template } = layout;
  const pdf = new PressPdf(about, layout.profile);
  const palette = openPalette(pdf, layout, []);
  const { width, height } = template.card;
  const cardBox = pdfBox({ x: 0, y: 0, width, height }, 0);
  const faces = new Map<number, string>();
  const faceForm = (side: number) => {
    const face = layout.faces[side];
    if (face === undefined) return '';
    const name =
      faces.get(side) ??
      pdf.addForm(paint([...face.fixed, ...cardMarks(face, specimen.card, specimen.run)], palette), cardBox);
    faces.set(side, name);
    return name;
  };
  for (const page of pages) {
    const media = { x: 0, y: 0, width: page.width, height: page.height };
    const marks = page.parts.flatMap((part): Mark[] => {
      if (part.part === 'face' || part.part === 'patch') return [];
      if (part.part === 'rule') {
        const to = [part.x + part.width, part.y] as const;
        return [{ mark: 'line', from: [part.x, part.y], to, stroke: { ink: BLACK, weight: 0.25 } }];
      }
      return [textMark(layout, part)];
    });
    const pictures = page.parts.flatMap((part) => {
      if (part.part !== 'face') return [];
      const scale = part.width / width;
      const at = (mm: number) => (mm * POINTS_PER_MM).toFixed(3);
      return [
        `q ${scale.toFixed(5)} 0 0 ${scale.toFixed(5)} ${at(part.x)} ${at(-part.y)} cm /${faceForm(part.side)} Do Q\n`,
      ];
    });
    const patches = page.parts.flatMap((part): Mark[] => {
      if (part.part !== 'patch') return [];
      const { x, y, width, height, corner, fill } = part;
      return [{ mark: 'rect', x, y, width, height, corner, fill }];
    });
    // Patches last: a panel lies over the face that it hides a part of.
    const content = paint(marks, palette) + pictures.join('') + paint(patches, palette);
    pdf.addPage({
      ...pdfBoxes({ media, bleed: media, trim: media }),
      content: placed(content, { ...media, rotation: 0 }, media, press),
    });
  }
  pdf.close();
  return pdf.take();
}

function textMark(layout: Layout, part: Extract<DocumentPart, { part: 'text' }>): Mark {
  const text = settable(layout, part.text);
  const wide = textWidth(layout, part.text, part.size);
  const size = part.room !== undefined && wide > part.room ? (part.size * part.room) / wide : part.size;
  const shift = { left: 0, right: 1, center: 0.5 }[part.align ?? 'left'];
  const x = part.x - shift * textWidth(layout, part.text, size);
  return plainText(text, x, part.y, size, layout.slugFont);
}

/** A name from the job may hold what the template's font has not. */
function settable({ slugFont }: Layout, text: string): string {
  return [...text].map((character) => (slugFont.has(character) ? character : '?')).join('');
}
