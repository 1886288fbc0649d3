// Files of steps: each process beside printing on a page of its own, in the print's geometry. One page does
// for a run, since no card differs from another in them, and nothing else is on it: a mark would become ink.
import { STEPS, type Side, type Step } from '../plan/template.ts';
import { grown } from '../plan/rect.ts';
import { pageBoxes, slotPlaces } from './imposition.ts';
import { spotsOf } from './mark.ts';
import { addSpots } from './palette.ts';
import { type Palette, layered, paint, pdfBox, pdfBoxes, placed } from './paint.ts';
import { PressPdf } from './pdfx.ts';
import type { Layout } from './preflight.ts';
import { STEP_LAYERS, inBlack } from './step.ts';

export interface StepJob {
  readonly run: string;
  readonly created: Date;
  /** Sixteen bytes that no other file of steps of this side and step has. */
  readonly id: (step: Step, side: Side) => Uint8Array;
  /** Solid black, which is what screens and blocks are made from, or the step's own spot. */
  readonly ink: 'black' | 'spot';
}

export interface StepFile {
  readonly step: Step;
  readonly side: Side;
  readonly pdf: Uint8Array;
}

/** A file for each step of each side that has it; none where the layout has the steps elsewhere. */
export function renderSteps(layout: Layout, job: StepJob): readonly StepFile[] {
  if (layout.steps !== 'separate') return [];
  const files: StepFile[] = [];
  for (const { side, steps } of layout.faces) {
    for (const step of STEPS.filter((each) => steps.has(each)))
      files.push({ step, side, pdf: renderStep(layout, job, side, step) });
  }
  return files;
}

function renderStep(layout: Layout, job: StepJob, side: Side, step: Step): Uint8Array {
  const { press, sheet } = layout;
  const { name, ...kind } = STEP_LAYERS[step];
  const pdf = new PressPdf(
    {
      title: `${job.run}, ${name.toLowerCase()}, ${side}`,
      created: job.created,
      id: job.id(step, side),
    },
    layout.profile,
  );
  const face = layout.faces.find((candidate) => candidate.side === side);
  const shapes = face?.steps.get(step) ?? [];
  const marks = job.ink === 'black' ? inBlack(shapes) : shapes;
  const spots = addSpots(pdf, marks.flatMap(spotsOf));
  const palette: Palette = { press, fonts: new Map(), images: new Map(), spots };
  const places = slotPlaces(layout).filter((place) => place.side === side);
  const boxes = pageBoxes(layout, places);
  const { media } = boxes;
  const { width, height } = sheet.card;
  const form = pdf.addForm(
    paint(marks, palette),
    pdfBox(grown({ x: 0, y: 0, width, height }, sheet.bleed), 0),
  );
  const content = places.map((place) => placed(`/${form} Do\n`, place, media, press)).join('');
  pdf.addPage({
    ...pdfBoxes(boxes),
    content: layered(content, pdf.addLayer({ name, step: kind })),
  });
  pdf.close();
  return pdf.take();
}
