// The steps that worker threads take: a volume each, printed or read back. What a thread loads it pays for in
// memory, so nothing of asking, packing or delivering is here.
import { createHash } from 'node:crypto';
import { names } from '../base/run-folder.ts';
import { sealStream } from '../base/vault.ts';
import { vaultedCards } from '../issue/vaulted.ts';
import { isTestRun, volumesOf } from '../plan/plan.ts';
import { renderVolume } from '../render/volume.ts';
import { LedgerReader } from './ledger.ts';
import { type Step, batchesIn, goodCards } from './next.ts';
import { readBack } from './read-back.ts';
import type { PrintTools } from './tools.ts';

/** A step that needs no platform and much computing: it runs in a worker thread. */
export type PrintStep = Extract<Step, { do: 'render' | 'verify' }>;

export function isPrintStep(step: Step): step is PrintStep {
  return step.do === 'render' || step.do === 'verify';
}

export async function performPrint(step: PrintStep, tools: PrintTools): Promise<void> {
  switch (step.do) {
    case 'render':
      await render(step, tools);
      return;
    case 'verify':
      await readBack(step, tools);
      return;
  }
}

async function render(step: Extract<Step, { do: 'render' }>, tools: PrintTools): Promise<void> {
  const { plan, folder, keys, log } = tools;
  const volumes = volumesOf(plan);
  const volume = volumes[step.volume - 1];
  if (volume === undefined) throw new Error(`the plan has no volume ${step.volume}`);
  const attempts = await new LedgerReader(folder, plan).attempts(batchesIn(plan, volume));
  const pdf = renderVolume(await tools.layout(), {
    run: plan.run,
    title: `${plan.run}, volume ${step.volume} of ${volumes.length}`,
    test: isTestRun(plan),
    volume: step.volume,
    volumes: volumes.length,
    sheets: volume.sheets,
    created: new Date(plan.created),
    id: createHash('sha256').update(`${plan.run}\n${plan.created}\n${step.volume}`).digest().subarray(0, 16),
    cards: vaultedCards(goodCards({ attempts }), volume.first, volume.count, tools),
  });
  let bytes = 0;
  async function* counted() {
    for await (const piece of pdf) {
      bytes += piece.length;
      yield piece;
    }
  }
  await folder.write(names.volume(step.volume, step.attempt), sealStream(counted(), [keys.run.recipient]));
  log.emit({
    event: 'volume.rendered',
    volume: step.volume,
    attempt: step.attempt,
    cards: volume.count,
    sheets: volume.sheets,
    bytes,
  });
}
