// Processes beside printing: the shapes of each on a face, and what a layer or a file of them says it is.
import { STEPS, type Side, type Step, type Template, inkOf, isStepPart, partsOf } from '../plan/template.ts';
import { box } from '../plan/rect.ts';
import { BLACK, type Mark, colourOf } from './mark.ts';

/** A layer's name and its processing step, in the words of ISO 19593-1. */
export interface StepLayer {
  readonly name: string;
  readonly group: string;
  readonly type?: string;
}

/** Scratch ink has no group of its own there: this one is ours, and its spot's name tells what it is. */
export const STEP_LAYERS: Readonly<Record<Step, StepLayer>> = {
  white: { name: 'White', group: 'White' },
  varnish: { name: 'Varnish', group: 'Varnish' },
  scratch: { name: 'Scratch', group: 'CARDPRESS_Scratch' },
  die: { name: 'Die line', group: 'Structural', type: 'Cutting' },
};

/** Points. */
const DIE_WEIGHT = 0.25;

/** The shapes of each process that a face has. The die line is the front's. */
export function stepMarks(template: Template, side: Side): ReadonlyMap<Step, readonly Mark[]> {
  const steps = new Map<Step, Mark[]>();
  for (const step of STEPS) {
    const marks = step === 'die' ? dieMarks(template, side) : shapes(template, side, step);
    if (marks.length > 0) steps.set(step, marks);
  }
  return steps;
}

function shapes(template: Template, side: Side, step: Step): Mark[] {
  return partsOf(template, side)
    .filter(isStepPart)
    .filter((part) => part.part === step)
    .map((part) => ({
      mark: 'rect',
      ...box(part),
      corner: part.corner,
      fill: colourOf(inkOf(template, part.ink)),
      overprint: true,
    }));
}

function dieMarks({ card, inks }: Template, side: Side): Mark[] {
  if (card.die === undefined || side === 'back') return [];
  const stroke = { ink: colourOf(inkOf({ inks }, card.die)), weight: DIE_WEIGHT };
  const { width, height, corner } = card;
  return [
    { mark: 'rect', x: 0, y: 0, width, height, corner, stroke, overprint: true },
    ...card.holes.map((hole): Mark => ({
      mark: 'rect',
      ...box(hole),
      corner: Math.min(...hole.size) / 2,
      stroke,
      overprint: true,
    })),
  ];
}

/** The same shapes in solid black: what a maker of screens and blocks images from. */
export function inBlack(marks: readonly Mark[]): readonly Mark[] {
  return marks.map((mark) =>
    mark.mark === 'rect'
      ? {
          ...mark,
          ...(mark.fill !== undefined && { fill: BLACK }),
          ...(mark.stroke !== undefined && { stroke: { ...mark.stroke, ink: BLACK } }),
        }
      : mark,
  );
}
