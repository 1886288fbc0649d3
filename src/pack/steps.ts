// Processes beside printing, for the handoff: their files, each held against the checklist before it goes out,
// and what the ticket says of them.
import { Failure } from '../base/failure.ts';
import { type Plan, isTestRun } from '../plan/plan.ts';
import { STEPS, type Side, type Step } from '../plan/template.ts';
import { isSpot, spotsOf } from '../render/mark.ts';
import type { Layout } from '../render/preflight.ts';
import { type StepFile, renderSteps } from '../render/step-file.ts';
import { checkX4 } from '../verify/x4-check.ts';
import type { PackedStep } from './manifest.ts';
import { fileId } from './proof.ts';

/**
 * The files of steps; they hold nothing of any card. None where the job has the steps elsewhere.
 * @throws Failure of kind `unreadable` where one is not ready for press
 */
export async function stepFiles(plan: Plan, layout: Layout): Promise<readonly StepFile[]> {
  const files = renderSteps(layout, {
    run: plan.run,
    created: new Date(plan.created),
    id: (step, side) => fileId(plan, `${step} ${side}`),
    ink: plan.press.stepInk,
  });
  for (const { step, side, pdf } of files) {
    const faults = await checkX4(pdf);
    if (faults.length > 0) {
      throw new Failure(
        'unreadable',
        faults.map((fault) => ({
          message: `${step} of the ${side}: the file is not ready for press: ${fault}`,
        })),
      );
    }
  }
  return files;
}

/** The file of a step, relative to the handoff folder. */
export function stepFile(plan: Plan, { step, side }: Pick<StepFile, 'step' | 'side'>): string {
  return `steps/${plan.run}${isTestRun(plan) ? '_TEST' : ''}_${step}_${side}.pdf`;
}

/** A process beside printing as the ticket tells it. */
export interface TicketStep {
  readonly step: Step;
  readonly side: Side;
  /** The plate's name. */
  readonly spot: string | null;
  /** A file of its own, a layer of the volumes, or not in this handoff. */
  readonly where: Layout['steps'];
  readonly file: string | null;
}

export function ticketSteps(layout: Layout, packed: readonly PackedStep[]): readonly TicketStep[] {
  return layout.faces.flatMap(({ side, steps }) =>
    STEPS.filter((step) => steps.has(step)).map((step) => ({
      step,
      side,
      spot: (steps.get(step) ?? []).flatMap(spotsOf)[0]?.spot ?? null,
      where: layout.steps,
      file: packed.find((one) => one.step === step && one.side === side)?.file ?? null,
    })),
  );
}

/** Plates of their own that the volumes print, steps within them included. */
export function printedSpots(layout: Layout): readonly string[] {
  const inks = layout.faces.flatMap(({ fixed, lines, steps }) => [
    ...fixed.flatMap(spotsOf),
    ...lines.flatMap(({ ink }) => (isSpot(ink) ? [ink] : [])),
    ...(layout.steps === 'inline' ? [...steps.values()].flat().flatMap(spotsOf) : []),
  ]);
  return [...new Set(inks.map(({ spot }) => spot))];
}
