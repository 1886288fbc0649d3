// What a run folder notes after the handoff, in books/: numbered, each written once. No secrets.
import { type RunFolder, names } from '../base/run-folder.ts';
import type { Overrides } from '../plan/overrides.ts';

/** Serials in a row, both ends in. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** What every record says. */
export interface Noted {
  readonly number: number;
  readonly at: string;
  /** Who: user, host and the fingerprint of a key. */
  readonly by: string;
}

export interface Spoiled {
  readonly serial: number;
  readonly reason: string;
  /** The manufacturer certifies that the card is destroyed. */
  readonly destroyed: boolean;
}

export interface Missing {
  readonly serial: number;
  readonly reason: string;
}

/** A manufacturer's return file, as it was counted. */
export interface ReturnRecord extends Noted {
  /** The run or supplement that it reports on. */
  readonly run: string;
  readonly file: string;
  readonly sha256: string;
  readonly good: readonly Span[];
  readonly spoiled: readonly Spoiled[];
  readonly missing: readonly Missing[];
}

/** What a person ordered to be done to cards; written before anything is done. */
export type OrderRecord = Noted & {
  readonly cards: readonly Span[];
  /** The list as it was typed, and the run that was named: boxes are its own. Older records have none. */
  readonly list?: { readonly run: string; readonly text: string };
  readonly reason: string;
} & (
    | { readonly what: 'void' }
    | {
        readonly what: 'replace' | 'reprint' | 'reissue';
        /** The run folder that will hold what is printed. */
        readonly supplement: string;
        readonly overrides: Overrides;
      }
    | { readonly what: 'activate'; readonly terms: ActivationTerms; readonly sample: boolean }
  );

export type OrderKind = OrderRecord['what'];

/** What the platform is told of each card; amounts in minor units. */
export interface ActivationTerms {
  readonly amount: number;
  readonly currency: string;
  readonly customer_id?: string;
  readonly name?: string;
  readonly originated_by?: string;
  readonly active_from?: string;
  readonly expires_at?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What became of the cards of an order. */
export interface OutcomeRecord extends Noted {
  readonly what: OrderKind;
  /** Voided, activated or printed anew. */
  readonly done: readonly Span[];
  /** Not to be deleted, or not activated, with the platform's reason. */
  readonly left: readonly { readonly serial: number; readonly why: string }[];
}

export interface Book {
  readonly returns: readonly ReturnRecord[];
  readonly orders: readonly { readonly order: OrderRecord; readonly outcome: OutcomeRecord | undefined }[];
  readonly closed: boolean;
  readonly purging: boolean;
  readonly purged: boolean;
}

/** Everything that a run folder's books say, in order. */
export async function readBook(folder: RunFolder): Promise<Book> {
  const files = await folder.list('books');
  const read = async <T>(pattern: RegExp): Promise<T[]> => {
    const records: T[] = [];
    for (const file of files)
      if (pattern.test(file)) records.push((await folder.readJson(`books/${file}`)) as T);
    return records;
  };
  const outcomes = await read<OutcomeRecord>(/^\d+\.done\.json$/);
  const orders = await read<OrderRecord>(/^\d+\.(void|replace|reprint|reissue|activate)\.json$/);
  return {
    returns: await read<ReturnRecord>(/^\d+\.return\.json$/),
    orders: orders.map((order) => ({
      order,
      outcome: outcomes.find(({ number }) => number === order.number),
    })),
    closed: files.includes('closed.json'),
    purging: files.includes('purging.json'),
    purged: await folder.has(names.purged),
  };
}

/** The number of the next record. */
export async function nextNumber(folder: RunFolder): Promise<number> {
  const numbers = (await folder.list('books')).map((file) => Number(/^(\d+)\./.exec(file)?.[1] ?? 0));
  return Math.max(0, ...numbers) + 1;
}

export async function writeRecord(folder: RunFolder, name: string, record: object): Promise<void> {
  await folder.makeExtra('books');
  await folder.write(name, `${JSON.stringify(record, null, 1)}\n`);
}

/** Serials as the fewest spans, in order. */
export function toSpans(serials: Iterable<number>): Span[] {
  const spans: { first: number; last: number }[] = [];
  for (const serial of [...serials].sort((a, b) => a - b)) {
    const span = spans.at(-1);
    if (span?.last === serial - 1) span.last = serial;
    else spans.push({ first: serial, last: serial });
  }
  return spans;
}

export function* eachSerial(spans: readonly Span[]): Generator<number> {
  for (const { first, last } of spans) for (let serial = first; serial <= last; serial += 1) yield serial;
}

/** Spans as people write them: `17,20-25`. */
export function spansText(spans: readonly Span[]): string {
  return spans.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

/** The first few of many serials, in words for a sentence. */
export function someText(serials: readonly number[]): string {
  const spans = toSpans(serials);
  const shown = spansText(spans.slice(0, 5));
  return spans.length > 5 ? `${shown} and more` : shown;
}
