// The one bundle of effects that stages work with, built in one place.
import type { IssueTools } from '../issue/issue.ts';
import type { DeliverTools } from '../deliver/deliver.ts';
import type { Target } from '../deliver/target.ts';
import type { Signer } from '../pack/signer.ts';
import type { Contacts } from '../plan/handoff.ts';
import type { Design } from '../plan/inputs.ts';
import { type Plan, cardsOfEachLength, isTestRun } from '../plan/plan.ts';
import { atPress } from '../render/at-press.ts';
import { type Layout, type LayoutInputs, prepare } from '../render/preflight.ts';

/** What rendering and packing need: no platform, so that a worker thread can have it too. */
export type PrintTools = Pick<IssueTools, 'plan' | 'folder' | 'keys' | 'log'> & {
  readonly design: Design;
  /** The run's layout, prepared on first use. */
  readonly layout: () => Promise<Layout>;
};

export type Tools = IssueTools &
  PrintTools & {
    /** Who signs the handoff, whom to call and where it goes: read from the job at each call. */
    readonly signer: Signer | undefined;
    readonly contacts: Contacts;
    readonly targets: readonly Target[];
    readonly openSession: DeliverTools['openSession'];
  };

/** The layout of a run, from its frozen design. */
export function layoutOf(plan: Plan, design: Design): Promise<Layout> {
  return prepare(layoutInputs(plan, design));
}

export function layoutInputs(plan: Plan, design: Design): LayoutInputs {
  return {
    ...design,
    token: plan.cards.token,
    pin: plan.cards.pin,
    ...atPress(plan.press, !isTestRun(plan)),
    cards: cardsOfEachLength(plan),
    run: plan.run,
  };
}
