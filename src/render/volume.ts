// One volume: sheet after sheet, front then back, as a stream of PDF bytes. What is written is handed on at
// once, so that memory does not grow with the number of sheets.
import { Failure } from '../base/failure.ts';
import type { Card } from '../issue/card.ts';
import { bySheet } from '../plan/seat.ts';
import { slotCount } from '../plan/sheet.ts';
import type { Step } from '../plan/template.ts';
import { overBleed } from './bleed.ts';
import { type Face, cardMarks } from './face.ts';
import { type Rect, grown, squareBox } from '../plan/rect.ts';
import { dotsToMm } from './grid.ts';
import {
  cellOf,
  colourBar,
  cropMarks,
  pageBoxes,
  registrationMarks,
  sheetCodeFit,
  sheetCodeMarks,
  slotPlaces,
  slugMark,
  voidMarks,
} from './imposition.ts';
import { inlineMarks, inlineSteps, openLayers } from './layers.ts';
import type { Mark } from './mark.ts';
import { overlayMark } from './overlay.ts';
import { openPalette } from './palette.ts';
import { paint, pdfBox, pdfBoxes, placed } from './paint.ts';
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
  /** In the order of their serials; the sheet's order says which sheet and slot each has. */
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
      created: job.created,
      id: job.id,
      vt: layout.sheet.vt,
    },
    layout.profile,
  );
  if (job.overlay !== undefined) pdf.allowTransparency();
  const sheet = openSheet(pdf, layout, job);
  let sheets = 0;
  const seats = { order: layout.sheet.order, slots: slotCount(layout.sheet), sheets: job.sheets };
  for await (const cards of bySheet(job.cards, seats)) {
    sheets += 1;
    const pages = sheet(cards, sheets);
    const [card] = cards;
    if (layout.sheet.vt && card !== undefined) {
      pdf.addRecord({ serial: card.serial, card_id: card.cardId, sequence: sheets }, pages);
    } else for (const page of pages) pdf.addPage(page);
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
): (cards: readonly (Card | undefined)[], sheet: number) => PdfPage[] {
  const { sheet: format, press, slugFont } = layout;
  const sideMarks = layout.faces.map((face) => {
    const places = slotPlaces(layout).filter(({ side }) => side === face.side);
    const crop: readonly Mark[] = [
      ...cropMarks(format, places),
      ...registrationMarks(layout, face.side),
      ...colourBar(format),
    ];
    const cells = format.gutters === 'cut' ? [] : places.map((place) => cellOf(format, place, places));
    return { face, places, crop, cells };
  });
  const palette = openPalette(pdf, layout, [
    ...sideMarks.flatMap(({ crop }) => crop),
    ...inlineMarks(layout),
  ]);
  const inLayers = openLayers(pdf, layout);
  const { width, height } = format.card;
  const bleedArea = grown({ x: 0, y: 0, width, height }, format.bleed);
  const cardBox = pdfBox(bleedArea, 0);
  const artBox = pdfBox(grown(bleedArea, dotsToMm(1, press)), 0);
  const form = (marks: readonly Mark[], box = cardBox) => `/${pdf.addForm(paint(marks, palette), box)} Do\n`;

  const codeFit = sheetCodeFit(format, press);
  const crossedOut = form(voidMarks(format, slugFont));
  const sides = sideMarks.map(({ face, places, crop, cells }) => {
    const boxes = pageBoxes(layout, places);
    return {
      face,
      places,
      cells,
      media: boxes.media,
      boxes: pdfBoxes(boxes),
      page: { ...boxes.media, rotation: 0 as const },
      art: form(overBleed(face.fixed, bleedArea, press), artBox),
      marks: form(crop, pdfBox(boxes.media, 0)),
      steps: new Map(
        inlineSteps(layout).flatMap((step) => {
          const shapes = face.steps.get(step);
          return shapes === undefined ? [] : [[step, form(shapes)] as const];
        }),
      ),
      overlay:
        job.overlay === undefined ? '' : form([overlayMark(format, job.overlay, sparedOf(face), slugFont)]),
    };
  });

  return (cards, sheet) => {
    const serials = cards.flatMap((card) => card?.serial ?? []);
    const range = { first: Math.min(...serials), last: Math.max(...serials) };
    return sides.map(({ face, places, cells, media, boxes, page, art, marks, steps: shapes, overlay }) => {
      const line = {
        run: job.run,
        test: job.test,
        volume: job.volume,
        volumes: job.volumes,
        sheets: job.sheets,
        sheet,
        side: face.side,
        serials: range,
        order: format.order,
      };
      const own = [slugMark(format, line, slugFont), ...sheetCodeMarks(format, codeFit, line)];
      const beside = placed(marks + paint(own, palette), page, media, press);
      const slots = places.map((place, index) => {
        const card = cards[index];
        const content =
          card === undefined ? crossedOut : art + paint(cardMarks(face, card, job.run), palette) + overlay;
        return placed(content, place, media, press, cells[index]);
      });
      const step = (one: Step) => {
        const shape = shapes.get(one);
        if (shape === undefined) return '';
        const filled = places.filter((_, index) => cards[index] !== undefined);
        return filled.map((place) => placed(shape, place, media, press)).join('');
      };
      return {
        ...boxes,
        content: inLayers({ beside, print: slots.join(''), step }),
      };
    });
  };
}

/** Where a scanner looks on a face. */
function sparedOf({ symbols, squares }: Face): readonly Rect[] {
  return [...symbols, ...squares.map(squareBox)];
}
