// The handoff: what the manufacturer gets. Volumes out of the vault, the manifest, checksums, and `.done`
// last, so that a folder without it is known to be unfinished.
import { createHash } from 'node:crypto';
import { Failure } from '../base/failure.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import type { Log } from '../base/log.ts';
import { unsealStream } from '../base/vault.ts';
import type { RunKeys } from '../issue/issue.ts';
import { type GoodCards, vaultedCards, within } from '../issue/vaulted.ts';
import { type Plan, type Volume, cardCount, isTestRun, volumesOf } from '../plan/plan.ts';
import type { SlotPlace } from '../render/imposition.ts';
import type { Zone } from '../verify/places.ts';
import { reportJson, reportPage } from '../verify/report-page.ts';
import type { VolumeReport } from '../verify/report.ts';
import { commitmentOf, saltOf } from './commitment.ts';
import { CSV_HEADER, type FileDigest, type PackedVolume, csvRow, manifestJson, spanOf } from './manifest.ts';

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
  /** What was read back of that attempt. */
  readonly reports: ReadonlyMap<number, VolumeReport>;
  /** Where symbols stand on a card. */
  readonly zones: readonly Zone[];
  /** What the preflight let pass and would have better. */
  readonly advice: readonly string[];
  /** Columns of the sheet. */
  readonly columns: number;
}

export async function pack(facts: PackFacts, tools: PackTools): Promise<void> {
  const { plan, folder, log } = tools;
  const ranges = facts.good.flatMap(({ good }) => good);
  const volumes: PackedVolume[] = [];
  for (const volume of volumesOf(plan)) {
    volumes.push(await packVolume(volume, facts, tools));
  }
  const files = new Map<string, FileDigest>(volumes.map(({ file, written }) => [file, written]));
  files.set('manifest.csv', await place('manifest.csv', manifestCsv(facts, tools), tools));
  const manifest = manifestJson({
    plan,
    good: ranges,
    volumes,
    slots: facts.slots,
    reports: [...facts.reports.values()],
    zones: facts.zones,
  });
  files.set('manifest.json', await place('manifest.json', [Buffer.from(manifest)], tools));
  const report = {
    run: plan.run,
    test: isTestRun(plan),
    columns: facts.columns,
    advice: facts.advice,
    volumes: [...facts.reports.values()],
  };
  files.set('report.json', await place('report.json', [Buffer.from(reportJson(report))], tools));
  files.set('report.html', await place('report.html', [Buffer.from(reportPage(report))], tools));
  const sums = [...files].sort().map(([file, { sha256 }]) => `${sha256}  ${file}\n`);
  await place('SHA256SUMS', [Buffer.from(sums.join(''))], tools);
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
  const proof = facts.reports.get(volume.volume);
  if (proof === undefined) throw new Failure('bug', `volume ${volume.volume} was not read back`);
  const content = asRead(unsealStream(folder.stream(name), keys.run, name), proof, name);
  const written = await place(file, content, tools);
  log.emit({ event: 'volume.packed', volume: volume.volume, file, bytes: written.bytes });
  const ranges = facts.good.flatMap(({ good }) => within(good, volume.first, volume.first + volume.count));
  return { volume, file, written, content: written, serials: spanOf(ranges) };
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

/** The bytes of a volume, cut off before their end where they are not those that were read back. */
async function* asRead(
  pieces: AsyncIterable<Uint8Array>,
  { content: { sha256 } }: VolumeReport,
  name: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') !== sha256)
    throw new Failure('mismatch', `${name} is not what was read back: it has changed since`);
}

/** Writes a file of the handoff, or, where a crash left it there, checks that it is what would be written. */
async function place(
  file: string,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { folder }: PackTools,
): Promise<FileDigest> {
  const name = names.handoff(file);
  if (await folder.has(name)) {
    const [there, wanted] = [await digest(folder.stream(name)), await digest(content)];
    if (there.sha256 !== wanted.sha256)
      throw new Failure('mismatch', `${folder.name}/${name} is not what the vault holds`);
    return there;
  }
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted() {
    for await (const piece of content) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  await folder.write(name, counted());
  return { sha256: hash.digest('hex'), bytes };
}

async function digest(content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of content) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
