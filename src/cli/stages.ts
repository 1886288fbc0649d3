// How long each stage of a run took: from its first step's beginning to its last one's end.
import type { Step } from '../pipeline/next.ts';

const NAMES: Record<Step['do'], string> = {
  ask: 'ask and seal',
  read: 'open answers',
  look: 'look up lost',
  reissue: 'new codes',
  void: 'void cards',
  render: 'draw volumes',
  verify: 'read back',
  sweep: 'last look',
  pack: 'pack handoff',
  deliver: 'deliver',
  complete: 'note it',
};

export class Stages {
  readonly #spans = new Map<string, { from: number; to: number }>();

  readonly onStep = (step: Step, what: 'begins' | 'ends'): void => {
    const name = NAMES[step.do];
    const now = performance.now();
    const span = this.#spans.get(name);
    if (span === undefined) this.#spans.set(name, { from: now, to: now });
    else if (what === 'ends') span.to = now;
  };

  /** Stage and seconds, in the order in which stages began. */
  get seconds(): readonly (readonly [string, number])[] {
    return [...this.#spans].map(([name, { from, to }]) => [name, (to - from) / 1000]);
  }
}
