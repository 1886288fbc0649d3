// Layers of a file that has processes in it: what is printed, what stands beside it, and one for each process.
// A file without processes has none.
import { STEPS, type Step } from '../plan/template.ts';
import type { Mark } from './mark.ts';
import { layered } from './paint.ts';
import type { PressPdf } from './pdfx.ts';
import type { Layout } from './preflight.ts';
import { STEP_LAYERS } from './step.ts';

/** Content of a page by what it is; `step` gives that of a process, or nothing. */
export interface LayerContent {
  readonly beside?: string;
  readonly print: string;
  readonly step: (step: Step) => string;
}

/** The processes that are drawn in a layout's own files. */
export function inlineSteps({ steps, faces }: Layout): readonly Step[] {
  return steps === 'inline' ? STEPS.filter((step) => faces.some((face) => face.steps.has(step))) : [];
}

/** What the inline processes are drawn with, for the plates of a file. */
export function inlineMarks(layout: Layout): readonly Mark[] {
  return inlineSteps(layout).flatMap((step) => layout.faces.flatMap((face) => face.steps.get(step) ?? []));
}

/** Declares a file's layers, and returns what puts a page's content into them, the lowest first. */
export function openLayers(pdf: PressPdf, layout: Layout): (content: LayerContent) => string {
  const steps = inlineSteps(layout);
  if (steps.length === 0) return ({ beside = '', print }) => beside + print;
  const marks = pdf.addLayer({ name: 'Marks' });
  const art = pdf.addLayer({ name: 'Print' });
  const names = new Map(
    steps.map((step) => {
      const { name, ...kind } = STEP_LAYERS[step];
      return [step, pdf.addLayer({ name, step: kind })];
    }),
  );
  const within = (layer: string | undefined, content: string) =>
    layer === undefined || content === '' ? '' : layered(content, layer);
  return ({ beside = '', print, step }) => {
    const process = (one: Step) => within(names.get(one), step(one));
    // White is printed first, and all else on it.
    return [
      within(marks, beside),
      process('white'),
      within(art, print),
      ...steps.filter((one) => one !== 'white').map(process),
    ].join('');
  };
}
