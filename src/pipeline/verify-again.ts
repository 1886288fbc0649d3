// Reads what is finished once more: a run from its vault, or a handoff as the manufacturer has it. Checksums
// first (a file that changed is exit 7), then every symbol (exit 6).
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { RunFolder, names } from '../base/run-folder.ts';
import { vaultedCards } from '../issue/vaulted.ts';
import { commitmentOf, saltOf } from '../pack/commitment.ts';
import { cardCount, volumesOf } from '../plan/plan.ts';
import type { SlotPlace } from '../render/imposition.ts';
import { type Fault, faultText } from '../verify/report.ts';
import { type PublishedZone, readAsStranger } from '../verify/stranger.ts';
import { LedgerReader } from './ledger.ts';
import { goodCards } from './next.ts';
import { readVolume } from './read-back.ts';
import type { PrintTools } from './tools.ts';

export interface ReadAgain {
  readonly volumes: number;
  readonly symbols: number;
  readonly decoded: number;
  /** Cards whose commitments in the manifest were recomputed from the vault. */
  readonly commitments: number;
  /** Files of the handoff that are sealed: only their checksums could be compared. */
  readonly sealed: number;
}

/** A manifest, as far as reading the print needs it. */
interface Manifest {
  readonly format: string;
  readonly run: string;
  readonly press: { readonly dpi: number };
  readonly slots: readonly SlotPlace[];
  readonly symbols?: readonly PublishedZone[];
  readonly volumes: readonly {
    readonly file: string;
    readonly content: { readonly sha256: string };
    readonly sheets: number;
  }[];
}

/**
 * Reads every printed volume of a run back, and compares its handoff, where it is packed.
 * @throws Failure `mismatch` where a file has changed, `unreadable` where a symbol is not as it should be
 */
export async function verifyRun(tools: PrintTools): Promise<ReadAgain> {
  const { plan, folder } = tools;
  const ledger = await new LedgerReader(folder, plan).read();
  const manifest = ledger.packed ? await checkedManifest(handoffFiles(folder)) : undefined;
  const faults: string[] = [];
  let [volumes, symbols, decoded] = [0, 0, 0];
  for (const volume of volumesOf(plan)) {
    const attempt = Math.max(0, ...(ledger.volumes.get(volume.volume) ?? []));
    if (attempt === 0) continue;
    const report = await readVolume(volume, attempt, ledger, tools);
    const known = [
      ledger.reports.get(volume.volume)?.find((one) => one.attempt === attempt)?.sha256,
      manifest?.volumes[volume.volume - 1]?.content.sha256,
    ];
    if (known.some((sha256) => sha256 !== undefined && sha256 !== report.content.sha256)) {
      throw new Failure(
        'mismatch',
        `${folder.name}/${names.volume(volume.volume, attempt)} is not what was read back before`,
      );
    }
    volumes += 1;
    symbols += report.symbols;
    decoded += report.decoded;
    faults.push(...report.faults.map((fault) => inVolume(volume.volume, fault)));
  }
  if (volumes === 0) throw badInput(`${plan.run} has no printed volume yet`);
  refuse(faults);
  const commitments = manifest === undefined ? 0 : await checkCommitments(handoffFiles(folder), tools);
  return { volumes, symbols, decoded, commitments, sealed: 0 };
}

/** A handoff's files by name; undefined where there is none. */
export type Files = (name: string) => Promise<Uint8Array | undefined>;

export const filesIn =
  (disk: Disk, path: string): Files =>
  (name) =>
    disk.read(join(path, name));

const handoffFiles =
  (folder: RunFolder): Files =>
  async (name) =>
    (await folder.has(names.handoff(name))) ? folder.read(names.handoff(name)) : undefined;

/** The run that a handoff names. */
export async function runOfHandoff(files: Files): Promise<string> {
  return (await readManifest(files)).run;
}

/**
 * Reads a handoff by itself; `tools` are those of its run, where its vault is at hand.
 * @throws Failure `mismatch` where a file has changed, `unreadable` where a symbol is not as it should be
 */
export async function verifyHandoff(files: Files, tools: PrintTools | undefined): Promise<ReadAgain> {
  const manifest = await checkedManifest(files);
  const rows = rowsOf(text(await needed(files, 'manifest.csv')));
  const faults: string[] = [];
  let [volumes, symbols, decoded, sealed] = [0, 0, 0, 0];
  const sides = [...new Set(manifest.slots.map(({ side }) => side))];
  for (const [index, { file, content, sheets }] of manifest.volumes.entries()) {
    volumes += 1;
    if (!file.endsWith('.pdf')) {
      sealed += 1;
      continue;
    }
    const bytes = await needed(files, file);
    if (sha256(bytes) !== content.sha256)
      throw new Failure('mismatch', `${file} is not the PDF that the manifest names`);
    const seats = new Map(
      rows
        .filter(({ volume }) => volume === String(index + 1))
        .map(({ sheet, slot, serial }) => [`${sheet} ${slot}`, Number(serial)]),
    );
    const report = await readAsStranger(bytes, file, {
      press: manifest.press,
      sides,
      slots: manifest.slots,
      zones: manifest.symbols ?? [],
      sheets,
      serialAt: (sheet, slot) => seats.get(`${sheet} ${slot}`),
    });
    symbols += report.symbols;
    decoded += report.decoded;
    faults.push(...report.faults.map((fault) => inVolume(index + 1, fault)));
  }
  refuse(faults);
  const commitments = tools === undefined ? 0 : await checkCommitments(files, tools);
  return { volumes, symbols, decoded, commitments, sealed };
}

/** The commitments of a manifest, each computed anew from the vault. */
async function checkCommitments(files: Files, tools: PrintTools): Promise<number> {
  const { plan, folder, keys } = tools;
  const rows = new Map(rowsOf(text(await needed(files, 'manifest.csv'))).map((row) => [row.card_id, row]));
  const ledger = await new LedgerReader(folder, plan).read();
  let count = 0;
  for await (const card of vaultedCards(goodCards(ledger), 0, cardCount(plan), tools)) {
    const row = rows.get(card.cardId);
    if (row?.commitment !== commitmentOf(card, saltOf(card.cardId, keys.proof)))
      throw new Failure(
        'mismatch',
        `manifest.csv commits serial ${card.serial} to other codes than the vault's`,
      );
    count += 1;
  }
  if (count !== rows.size)
    throw new Failure('mismatch', `manifest.csv has ${rows.size} cards, the vault ${count}`);
  return count;
}

/** The manifest of a handoff in which every file is what SHA256SUMS says. */
async function checkedManifest(files: Files): Promise<Manifest> {
  const lines = text(await needed(files, 'SHA256SUMS'))
    .trimEnd()
    .split('\n');
  for (const line of lines) {
    const [, wanted, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (wanted === undefined || name === undefined) throw new Failure('mismatch', 'SHA256SUMS is damaged');
    const bytes = await files(name);
    if (bytes === undefined) throw new Failure('mismatch', `${name} is missing from the handoff`);
    if (sha256(bytes) !== wanted)
      throw new Failure('mismatch', `${name} is not what SHA256SUMS says: it has changed`);
  }
  return readManifest(files);
}

async function readManifest(files: Files): Promise<Manifest> {
  try {
    return JSON.parse(text(await needed(files, 'manifest.json'))) as Manifest;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('mismatch', 'manifest.json is damaged: it is not JSON');
  }
}

async function needed(files: Files, name: string): Promise<Uint8Array> {
  const bytes = await files(name);
  if (bytes === undefined) throw new Failure('mismatch', `${name} is missing from the handoff`);
  return bytes;
}

function refuse(faults: readonly string[]): void {
  const shown = faults.slice(0, 20);
  const more = faults.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  if (shown.length > 0)
    throw new Failure(
      'unreadable',
      shown.map((message) => ({ message })),
    );
}

const inVolume = (volume: number, fault: Fault) => `volume ${volume}: ${faultText(fault)}`;

/** The rows of a manifest.csv by column; its fields hold no line breaks. */
function rowsOf(csv: string): readonly Readonly<Record<string, string>>[] {
  const [header = '', ...lines] = csv.trimEnd().split('\r\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    );
    return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']));
  });
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
