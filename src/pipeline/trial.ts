// What of a plan is tried out before a card is asked for: a full sheet, one with empty slots where the run has such,
// and its first and last ids.
import { trialCards } from '../issue/specimen.ts';
import type { Design } from '../plan/inputs.ts';
import { type Plan, cardCount, idOf, isTestRun, volumesOf } from '../plan/plan.ts';
import type { Layout } from '../render/preflight.ts';
import type { Outlook } from '../verify/outlook.ts';
import { type Trial, tryOut } from '../verify/trial.ts';

/** What is known to be well, by all that the outcome stands on: a scheduler plans the same run night after night. */
const known = new Map<string, readonly Outlook[]>();

/**
 * Prints specimens of a plan and reads them back, once in a process for plans that differ in digits alone.
 * @returns what is predicted of the symbols
 * @throws Failure of kind `input` where the run could not be read back
 */
export async function tryPlan(plan: Plan, layout: Layout, design: Design): Promise<readonly Outlook[]> {
  const key = keyOf(plan, design);
  const outlooks = known.get(key) ?? (await tryOut(layout, design.template, trialOf(plan)));
  known.set(key, outlooks);
  return outlooks;
}

export function trialOf(plan: Plan): Trial {
  const { cards, run, slots } = plan;
  const { first } = cards;
  const last = first + cardCount(plan) - 1;
  const count = trialCount(plan);
  // From both ends, and none twice as long as there are as many.
  const serials = Array.from({ length: count }, (_, index) =>
    index < count / 2 ? Math.min(first + index, last) : Math.max(last - (count - 1 - index), first),
  );
  return {
    run,
    test: isTestRun(plan),
    volumes: volumesOf(plan).length,
    sheets: Math.ceil(count / slots),
    cards: trialCards(serials, { token: cards.token, pin: cards.pin, idPattern: cards.id, run }),
  };
}

/** Cards that fill a sheet, and as much of another as some sheet of the run is filled. */
function trialCount(plan: Plan): number {
  const { slots, order } = plan;
  // Sheets of one card have a first and a last.
  if (slots === 1) return 2;
  const open = volumesOf(plan).find(({ count, sheets }) => count < sheets * slots);
  if (open === undefined) return slots;
  // Of two sheets in stacks the second alone has an empty slot, and no more than one.
  return order === 'across' ? slots + (open.count % slots) : 2 * slots - 1;
}

function keyOf(plan: Plan, { files }: Design): string {
  const { cards, press, run, slots, order } = plan;
  const form = (id: string) => id.replaceAll(/\d/g, '0');
  return JSON.stringify([
    files.map(({ role, ref, sha256 }) => [role, ref, sha256]),
    [cards.token, cards.pin, press, slots, order, isTestRun(plan), form(String(volumesOf(plan).length))],
    [run, idOf(plan, cards.first), idOf(plan, cards.first + cardCount(plan) - 1)].map(form),
    trialCount(plan),
  ]);
}
