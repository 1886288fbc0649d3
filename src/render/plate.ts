// What one ink alone would print: a face's marks once more, each in the black of a film. A mark without that ink
// knocks out what lies below, unless it overprints.
import { deflateSync, inflateSync } from 'node:zlib';
import type { Artwork } from './artwork.ts';
import type { Card } from '../issue/card.ts';
import { cardMarks } from './face.ts';
import { grown } from '../plan/rect.ts';
import { type Cmyk, type Colour, type Mark, isSpot, spotsOf } from './mark.ts';
import { openPalette } from './palette.ts';
import { paint, pdfBox, pdfBoxes, placed } from './paint.ts';
import { PressPdf } from './pdfx.ts';
import type { Layout } from './preflight.ts';

/** A process ink or a plate of its own, by its name. */
export interface Plate {
  readonly name: string;
  readonly cmyk: Cmyk;
}

const PROCESS: readonly Plate[] = [
  { name: 'Cyan', cmyk: [100, 0, 0, 0] },
  { name: 'Magenta', cmyk: [0, 100, 0, 0] },
  { name: 'Yellow', cmyk: [0, 0, 100, 0] },
  { name: 'Black', cmyk: [0, 0, 0, 100] },
];

/** The process inks, then every plate of its own that a face or one of its processes has. */
export function platesOf({ faces }: Layout): readonly Plate[] {
  const plates = new Map(PROCESS.map((plate) => [plate.name, plate]));
  for (const { fixed, lines, steps } of faces) {
    const spots = [
      ...[...fixed, ...[...steps.values()].flat()].flatMap(spotsOf),
      ...lines.flatMap(({ ink }) => (isSpot(ink) ? [ink] : [])),
    ];
    for (const { spot, cmyk } of spots) plates.set(spot, { name: spot, cmyk });
  }
  return [...plates.values()];
}

/**
 * A page of a card with its bleed, as a film of one ink.
 * @param card a specimen: it was never issued
 */
export function renderPlate(
  layout: Layout,
  side: number,
  plate: string,
  { card, run }: { readonly card: Card; readonly run: string },
): Uint8Array {
  const face = layout.faces[side];
  const all =
    face === undefined
      ? []
      : [...face.fixed, ...cardMarks(face, card, run), ...[...face.steps.values()].flat()];
  const marks = plateMarks(all, plate);
  const artwork = new Map([...layout.artwork].map(([file, art]) => [file, film(art, plate)]));
  const about = { title: plate, created: new Date(0), id: new Uint8Array(16) };
  const pdf = new PressPdf(about, layout.profile);
  const palette = openPalette(pdf, { ...layout, artwork }, marks);
  const { width, height } = layout.sheet.card;
  const { bleed } = layout.sheet;
  const media = { x: 0, y: 0, width: width + 2 * bleed, height: height + 2 * bleed };
  const form = pdf.addForm(paint(marks, palette), pdfBox(grown({ x: 0, y: 0, width, height }, bleed), 0));
  pdf.addPage({
    ...pdfBoxes({ media, bleed: media, trim: grown(media, -bleed) }),
    content: placed(`/${form} Do\n`, { x: bleed, y: bleed, width, height, rotation: 0 }, media, layout.press),
  });
  pdf.close();
  return pdf.take();
}

/** Marks as they are on one plate. */
function plateMarks(marks: readonly Mark[], plate: string): readonly Mark[] {
  const ink = (colour: Colour): Cmyk => [0, 0, 0, amountOf(colour, plate)];
  const has = (colour: Colour | undefined) => colour !== undefined && amountOf(colour, plate) > 0;
  return marks.flatMap((mark): Mark[] => {
    switch (mark.mark) {
      case 'rect': {
        if (mark.overprint === true && !has(mark.fill) && !has(mark.stroke?.ink)) return [];
        const { fill, stroke } = mark;
        return [
          {
            ...mark,
            ...(fill !== undefined && { fill: ink(fill) }),
            ...(stroke !== undefined && { stroke: { ...stroke, ink: ink(stroke.ink) } }),
          },
        ];
      }
      case 'line':
        return [{ ...mark, stroke: { ...mark.stroke, ink: ink(mark.stroke.ink) } }];
      case 'text':
        return mark.overprint && !has(mark.ink) ? [] : [{ ...mark, ink: ink(mark.ink) }];
      case 'path':
        return [{ ...mark, fill: ink(mark.fill) }];
      case 'bars':
      case 'matrix':
        return plate === 'Black' ? [mark] : [];
      case 'image':
        return [mark];
      case 'overlay':
        return [];
    }
  });
}

/** Percent of a colour that is this plate's. */
function amountOf(colour: Colour, plate: string): number {
  if (isSpot(colour)) return colour.spot === plate || colour.spot === 'All' ? 100 : 0;
  return colour[PROCESS.findIndex(({ name }) => name === plate)] ?? 0;
}

/** An image's share of a plate as a grey picture; none of it is on a plate beside the process inks. */
function film({ width, height, space, data, coverage }: Artwork, plate: string): Artwork {
  const channel = PROCESS.findIndex(({ name }) => name === plate);
  const pixels = inflateSync(data);
  const grey = new Uint8Array(width * height).fill(255);
  if (space === 'DeviceCMYK' && channel >= 0) {
    for (let at = 0; at < grey.length; at += 1) grey[at] = 255 - (pixels[at * 4 + channel] ?? 0);
  } else if (space === 'DeviceGray' && plate === 'Black') grey.set(pixels);
  return { width, height, space: 'DeviceGray', data: deflateSync(grey, { level: 1 }), coverage };
}
