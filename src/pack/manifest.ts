// The manifest: counts, ranges, places and checksums, never a token or a PIN. Pure.
import type { CardRange } from '../issue/records.ts';
import {
  type Plan,
  type SupplementPlan,
  type Volume,
  cardCount,
  idOf,
  isTestRun,
  packOf,
  seatOf,
} from '../plan/plan.ts';
import type { Side, Step } from '../plan/template.ts';
import type { SlotPlace } from '../render/imposition.ts';
import type { Zone } from '../verify/places.ts';
import type { VolumeReport } from '../verify/report.ts';
import type { Manifest } from './manifest-schema.ts';
import type { PlacedFile } from './place.ts';

/** SHA-256 in hex, and bytes. */
export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
}

export interface PackedVolume extends PlacedFile {
  readonly volume: Volume;
  readonly serials: SerialRange;
}

/** A process beside printing, in a file of its own. */
export interface PackedStep extends PlacedFile {
  readonly step: Step;
  readonly side: Side;
}

export interface SerialRange {
  readonly first: number;
  readonly last: number;
}

export interface ManifestFacts {
  readonly plan: Plan;
  readonly good: readonly CardRange[];
  /** Cards that were made and voided. */
  readonly voided: number;
  readonly volumes: readonly PackedVolume[];
  readonly data: readonly PlacedFile[];
  readonly steps: readonly PackedStep[];
  readonly slots: readonly SlotPlace[];
  /** What was read back, a volume each. */
  readonly reports: readonly VolumeReport[];
  /** Where symbols stand on a card. */
  readonly zones: readonly Zone[];
}

export function manifestJson(facts: ManifestFacts): string {
  const { plan, good, voided, volumes, data, steps, slots, reports, zones } = facts;
  const hashOf = (role: 'template' | 'sheet' | 'profile') =>
    plan.inputs.find((input) => input.role === role)?.sha256 ?? '';
  const sheets = volumes.reduce((sum, { volume }) => sum + volume.sheets, 0);
  const manifest: Manifest = {
    format: 'cardpress-manifest/1',
    run: plan.run,
    job: plan.job,
    account: plan.account,
    test: isTestRun(plan),
    created: plan.created,
    sequence: plan.handoff.sequence,
    ...(plan.supplement !== undefined && { supplement: supplementOf(plan.supplement) }),
    sealed: {
      kind: plan.handoff.seal,
      to: plan.handoff.recipients.map(({ fingerprint }) => fingerprint),
    },
    template: { name: plan.template, sha256: hashOf('template') },
    sheet: { name: plan.sheet, sha256: hashOf('sheet') },
    press: { ...plan.press, sha256: hashOf('profile') },
    counts: {
      ordered: plan.cards.ordered,
      overs: plan.cards.overs,
      made: good.reduce((sum, { count }) => sum + count, 0),
      voided,
      volumes: volumes.length,
      sheets,
    },
    serials: { ...spanOf(good), gaps: [...gapsOf(good)] },
    slots: slots.map(inMicrons),
    symbols: zones.map(({ side, data: holds, rect, dots, less, turn, typed }) => ({
      side,
      data: holds,
      ...inMicrons(rect),
      turn,
      dots,
      less,
      typed,
    })),
    volumes: volumes.map(({ volume, file, written, content, serials }) => ({
      file,
      ...written,
      content: { ...content, pages: volume.sheets * plan.sides },
      sheets: volume.sheets,
      overs: volume.overs,
      serials,
    })),
    steps: steps.map(({ step, side, file, written, content }) => ({
      step,
      side,
      file,
      ...written,
      content,
    })),
    data: data.map(({ file, written, content }) => ({
      file,
      ...written,
      content,
      records: cardCount(plan),
      match: plan.handoff.data?.match ?? 'card_id',
    })),
    verified: {
      symbols: reports.reduce((sum, { symbols }) => sum + symbols, 0),
      decoded: reports.reduce((sum, { decoded }) => sum + decoded, 0),
      engines: [...new Set(reports.flatMap(({ engines }) => engines))],
    },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Which cards of which run it makes up for. */
function supplementOf({ of, kind, cards, supersedes }: SupplementPlan): Manifest['supplement'] {
  const sorted = [...cards].sort((a, b) => a.serial - b.serial);
  return {
    of,
    kind,
    serials: sorted.map(({ serial, count }) => ({ first: serial, last: serial + count - 1 })),
    supersedes: supersedes === null ? null : { recipients: [...supersedes.recipients] },
  };
}

export const CSV_HEADER = 'serial,card_id,type,volume,sheet,slot,front_page,back_page,bundle,box,commitment';

/** A card's row; sheet and pages count from 1 within the volume. */
export function csvRow(
  plan: Plan,
  volume: Volume,
  card: { position: number; serial: number },
  commitment: string,
): string {
  const seat = seatOf(plan, volume, card.position);
  const pack = packOf(plan, card.position);
  const front = (seat.sheet - 1) * plan.sides + 1;
  return [
    card.serial,
    idOf(plan, card.serial),
    plan.cards.type,
    seat.volume,
    seat.sheet,
    seat.slot,
    front,
    plan.sides === 2 ? front + 1 : '',
    pack?.bundle ?? '',
    pack?.box ?? '',
    commitment,
  ]
    .map(csvField)
    .join(',');
}

/** RFC 4180. Not one character is added for spreadsheets: an id must come out as it is. */
export function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** First and last serial of some ranges, whatever their order. */
export function spanOf(ranges: readonly CardRange[]): SerialRange {
  return {
    first: ranges.reduce((first, { serial }) => Math.min(first, serial), Infinity),
    last: ranges.reduce((last, { serial, count }) => Math.max(last, serial + count - 1), -Infinity),
  };
}

/** Serials between the first and the last that no card has. */
export function gapsOf(ranges: readonly CardRange[]): readonly SerialRange[] {
  const sorted = [...ranges].sort((a, b) => a.serial - b.serial);
  const gaps: SerialRange[] = [];
  for (const [index, { serial }] of sorted.entries()) {
    const before = sorted[index - 1];
    const end = before === undefined ? serial : before.serial + before.count;
    if (end < serial) gaps.push({ first: end, last: serial - 1 });
  }
  return gaps;
}

/** Millimetres without the noise of their arithmetic. */
function inMicrons<T extends object>(place: T): T {
  const round = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
  return JSON.parse(JSON.stringify(place, round)) as T;
}
