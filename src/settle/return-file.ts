// The manufacturer's return file: CSV text -> what it says of each card. Pure; whatever is wrong with it is said
// with its line, and nothing is taken from a file in which anything is wrong.
import { parse } from 'csv-parse/sync';
import { countText } from '../base/count.ts';
import { type Complaint, Failure, badInput } from '../base/failure.ts';
import { isKeyFile, shownName, shownText } from '../base/shown.ts';

export interface ReturnRow {
  /** In the file, from 1. */
  readonly line: number;
  readonly serial: number;
  /** Null: not reported yet. */
  readonly result: 'good' | 'spoiled' | 'missing' | null;
  readonly reason: string;
  readonly destroyed: boolean;
  readonly bundle: number | null;
  readonly box: number | null;
}

const COLUMNS = ['serial', 'card_id', 'result', 'reason', 'destroyed', 'bundle', 'box'] as const;
type Column = (typeof COLUMNS)[number];
const NEEDED: readonly Column[] = ['serial', 'result'];

const YES = ['yes', 'y', 'true', '1', 'x', 'ja', 'j'];
const NO = ['', 'no', 'n', 'false', '0', 'nei', 'nein'];
const DAY = /^\d{4}-\d{2}-\d{2}/;
const MOST_COMPLAINTS = 20;

/** Programs of some countries write semicolons. */
const SEPARATORS = [',', ';', '\t'] as const;

/** Bytes of a return file for so many cards: many times what a row takes. */
export const mostBytes = (cards: number) => 65_536 + 512 * cards;

/** Each card has one row; more than these are no mistake that is worth a complaint for each. */
const mostRows = (cards: number) => 1000 + 2 * cards;

/** `serial=Lfd. Nr.,result=Status`: what the file calls our columns. */
export function parseColumns(text: string): ReadonlyMap<Column, string> {
  return new Map(
    text.split(',').map((pair) => {
      const [ours = '', theirs] = pair.split('=').map((part) => part.trim());
      const column = COLUMNS.find((name) => name === ours);
      if (column === undefined || theirs === undefined || theirs === '')
        throw badInput(`--columns: ${JSON.stringify(pair)} maps no column`, {
          hint: `for example serial=Number,result=Status; columns: ${COLUMNS.join(', ')}`,
        });
      return [column, theirs] as const;
    }),
  );
}

/**
 * @param file the name that complaints show
 * @param idOf the card id of a serial, to hold a column card_id against
 * @param cards how many there are
 * @throws Failure of kind `input`, with every complaint and its line
 */
export function parseReturn(
  bytes: Uint8Array,
  file: string,
  renamed: ReadonlyMap<Column, string>,
  idOf: (serial: number) => string,
  cards: number,
): readonly ReturnRow[] {
  if (isKeyFile(new TextDecoder().decode(bytes)))
    throw badInput(`${file} holds a private key: was another file meant?`);
  const separator = separatorOf(bytes, renamed);
  const most = mostRows(cards);
  const [header, ...rows] = readRecords(bytes, file, separator, most + 2);
  if (header === undefined) throw badInput(`${file} is empty`);
  if (rows.length > most)
    throw badInput(`${file} has more than ${most} rows, for ${countText(cards, 'card')}`);
  const places = findColumns(header.cells, file, renamed);
  const complaints: Complaint[] = [];
  const seen = new Map<number, number>();
  const found: ReturnRow[] = [];
  for (const { line, cells } of rows) {
    const cell = (column: Column) => (cells[places.get(column) ?? -1] ?? '').trim();
    const wrong = (message: string) => {
      complaints.push({ message: `${file}:${line}  ${message}` });
    };
    if (cells.length > header.cells.length) {
      // Which of them is one too many cannot be told, and a comma in a reason must not certify anything.
      wrong(
        `${cells.length} cells, the header has ${header.cells.length}: a cell that holds ${JSON.stringify(separator)} stands in quotes`,
      );
      continue;
    }
    if (!/^\d{1,15}$/.test(cell('serial'))) {
      wrong(`serial is ${shownText(cell('serial'))}: it must be a whole number`);
      continue;
    }
    const serial = Number(cell('serial'));
    const before = seen.get(serial);
    if (before !== undefined) wrong(`serial ${serial} stands in line ${before} too`);
    seen.set(serial, line);
    const id = cell('card_id');
    if (id !== '' && id !== idOf(serial)) wrong(`serial ${serial} is card ${idOf(serial)}, not ${id}`);
    const result = cell('result').toLowerCase();
    if (result !== '' && result !== 'good' && result !== 'spoiled' && result !== 'missing')
      wrong(`result is ${shownText(cell('result'))}: it must be good, spoiled or missing`);
    const destroyed = destroyedOf(cell('destroyed'));
    if (destroyed === undefined)
      wrong(`destroyed is ${shownText(cell('destroyed'))}: it must be yes, no or a day`);
    if (destroyed === true && result !== 'spoiled')
      wrong(`serial ${serial} is ${result || 'not reported'} and destroyed: only what is spoiled is`);
    const number = (column: 'bundle' | 'box') => {
      const text = cell(column);
      if (text !== '' && !/^\d{1,9}$/.test(text))
        wrong(`${column} is ${shownText(text)}: it must be a whole number`);
      return text === '' ? null : Number(text);
    };
    found.push({
      line,
      serial,
      result: result === '' ? null : (result as ReturnRow['result']),
      reason: printable(cell('reason')),
      destroyed: destroyed === true,
      bundle: number('bundle'),
      box: number('box'),
    });
  }
  if (found.length === 0 && complaints.length === 0) throw badInput(`${file} has a header and no card`);
  refuse(complaints);
  return found;
}

/** All complaints at once, as far as a screen holds them. */
export function refuse(complaints: readonly Complaint[]): void {
  if (complaints.length === 0) return;
  const more = complaints.length - MOST_COMPLAINTS;
  throw new Failure('input', [
    ...complaints.slice(0, MOST_COMPLAINTS),
    ...(more > 0 ? [{ message: `and ${more} more` }] : []),
    { message: 'nothing was changed' },
  ]);
}

type Separator = (typeof SEPARATORS)[number];

/** The one by which the header falls into columns that are needed; else, for the complaint, into the most. */
function separatorOf(bytes: Uint8Array, renamed: ReadonlyMap<Column, string>): Separator {
  const headers = SEPARATORS.map((separator) => {
    const titles = headerBy(bytes, separator).map(plain);
    const isOurs = NEEDED.every((column) => titles.includes(plain(renamed.get(column) ?? column)));
    return { separator, isOurs, count: titles.length };
  });
  const [most] = [...headers].sort((a, b) => b.count - a.count);
  return (headers.find(({ isOurs }) => isOurs) ?? most)?.separator ?? ',';
}

function headerBy(bytes: Uint8Array, separator: Separator): readonly string[] {
  try {
    return readRows(bytes, separator, 1)[0]?.cells ?? [];
  } catch {
    return [];
  }
}

function readRecords(bytes: Uint8Array, file: string, separator: Separator, most: number): readonly Row[] {
  try {
    return readRows(bytes, separator, most);
  } catch (error) {
    throw badInput(`${file} is no CSV: ${error instanceof Error ? shownName(error.message) : ''}`);
  }
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The first rows, at most so many. */
function readRows(bytes: Uint8Array, delimiter: Separator, most: number): readonly Row[] {
  const records = parse(Buffer.from(bytes), {
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    to: most,
  }) as unknown as readonly { info: { lines: number }; record: string[] }[];
  return records.map(({ info, record }) => ({ line: info.lines, cells: record }));
}

function findColumns(
  header: readonly string[],
  file: string,
  renamed: ReadonlyMap<Column, string>,
): ReadonlyMap<Column, number> {
  const titles = header.map(plain);
  const places = new Map<Column, number>();
  for (const column of COLUMNS) {
    const title = renamed.get(column) ?? column;
    const at = titles.indexOf(plain(title));
    const times = titles.filter((one) => one === plain(title)).length;
    if (times > 1)
      throw badInput(
        `${file} has ${times} columns ${JSON.stringify(title)}: which one is meant cannot be told`,
      );
    if (at >= 0) places.set(column, at);
    else if (renamed.has(column) || NEEDED.includes(column))
      throw badInput(`${file} has no column ${JSON.stringify(title)}`, {
        hint: `its columns are ${header.map(shownName).join(', ')}; --columns ${column}=NAME says which one is meant`,
      });
  }
  return places;
}

function destroyedOf(text: string): boolean | undefined {
  const plain = text.toLowerCase();
  if (YES.includes(plain) || DAY.test(plain)) return true;
  return NO.includes(plain) ? false : undefined;
}

/** A title, however it is written. */
const plain = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '_');

const printable = (text: string) => text.replaceAll(/[^\x20-\x7e\u00a0-\u024f]/g, '?').slice(0, 120);
