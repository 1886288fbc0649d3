// What a file gives its painter: the fonts, images and plates that its marks use, each written once.
import type { Face } from './face.ts';
import { type Mark, type SpotInk, spotsOf } from './mark.ts';
import type { Palette } from './paint.ts';
import type { PressPdf } from './pdfx.ts';
import type { Layout } from './preflight.ts';

/** @param marks what is painted besides the faces */
export function openPalette(pdf: PressPdf, layout: Layout, marks: readonly Mark[]): Palette {
  const { press, faces, fonts, artwork, slugFont } = layout;
  const used = new Set([slugFont.name, ...faces.flatMap(fontsOf)]);
  return {
    press,
    fonts: new Map(
      [...fonts.values()].filter(({ name }) => used.has(name)).map((font) => [font.name, pdf.addFont(font)]),
    ),
    images: new Map([...artwork].map(([file, art]) => [file, pdf.addImage(art)])),
    spots: addSpots(pdf, [
      ...marks.flatMap(spotsOf),
      ...faces.flatMap(({ fixed, lines }) => [
        ...fixed.flatMap(spotsOf),
        ...lines.flatMap(({ ink }) => ('spot' in ink ? [ink] : [])),
      ]),
    ]),
  };
}

/** Plates by name, each once. */
export function addSpots(pdf: PressPdf, inks: readonly SpotInk[]): ReadonlyMap<string, string> {
  const spots = new Map<string, string>();
  for (const ink of inks) if (!spots.has(ink.spot)) spots.set(ink.spot, pdf.addSpot(ink));
  return spots;
}

function fontsOf({ fixed, lines }: Face): readonly string[] {
  return [
    ...fixed.flatMap((mark) => (mark.mark === 'text' ? [mark.font] : [])),
    ...lines.map(({ font }) => font.name),
  ];
}
