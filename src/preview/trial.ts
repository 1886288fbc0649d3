// A template by itself, tried out before there is a job: a full sheet, and one with an empty slot where a sheet has
// several.
import { trialCards } from '../issue/specimen.ts';
import { slotCount } from '../plan/sheet.ts';
import type { Layout } from '../render/preflight.ts';
import type { Outlook } from '../verify/outlook.ts';
import { tryOut } from '../verify/trial.ts';
import type { Subject } from './subject.ts';

/** @throws Failure of kind `input` where its print could not be read back */
export function tryTemplate(subject: Subject, layout: Layout): Promise<readonly Outlook[]> {
  const slots = slotCount(layout.sheet);
  const serials = Array.from({ length: 2 * slots - 1 }, (_, index) => index + 1);
  return tryOut(layout, subject.design.template, {
    run: subject.run,
    test: true,
    volumes: 1,
    sheets: Math.ceil(serials.length / slots),
    cards: trialCards(serials, subject),
  });
}
