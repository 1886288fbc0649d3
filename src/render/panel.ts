// Scratch panels: what lies under one lies wholly under it, everything else keeps away, and a PIN is never
// beside its panel. The distances are those that screen printing holds.
import { type Side, type StepPart, type Template, fieldsIn, isStepPart, partsOf } from '../plan/template.ts';
import type { Limits } from '../plan/press.ts';
import type { Checked } from '../plan/yaml.ts';
import { type Occupants, indexOf, nameOf } from './clearance.ts';
import { A_DOT, type Finding, atLeast, failing } from './finding.ts';
import {
  type Rect,
  around,
  box,
  distance,
  extent,
  grown,
  margin,
  mm,
  overlaps,
  rectOf,
} from '../plan/rect.ts';

/** Something that must be seen, or must not. */
interface Occupant extends Rect {
  readonly name: string;
  /** A PIN that no panel hides whole. */
  readonly isOpenPin: boolean;
}

export function panelFindings(
  template: Checked<Template>,
  seen: Occupants,
  limits: Limits,
): readonly Finding[] {
  const { side } = seen;
  const panels = partsOf(template.value, side).filter(
    (part): part is StepPart => isStepPart(part) && part.part === 'scratch',
  );
  const others = occupants(template, seen, panels);
  return [
    ...panels.flatMap((panel) => [
      ...offCard(template, side, panel),
      ...nearest(others.map((other) => judge(template, side, panel, others, other, limits))),
    ]),
    ...pinsOutside(template, side, panels, others),
  ];
}

function occupants(
  template: Checked<Template>,
  { side, symbols, texts }: Occupants,
  panels: readonly StepPart[],
): readonly Occupant[] {
  const isOpen = (pin: Rect) => !panels.some((panel) => coverOf(panel, pin) >= -A_DOT);
  return [
    ...symbols.map((symbol) => ({
      ...rectOf(symbol),
      name: `the ${symbol.data}'s symbol (${nameOf(template, side, symbol.part)})`,
      isOpenPin: symbol.data === 'pin' && isOpen(symbol),
    })),
    ...texts.map((text) => ({
      ...rectOf(text),
      name: `the text ${nameOf(template, side, text.part)}`,
      isOpenPin:
        (text.part.part === 'text' || text.part.part === 'qr') &&
        fieldsIn(text.part.text).includes('pin') &&
        isOpen(text),
    })),
  ];
}

/** By how much a panel reaches beyond what it hides, mm: where it is below 0, so much shows. */
function coverOf(panel: StepPart, hidden: Rect): number {
  return margin(box(panel), panel.corner, hidden);
}

function judge(
  template: Checked<Template>,
  side: Side,
  part: StepPart,
  others: readonly Occupant[],
  other: Occupant,
  limits: Limits,
): Finding {
  const panel = box(part);
  const hidden = around(others.filter((one) => overlaps(panel, one)));
  const name = nameOf(template, side, part);
  const place = template.at(side, indexOf(template, side, part), 'at');
  if (overlaps(panel, other)) {
    const cover = coverOf(part, other);
    return atLeast(
      // How far a panel reaches is a shop's to say; that no PIN shows is not.
      other.isOpenPin ? 'panel-pin' : 'panel-cover',
      `${name} over ${other.name}`,
      cover,
      limits['panel-cover'],
      'mm',
      (limit) => ({
        message:
          cover < 0
            ? `${name}: the scratch panel covers ${other.name} only in part: ${mm(-cover)} of it would show`
            : `${name}: the scratch panel reaches ${mm(cover)} beyond ${other.name}: it needs ${mm(limit)}`,
        place,
        // A corner no rounder than the distance keeps it.
        hint: `${extent(grown(hidden, limit))}${part.corner > limit ? `, corner: ${limit}` : ''} would hold all that it hides`,
      }),
    );
  }
  return atLeast(
    'panel-distance',
    `${name} to ${other.name}`,
    distance(panel, other),
    limits['panel-distance'],
    'mm',
    (limit) => ({
      message: `${name}: the scratch panel comes to ${mm(distance(panel, other))} from ${other.name}: ${mm(limit)} is asked for`,
      place,
    }),
  );
}

/** Of the neighbours that keep away, the nearest stands for all. */
function nearest(findings: readonly Finding[]): readonly Finding[] {
  const apart = (finding: Finding) => finding.rule === 'panel-distance' && finding.verdict === 'pass';
  const [first] = findings.filter(apart).sort((a, b) => parseFloat(a.value) - parseFloat(b.value));
  return [...findings.filter((finding) => !apart(finding)), ...(first === undefined ? [] : [first])];
}

function offCard(template: Checked<Template>, side: Side, part: StepPart): readonly Finding[] {
  const { width, height } = template.value.card;
  const { x, y, width: w, height: h } = box(part);
  if (x >= 0 && y >= 0 && x + w <= width && y + h <= height) return [];
  return failing('safe-area', [
    {
      message: `${nameOf(template, side, part)}: the scratch panel leaves the card`,
      place: template.at(side, indexOf(template, side, part), 'at'),
    },
  ]);
}

/** PINs that no panel comes near, where a template has one. */
function pinsOutside(
  template: Checked<Template>,
  side: Side,
  panels: readonly StepPart[],
  others: readonly Occupant[],
): readonly Finding[] {
  const anywhere = [...template.value.front, ...(template.value.back ?? [])].some(
    ({ part }) => part === 'scratch',
  );
  if (!anywhere) return [];
  const open = others
    .filter(({ isOpenPin }) => isOpenPin)
    .filter((pin) => !panels.some((panel) => overlaps(box(panel), pin)));
  return failing(
    'panel-pin',
    open.map((pin) => ({
      message: `${side}: ${pin.name} shows the PIN outside the scratch panel`,
      place: template.at(side),
      hint: 'put it under the panel, or take it out',
    })),
  );
}
