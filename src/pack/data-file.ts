// The data that a manufacturer merges into cards by itself. Here a token and a PIN become text; what comes
// out is sealed before it touches a disk, except for test accounts that do not seal.
import { Failure } from '../base/failure.ts';
import { reveal } from '../base/secret.ts';
import type { PlacedCard } from '../issue/vaulted.ts';
import type { DataColumn, DataField, DataFormat } from '../plan/handoff.ts';
import { codeLength } from '../plan/format.ts';
import { cardId } from '../plan/ids.ts';
import { type Plan, type Volume, furthestSerial, idOf, packOf, seatOf, volumesOf } from '../plan/plan.ts';
import { csvField } from './manifest.ts';

/** A file of records, one a card. */
export interface DataFile {
  /** Relative to the handoff folder, before sealing. */
  readonly file: string;
  readonly columns: readonly DataColumn[];
}

/** The files that a job's data format asks for. */
export function dataFilesOf(data: DataFormat): readonly DataFile[] {
  const extension = data.format === 'fixed' ? 'txt' : data.format;
  const named = (name: string) => `data/${name}.${extension}`;
  if (data.pin === 'same') return [{ file: named('cards'), columns: data.columns }];
  return [
    { file: named('cards'), columns: data.columns.filter(({ field }) => field !== 'pin') },
    {
      file: named('pins'),
      columns: data.columns.filter(({ field }) => field === data.match || field === 'pin'),
    },
  ].filter(({ columns }) => columns.some(({ field }) => field === 'pin' || field === 'token'));
}

/**
 * The file's bytes: UTF-8 without a byte order mark, CRLF after every record, RFC 4180 for CSV. Nothing is
 * added for spreadsheets; who opens it in one must say that every column is text.
 * @throws Failure of kind `doubt`, which does not show the value, where one does not fit its column
 */
export async function* dataRecords(
  file: DataFile,
  data: DataFormat,
  plan: Plan,
  cards: AsyncIterable<PlacedCard>,
): AsyncGenerator<Uint8Array> {
  const { columns } = file;
  const widths = columnWidths(file, plan);
  const line = (values: readonly string[]) =>
    Buffer.from(`${lineOf(values, data.format, widths)}\r\n`, 'utf8');
  if (data.header) yield line(columns.map(({ name }) => name));
  for await (const [card, volume] of withVolumes(cards, plan)) {
    const values = columns.map(({ field, name }, index) => {
      const value = valueOf(field, card, plan, volume);
      const tooLong = data.format === 'fixed' && value.length > (widths[index] ?? 0);
      const tabbed = data.format === 'tsv' && value.includes('\t');
      if (tooLong || tabbed)
        throw new Failure('doubt', `the ${name} of card ${card.serial} does not fit its column`);
      return value;
    });
    yield line(values);
  }
}

/** Cards in printing order, each with the volume that it is in. */
export async function* withVolumes(
  cards: AsyncIterable<PlacedCard>,
  plan: Plan,
): AsyncGenerator<readonly [PlacedCard, Volume]> {
  const volumes = volumesOf(plan);
  let at = 0;
  for await (const card of cards) {
    while (card.position >= (volumes[at]?.first ?? 0) + (volumes[at]?.count ?? 0)) at += 1;
    const volume = volumes[at];
    if (volume === undefined) throw new Failure('bug', `position ${card.position} is in no volume`);
    yield [card, volume];
  }
}

/** Characters of a fixed column: every record is as long as every other. */
export function columnWidths({ columns }: DataFile, plan: Plan): readonly number[] {
  return columns.map(({ field, width }) => width ?? longest(field, plan));
}

function lineOf(values: readonly string[], format: DataFormat['format'], widths: readonly number[]): string {
  switch (format) {
    case 'csv':
      return values.map(csvField).join(',');
    case 'tsv':
      return values.join('\t');
    case 'fixed':
      return values.map((value, index) => value.padEnd(widths[index] ?? 0).slice(0, widths[index])).join('');
  }
}

function valueOf(field: DataField, card: PlacedCard, plan: Plan, volume: Volume): string {
  switch (field) {
    case 'token':
      return reveal(card.token);
    case 'pin':
      return card.pin === undefined ? '' : reveal(card.pin);
    case 'serial':
      // As it stands on the card.
      return cardId('{serial}', card.serial, plan.run);
    case 'card_id':
      return card.cardId;
    case 'type':
      return plan.cards.type;
    case 'run':
      return plan.run;
    case 'volume':
      return String(volume.volume);
    case 'sheet':
    case 'slot':
      return String(seatOf(plan, volume, card.position)[field]);
    case 'bundle':
    case 'box':
      return String(packOf(plan, card.position)?.[field] ?? '');
  }
}

/** The longest value that a column may hold. */
function longest(field: DataField, plan: Plan): number {
  const last = furthestSerial(plan);
  switch (field) {
    case 'token':
      return codeLength(plan.cards.token);
    case 'pin':
      return plan.cards.pin === null ? 0 : codeLength(plan.cards.pin);
    case 'serial':
      return Math.max(10, String(last).length);
    case 'card_id':
      return Math.max(idOf(plan, last).length, idOf(plan, plan.cards.first).length);
    case 'type':
      return 11;
    case 'run':
      return plan.run.length;
    case 'volume':
    case 'sheet':
    case 'slot':
    case 'bundle':
    case 'box':
      return 8;
  }
}
