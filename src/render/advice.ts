// What will print, and could be better: nothing here stops a run. The thresholds are those that card shops
// and scanner makers give.
import type { Complaint } from '../base/failure.ts';
import { type ImagePart, type Side, type Template, partsOf, sidesOf } from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Artwork } from './artwork.ts';
import { EASY_MODULE } from './barcode.ts';
import { indexOf, nameOf } from './clearance.ts';
import type { SymbolPlace } from './symbol.ts';
import { mm } from './grid.ts';

/** Millimetres: lower bars are hard to hit, and bars nearer to the trim suffer when the cut is off. */
const GOOD_HEIGHT = 10;
const GOOD_DISTANCE = 4;

/** Pixels an inch. */
const GOOD_RESOLUTION = 300;

/** Most ink a press lays on one spot, percent of all four. */
const MOST_INK = 300;

export function adviceOn(
  template: Checked<Template>,
  symbols: readonly SymbolPlace[],
  artwork: ReadonlyMap<string, Artwork>,
): readonly Complaint[] {
  const { inks } = template.value;
  return [
    ...symbols.flatMap((symbol) => symbolAdvice(template, symbol)),
    ...sidesOf(template.value).flatMap((side) => artAdvice(template, side, artwork)),
    ...Object.entries(inks).flatMap(([name, { cmyk }]): Complaint[] => {
      const total = cmyk.reduce((sum, percent) => sum + percent);
      if (total <= MOST_INK) return [];
      return [
        {
          message: `the ink ${name} is ${total} % in all: presses take ${MOST_INK} %`,
          place: template.at('inks', name),
        },
      ];
    }),
  ];
}

function symbolAdvice(template: Checked<Template>, symbol: SymbolPlace): readonly Complaint[] {
  const { side, part, data, fit } = symbol;
  const name = `${nameOf(template, side, part)}: the ${data}'s`;
  const place = template.at(side, indexOf(template, side, part), 'size');
  const { width, height } = template.value.card;
  const distance = Math.min(
    symbol.x + fit.quiet,
    width - symbol.x - symbol.width + fit.quiet,
    symbol.y,
    height - symbol.y - symbol.height,
  );
  return [
    ...(fit.module < EASY_MODULE
      ? [
          {
            message: `${name} bars are ${mm(fit.module, 3)} a module: under ${mm(EASY_MODULE)} make test cards`,
            place,
          },
        ]
      : []),
    ...(symbol.height < GOOD_HEIGHT - 0.1
      ? [
          {
            message: `${name} bars are ${mm(symbol.height, 1)} high: ${mm(GOOD_HEIGHT)} is easier to hit`,
            place,
          },
        ]
      : []),
    ...(distance < GOOD_DISTANCE
      ? [
          {
            message: `${name} bars come to ${mm(distance, 1)} from the trim: ${mm(GOOD_DISTANCE)} is safer`,
            place,
          },
        ]
      : []),
  ];
}

function artAdvice(
  template: Checked<Template>,
  side: Side,
  artwork: ReadonlyMap<string, Artwork>,
): readonly Complaint[] {
  const images = partsOf(template.value, side).filter((part): part is ImagePart => part.part === 'image');
  return images.flatMap((part): Complaint[] => {
    const art = artwork.get(part.file);
    if (art === undefined) return [];
    const resolution = Math.floor(Math.min(art.width / part.size[0], art.height / part.size[1]) * 25.4);
    if (resolution >= GOOD_RESOLUTION) return [];
    return [
      {
        message: `${nameOf(template, side, part)}: ${part.file} has ${resolution} pixels an inch at this size`,
        place: template.at(side, indexOf(template, side, part), 'size'),
        hint: `print wants ${GOOD_RESOLUTION}`,
      },
    ];
  });
}
