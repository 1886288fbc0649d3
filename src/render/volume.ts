// One volume: sheet after sheet, front then back, as a stream of PDF bytes. What is written is handed on at
// once, so that memory does not grow with the number of sheets.
import { Failure } from '../base/failure.ts';
import type { Card } from '../issue/card.ts';
import { slotCount } from '../plan/sheet.ts';
import { type Face, cardMarks } from './face.ts';
import { grown } from './grid.ts';
import { cropMarks, overlayMark, pageBoxes, slotPlaces, slugMark, voidMarks } from './imposition.ts';
import type { Mark } from './mark.ts';
import { type Palette, paint, pdfBox, placed } from './paint.ts';
import { type PdfPage, PressPdf } from './pdfx.ts';
import type { Layout } from './preflight.ts';

export interface VolumeJob {
  readonly run: string;
  readonly title: string;
  /** A T account: every sheet says TEST. */
  readonly test: boolean;
  readonly volume: number;
  readonly volumes: number;
  readonly sheets: number;
  readonly created: Date;
  /** Sixteen bytes that no other file has. */
  readonly id: Uint8Array;
  /** In printing order: sheet 1 slot 1, slot 2, and so on. */
  readonly cards: AsyncIterable<Card>;
  /** A word across every face, for previews. */
  readonly overlay?: 'SPECIMEN';
}

/** Bytes are handed on in pieces of about this size. */
const PIECE = 64 * 1024;

/**
 * The bytes of a volume, whole when the iteration ends. The same job gives the same bytes.
 * @throws Failure where the cards do not fill the sheets that were planned, or do not fit the layout
 */
export async function* renderVolume(layout: Layout, job: VolumeJob): AsyncIterable<Uint8Array> {
  const pdf = new PressPdf(
    {
      title: job.title,
      creator: 'cardpress',
      producer: 'cardpress (pdfkit)',
      created: job.created,
      id: job.id,
    },
    layout.profile,
  );
  if (job.overlay !== undefined) pdf.allowTransparency();
  const sheet = openSheet(pdf, layout, job);
  let sheets = 0;
  for await (const cards of bySheet(job.cards, slotCount(layout.sheet))) {
    sheets += 1;
    for (const page of sheet(cards, sheets)) pdf.addPage(page);
    if (pdf.waiting >= PIECE) yield pdf.take();
  }
  if (sheets !== job.sheets) {
    throw new Failure(
      'bug',
      `volume ${job.volume} was to have ${job.sheets} sheets, its cards fill ${sheets}`,
    );
  }
  pdf.close();
  yield pdf.take();
}

/** Writes what every page shares, and returns what makes the pages of a sheet from its cards. */
function openSheet(
  pdf: PressPdf,
  layout: Layout,
  job: VolumeJob,
): (cards: readonly Card[], sheet: number) => PdfPage[] {
  const { sheet: format, press, slugFont } = layout;
  const palette = openPalette(pdf, layout);
  const { width, height } = format.card;
  const cardBox = pdfBox(grown({ x: 0, y: 0, width, height }, format.bleed), 0);
  const form = (marks: readonly Mark[], box = cardBox) => `/${pdf.addForm(paint(marks, palette), box)} Do\n`;

  const crossedOut = form(voidMarks(format, slugFont));
  const sides = layout.faces.map((face) => {
    const places = slotPlaces(layout).filter(({ side }) => side === face.side);
    const boxes = pageBoxes(layout, places);
    return {
      face,
      places,
      boxes,
      art: form(face.fixed),
      marks: form(cropMarks(format, places), pdfBox(boxes.media, 0)),
      overlay:
        job.overlay === undefined ? '' : form([overlayMark(format, job.overlay, face.symbols, slugFont)]),
    };
  });

  return (cards, sheet) => {
    const serials = cards.map(({ serial }) => serial);
    const range = { first: Math.min(...serials), last: Math.max(...serials) };
    return sides.map(({ face, places, boxes, art, marks, overlay }) => {
      const { media, bleed, trim } = boxes;
      const slug = slugMark(format, { ...job, sheet, side: face.side, serials: range }, slugFont);
      const beside = placed(marks + paint([slug], palette), { ...media, rotation: 0 }, media, press);
      const slots = places.map((place, index) => {
        const card = cards[index];
        const content =
          card === undefined ? crossedOut : art + paint(cardMarks(face, card, job.run), palette) + overlay;
        return placed(content, place, media, press);
      });
      return {
        media: pdfBox(media, media.height),
        bleed: pdfBox(bleed, media.height),
        trim: pdfBox(trim, media.height),
        content: beside + slots.join(''),
      };
    });
  };
}

/** Embeds the fonts that something is set in, and every image. */
export function openPalette(pdf: PressPdf, { press, faces, fonts, artwork, slugFont }: Layout): Palette {
  const used = new Set([slugFont.name, ...faces.flatMap(fontsOf)]);
  return {
    press,
    fonts: new Map(
      [...fonts.values()].filter(({ name }) => used.has(name)).map((font) => [font.name, pdf.addFont(font)]),
    ),
    images: new Map([...artwork].map(([file, art]) => [file, pdf.addImage(art)])),
  };
}

function fontsOf({ fixed, lines }: Face): readonly string[] {
  return [
    ...fixed.flatMap((mark) => (mark.mark === 'text' ? [mark.font] : [])),
    ...lines.map(({ font }) => font.name),
  ];
}

/** Cards in groups that fill a sheet; the last may be short. */
async function* bySheet(cards: AsyncIterable<Card>, slots: number): AsyncIterable<readonly Card[]> {
  let sheet: Card[] = [];
  for await (const card of cards) {
    sheet.push(card);
    if (sheet.length < slots) continue;
    yield sheet;
    sheet = [];
  }
  if (sheet.length > 0) yield sheet;
}
