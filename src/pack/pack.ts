// The handoff: what the manufacturer gets. Volumes out of the vault, the manifest, checksums, and `.done`
// last, so that a folder without it is known to be unfinished.
import { Failure } from '../base/failure.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import type { Log } from '../base/log.ts';
import { unsealStream } from '../base/vault.ts';
import type { RunKeys } from '../issue/issue.ts';
import { type GoodCards, vaultedCards, within } from '../issue/vaulted.ts';
import { type Plan, type Volume, cardCount, isTestRun, volumesOf } from '../plan/plan.ts';
import type { SlotPlace } from '../render/imposition.ts';
import { commitmentOf, saltOf } from './commitment.ts';
import { CSV_HEADER, type FileDigest, type PackedVolume, csvRow, manifestJson, spanOf } from './manifest.ts';
import { place, placeSealed } from './place.ts';
import type { Sealer } from './recipients.ts';

export interface PackTools {
  readonly plan: Plan;
  readonly folder: RunFolder;
  readonly keys: RunKeys;
  readonly log: Log;
}

export interface PackFacts {
  readonly good: readonly GoodCards[];
  readonly slots: readonly SlotPlace[];
  /** The rendered attempt of each volume that goes out. */
  readonly attempts: ReadonlyMap<number, number>;
  readonly sealer: Sealer;
}

export async function pack(facts: PackFacts, tools: PackTools): Promise<void> {
  const { plan, folder, log } = tools;
  const ranges = facts.good.flatMap(({ good }) => good);
  const volumes: PackedVolume[] = [];
  for (const volume of volumesOf(plan)) {
    volumes.push(await packVolume(volume, facts, tools));
  }
  const files = new Map<string, FileDigest>(volumes.map(({ file, written }) => [file, written]));
  const put = async (file: string, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) =>
    files.set(file, (await place(file, content, folder)).written);
  await put('manifest.csv', manifestCsv(facts, tools));
  const manifest = manifestJson({ plan, good: ranges, volumes, slots: facts.slots });
  await put('manifest.json', [Buffer.from(manifest)]);
  const sums = [...files].sort().map(([file, { sha256 }]) => `${sha256}  ${file}\n`);
  await place('SHA256SUMS', [Buffer.from(sums.join(''))], folder);
  await folder.write(names.done, `${plan.run}\n`);
  log.emit({ event: 'handoff.packed', files: files.size });
}

/** The file of a volume, relative to the handoff folder. It says TEST where nobody may take it for money. */
export function volumeFile(plan: Plan, volume: number): string {
  const pad = (n: number) => String(n).padStart(3, '0');
  const test = isTestRun(plan) ? '_TEST' : '';
  return `print/${plan.run}${test}_${pad(volume)}of${pad(volumesOf(plan).length)}.pdf`;
}

async function packVolume(volume: Volume, facts: PackFacts, tools: PackTools): Promise<PackedVolume> {
  const { plan, folder, keys, log } = tools;
  const name = names.volume(volume.volume, facts.attempts.get(volume.volume) ?? 1);
  const file = volumeFile(plan, volume.volume);
  const pdf = () => unsealStream(folder.stream(name), keys.run, name);
  const placed = await placeSealed(file, pdf, facts.sealer, folder);
  log.emit({ event: 'volume.packed', volume: volume.volume, file: placed.file, bytes: placed.written.bytes });
  const ranges = facts.good.flatMap(({ good }) => within(good, volume.first, volume.first + volume.count));
  return { volume, ...placed, serials: spanOf(ranges) };
}

async function* manifestCsv({ good }: PackFacts, tools: PackTools): AsyncGenerator<Uint8Array> {
  const { plan, keys } = tools;
  yield Buffer.from(`${CSV_HEADER}\r\n`);
  const volumes = volumesOf(plan);
  let at = 0;
  for await (const card of vaultedCards(good, 0, cardCount(plan), tools)) {
    while (card.position >= (volumes[at]?.first ?? 0) + (volumes[at]?.count ?? 0)) at += 1;
    const volume = volumes[at];
    if (volume === undefined) throw new Failure('bug', `position ${card.position} is in no volume`);
    yield Buffer.from(
      `${csvRow(plan, volume, card, commitmentOf(card, saltOf(card.cardId, keys.proof)))}\r\n`,
    );
  }
}
