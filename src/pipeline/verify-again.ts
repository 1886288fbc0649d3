// Reads what is finished once more: a run from its vault, or a handoff as the manufacturer has it. Checksums
// first (a file that changed is exit 7), then every symbol (exit 6).
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { vaultedCards } from '../issue/vaulted.ts';
import { type HandoffCheck, checkHandoff } from '../pack/check-handoff.ts';
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
  readonly run: string;
  readonly volumes: number;
  readonly symbols: number;
  readonly decoded: number;
  /** Cards whose commitments in the manifest were recomputed from the vault. */
  readonly commitments: number;
  /** Files of the handoff that are sealed: only their checksums could be compared. */
  readonly sealed: number;
  /** What its checksums and signatures came to; undefined where a run is not packed yet. */
  readonly handoff: HandoffCheck | undefined;
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

/** A handoff that is what its checksums and signatures say. */
interface SoundHandoff {
  readonly path: string;
  readonly disk: Disk;
  readonly check: HandoffCheck;
  readonly manifest: Manifest;
}

/**
 * Reads every printed volume of a run back, and compares its handoff, where it is packed.
 * @throws Failure `mismatch` where a file has changed, `unreadable` where a symbol is not as it should be
 */
export async function verifyRun(tools: PrintTools): Promise<ReadAgain> {
  const { plan, folder } = tools;
  const ledger = await new LedgerReader(folder, plan).read();
  const handoff = ledger.packed
    ? await soundHandoff(folder.disk, join(folder.path, names.handoff('')))
    : undefined;
  const faults: string[] = [];
  let [volumes, symbols, decoded] = [0, 0, 0];
  for (const volume of volumesOf(plan)) {
    const attempt = Math.max(0, ...(ledger.volumes.get(volume.volume) ?? []));
    if (attempt === 0) continue;
    const report = await readVolume(volume, attempt, ledger, tools);
    const known = [
      ledger.reports.get(volume.volume)?.find((one) => one.attempt === attempt)?.sha256,
      handoff?.manifest.volumes[volume.volume - 1]?.content.sha256,
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
  refuse('unreadable', faults);
  const commitments = handoff === undefined ? 0 : await checkCommitments(handoff, tools);
  return { run: plan.run, volumes, symbols, decoded, commitments, sealed: 0, handoff: handoff?.check };
}

/** Whether a handoff lies in this folder, whole or not. */
export async function isHandoff(disk: Disk, path: string): Promise<boolean> {
  for (const name of ['manifest.json', 'SHA256SUMS'])
    if ((await disk.size(join(path, name))) !== undefined) return true;
  return false;
}

/**
 * Reads a handoff by itself, as the manufacturer has it.
 * @param toolsOf those of the run that it names, where its vault is at hand
 * @throws Failure `mismatch` where a file has changed or is not signed as it says, `unreadable` where a symbol is
 * not as it should be
 */
export async function verifyHandoff(
  disk: Disk,
  path: string,
  toolsOf: (run: string) => Promise<PrintTools | undefined>,
): Promise<ReadAgain> {
  const handoff = await soundHandoff(disk, path);
  const { manifest, check } = handoff;
  const rows = rowsOf(text(await fileOf(handoff, 'manifest.csv')));
  const faults: string[] = [];
  let [volumes, symbols, decoded, sealed] = [0, 0, 0, 0];
  const sides = [...new Set(manifest.slots.map(({ side }) => side))];
  for (const [index, { file, content, sheets }] of manifest.volumes.entries()) {
    volumes += 1;
    refuseUnlisted(check, file);
    if (!file.endsWith('.pdf')) {
      sealed += 1;
      continue;
    }
    const bytes = await fileOf(handoff, file);
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
  refuse('unreadable', faults);
  const tools = await toolsOf(manifest.run);
  const commitments = tools === undefined ? 0 : await checkCommitments(handoff, tools);
  return { run: manifest.run, volumes, symbols, decoded, commitments, sealed, handoff: check };
}

/** The commitments of a manifest, each computed anew from the vault. */
async function checkCommitments(handoff: SoundHandoff, tools: PrintTools): Promise<number> {
  const { plan, folder, keys } = tools;
  const rows = new Map(rowsOf(text(await fileOf(handoff, 'manifest.csv'))).map((row) => [row.card_id, row]));
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

async function soundHandoff(disk: Disk, path: string): Promise<SoundHandoff> {
  const check = await checkHandoff(disk, path);
  refuse('mismatch', check.wrong);
  const about = { disk, path, check };
  try {
    const manifest = JSON.parse(text(await fileOf(about, 'manifest.json'))) as Manifest;
    return { ...about, manifest };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('mismatch', 'manifest.json is damaged: it is not JSON');
  }
}

async function fileOf(
  { disk, path, check }: Omit<SoundHandoff, 'manifest'>,
  file: string,
): Promise<Uint8Array> {
  refuseUnlisted(check, file);
  const bytes = await disk.read(join(path, file));
  if (bytes === undefined) throw new Failure('mismatch', `${file} is missing`);
  return bytes;
}

/** Nothing is read that was not found right, wherever a name may lead. */
function refuseUnlisted({ files }: HandoffCheck, file: string): void {
  if (!files.has(file)) throw new Failure('mismatch', `${file} is not in SHA256SUMS`);
}

function refuse(kind: 'mismatch' | 'unreadable', faults: readonly string[]): void {
  const shown = faults.slice(0, 20);
  const more = faults.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  if (shown.length > 0)
    throw new Failure(
      kind,
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
