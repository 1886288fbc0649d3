// Where a card is punched, written on or magnetised: nothing that must be seen whole may lie there, and it
// keeps its distance.
import { type Side, type Template, partsOf } from '../plan/template.ts';
import type { Limits } from '../plan/press.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Place } from '../base/failure.ts';
import { type Occupants, indexOf, nameOf } from './clearance.ts';
import { type Finding, atLeast, failing } from './finding.ts';
import { type Rect, box, distance, mm, overlaps } from '../plan/rect.ts';

interface Zone extends Rect {
  readonly name: string;
  readonly place: Place;
}

export function keepOutFindings(
  template: Checked<Template>,
  { side, symbols, texts }: Occupants,
  limits: Limits,
): readonly Finding[] {
  const occupants = [
    ...symbols.map((symbol) => ({ rect: symbol, name: `the ${symbol.data}'s symbol` })),
    ...texts.map((text) => ({ rect: text, name: `the text ${nameOf(template, side, text.part)}` })),
  ];
  return zonesOf(template, side).flatMap((zone) =>
    occupants.flatMap(({ rect, name }): readonly Finding[] => {
      if (overlaps(zone, rect))
        return failing('keep-out', [{ message: `${name} lies in ${zone.name}`, place: zone.place }]);
      const apart = distance(zone, rect);
      const finding = atLeast(
        'keep-out',
        `${zone.name} to ${name}`,
        apart,
        limits['keep-out'],
        'mm',
        (limit) => ({
          message: `${name} comes to ${mm(apart)} from ${zone.name}: ${mm(limit)} is safer`,
          place: zone.place,
        }),
      );
      return finding.verdict === 'pass' ? [] : [finding];
    }),
  );
}

function zonesOf(template: Checked<Template>, side: Side): readonly Zone[] {
  const { card } = template.value;
  const punched = card.holes.map((hole, index): Zone => {
    const { x, ...rest } = box(hole);
    return {
      ...rest,
      // The back is seen from behind.
      x: side === 'front' ? x : card.width - x - rest.width,
      name: `card.holes[${index + 1}]`,
      place: template.at('card', 'holes', index),
    };
  });
  const parts = partsOf(template.value, side).flatMap((part): readonly Zone[] => {
    const name = nameOf(template, side, part);
    const place = template.at(side, indexOf(template, side, part));
    if (part.part === 'signature') return [{ ...box(part), name: `the signature panel ${name}`, place }];
    if (part.part === 'stripe')
      return [
        { x: 0, y: part.top, width: card.width, height: part.height, name: `the stripe ${name}`, place },
      ];
    return [];
  });
  return [...punched, ...parts];
}
