// Reads volumes back: their sealed bytes out of the run folder, their cards out of the vault anew.
import { buffer } from 'node:stream/consumers';
import { names } from '../base/run-folder.ts';
import { unsealStream } from '../base/vault.ts';
import { vaultedCards } from '../issue/vaulted.ts';
import { type Volume, isTestRun, volumesOf } from '../plan/plan.ts';
import type { VolumeReport } from '../verify/report.ts';
import { verifyVolume } from '../verify/verify.ts';
import { type Ledger, LedgerReader } from './ledger.ts';
import { batchesIn, goodCards } from './next.ts';
import type { PrintTools } from './tools.ts';

/** Reads an attempt at a volume back and notes what was found. */
export async function readBack(
  step: { readonly volume: number; readonly attempt: number },
  tools: PrintTools,
): Promise<void> {
  const { plan, folder, log } = tools;
  const volume = volumesOf(plan)[step.volume - 1];
  if (volume === undefined) throw new Error(`the plan has no volume ${step.volume}`);
  const attempts = await new LedgerReader(folder, plan).attempts(batchesIn(plan, volume));
  const report = await readVolume(volume, step.attempt, { attempts }, tools);
  await folder.write(names.report(step.volume, step.attempt), `${JSON.stringify(report, null, 1)}\n`);
  log.emit({
    event: 'volume.read',
    volume: step.volume,
    attempt: step.attempt,
    symbols: report.symbols,
    decoded: report.decoded,
    faults: report.faults.length,
  });
}

/**
 * What reading an attempt at a volume finds.
 * @throws Failure of kind `mismatch` where the sealed bytes do not open
 */
export async function readVolume(
  volume: Volume,
  attempt: number,
  ledger: Pick<Ledger, 'attempts'>,
  tools: PrintTools,
): Promise<VolumeReport> {
  const { plan, folder, keys } = tools;
  const name = names.volume(volume.volume, attempt);
  const bytes = await buffer(unsealStream(folder.stream(name), keys.run, name));
  const cards = vaultedCards(goodCards(ledger), volume.first, volume.count, tools);
  return verifyVolume(await tools.layout(), bytes, cards, {
    run: plan.run,
    test: isTestRun(plan),
    volume: volume.volume,
    volumes: volumesOf(plan).length,
    attempt,
    sheets: volume.sheets,
    second: plan.second,
    pictures: [
      ...(plan.cards.token.barcode ? (['token'] as const) : []),
      ...(plan.cards.pin?.barcode === true ? (['pin'] as const) : []),
    ],
  });
}
