// One drawing of a design: the press's own PDF, held open, and pictures of it at any resolution.
import type { Side } from '../plan/template.ts';
import { type Rect, grown } from '../plan/rect.ts';
import { slotPlaces } from '../render/imposition.ts';
import { platesOf, renderPlate } from '../render/plate.ts';
import type { Layout } from '../render/preflight.ts';
import { pngOf } from '../verify/pictures.ts';
import { type PdfPages, type Raster, halfTurned, openPdf } from '../verify/raster.ts';
import { type Specimen, specimenPdf } from './specimen.ts';

/** What a picture shows: a face with its bleed, a film of one ink of it, or a side of the sheet. */
export type Subject =
  | { readonly what: 'face'; readonly side: Side }
  | { readonly what: 'plate'; readonly side: Side; readonly plate: string }
  | { readonly what: 'sheet'; readonly side: Side };

export interface Picture {
  readonly png: Uint8Array;
  /** Milliseconds that were spent on it. */
  readonly raster: number;
  readonly encode: number;
}

export interface Drawing {
  /** Undefined where there is no such side or ink. */
  picture(subject: Subject, dpi: number): Promise<Picture> | undefined;
  close(): void;
}

/** Pictures that are kept: all that a page shows at once, at a few sizes. */
export const MOST_PICTURES = 32;

/** @param layout a draft will do */
export async function openDrawing(layout: Layout, specimen: Specimen): Promise<Drawing> {
  // What is laid over the print is switched on and off by whoever looks, so it is in no picture.
  const printed: Layout = { ...layout, steps: 'separate' };
  const pages = await openPdf(await specimenPdf(printed, specimen), 'the specimen');
  const films = new Map<string, Promise<PdfPages>>();
  const pictures = new Map<string, Promise<Picture>>();
  const [card] = specimen.cards;
  const names = new Set(platesOf(layout).map(({ name }) => name));
  let closed = false;

  const face = (side: Side, dpi: number): Raster | undefined => {
    const place = slotPlaces(layout).find((one) => one.side === side && one.slot === 1);
    if (place === undefined) return undefined;
    const area: Rect = grown(place, layout.sheet.bleed);
    const raster = pages.cut(layout.sides.indexOf(side) + 1, area, dpi);
    return place.rotation === 180 ? halfTurned(raster) : raster;
  };
  const film = async (side: Side, plate: string, dpi: number): Promise<Raster> => {
    if (card === undefined) throw new Error('a sheet has slots');
    const key = `${side} ${plate}`;
    const own = { card, run: specimen.run };
    const opened =
      films.get(key) ?? openPdf(renderPlate(layout, layout.sides.indexOf(side), plate, own), plate);
    films.set(key, opened);
    return (await opened).render(1, dpi);
  };
  const take = async (subject: Subject, dpi: number): Promise<Picture> => {
    const started = performance.now();
    const { what, side } = subject;
    const raster =
      what === 'face'
        ? face(side, dpi)
        : what === 'plate'
          ? await film(side, subject.plate, dpi)
          : pages.render(layout.sides.indexOf(side) + 1, dpi);
    if (raster === undefined) throw new Error('a sheet has slots');
    const drawn = performance.now();
    const png = await pngOf(raster, dpi, 1);
    return { png, raster: drawn - started, encode: performance.now() - drawn };
  };
  return {
    picture(subject, dpi) {
      const known =
        layout.sides.includes(subject.side) && (subject.what !== 'plate' || names.has(subject.plate));
      if (closed || !known) return undefined;
      const key = JSON.stringify([subject, dpi]);
      const picture = pictures.get(key) ?? take(subject, dpi);
      // The last that was asked for is the last to go.
      pictures.delete(key);
      pictures.set(key, picture);
      for (const oldest of pictures.keys()) if (pictures.size > MOST_PICTURES) pictures.delete(oldest);
      return picture;
    },
    close() {
      if (closed) return;
      closed = true;
      pages.close();
      for (const opened of films.values())
        void opened.then(
          (film) => film.close(),
          () => undefined,
        );
    },
  };
}
