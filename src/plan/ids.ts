// Card ids: a pattern with a serial in it. An id is named at the platform for ever, so every pattern is
// checked before a card is asked for.
import { type Place, badInput } from '../base/failure.ts';

/** Digits that {serial} is padded to where the pattern does not say. */
const SERIAL_DIGITS = 6;
const SERIAL = /\{serial(?::(\d{1,2}))?\}/g;

/** The id of a serial. */
export function cardId(pattern: string, serial: number, run: string): string {
  return runPattern(pattern, run).replace(SERIAL, (_, digits?: string) =>
    String(serial).padStart(Number(digits ?? SERIAL_DIGITS), '0'),
  );
}

/** Of the serials from one to another, the first of each length. */
export function firstOfEachLength(first: number, last: number): readonly number[] {
  const serials = [first];
  for (let next = 10 ** String(first).length; next <= last; next *= 10) serials.push(next);
  return serials;
}

/** A pattern with a run's name in it: ids are the same where these are. */
export function runPattern(pattern: string, run: string): string {
  return pattern.replaceAll('{run}', () => run);
}

/** What stands in a specimen's id in place of letters. */
const SPECIMEN = 'SPECIMEN';

/**
 * A pattern that gives ids of the form and length of a serial's, and says what they are: its letters are those of
 * SPECIMEN. A symbol that is made for that serial's id holds every one of them.
 */
export function specimenPattern({ pattern, run }: Pick<IdRange, 'pattern' | 'run'>, serial: number): string {
  const padded = Number([...pattern.matchAll(SERIAL)][0]?.[1] ?? SERIAL_DIGITS);
  const digits = Math.max(padded, String(serial).length);
  let letters = 0;
  return literals({ pattern, run })
    .map((text) =>
      text.replaceAll(/[A-Za-z]/g, (letter) => {
        const other = SPECIMEN.charAt(letters++ % SPECIMEN.length);
        return letter === letter.toUpperCase() ? other : other.toLowerCase();
      }),
    )
    .join(`{serial:${digits}}`);
}

/** Whether the ids of a pattern are a run's own, so that their serials may begin anew in each run. */
export function isPerRun(pattern: string): boolean {
  return pattern.includes('{run}');
}

export function checkIdPattern(pattern: string, place: Place): void {
  if ([...pattern.matchAll(SERIAL)].length !== 1) {
    throw badInput(
      `cards.id is ${JSON.stringify(pattern)}: it must hold {serial} once, or ids would repeat`,
      {
        place,
        hint: 'for example SPRING26-{serial}, or {serial:8} for eight digits',
      },
    );
  }
  const unknown = /\{[A-Za-z_]+(:\d*)?\}/.exec(pattern.replace(SERIAL, '').replaceAll('{run}', ''));
  if (unknown !== null) {
    throw badInput(`cards.id names ${unknown[0]}: there is no such field`, {
      place,
      hint: 'fields: {serial}, {run}',
    });
  }
  if (pattern !== pattern.trim()) {
    throw badInput('cards.id begins or ends with a space: the platform refuses such ids', { place });
  }
  if (!/^[\x20-\x7e]*$/.test(pattern)) {
    throw badInput('cards.id holds a character outside printable ASCII', { place });
  }
}

/** Checks the longest id that a run can have; 255 is the platform's limit. */
export function checkIdLength(pattern: string, lastSerial: number, run: string, place: Place): void {
  const id = cardId(pattern, lastSerial, run);
  if (id.length > 255) {
    throw badInput(`cards.id gives ids of ${id.length} characters: the platform takes at most 255`, {
      place,
    });
  }
}

/** The ids of consecutive serials. */
export interface IdRange {
  readonly pattern: string;
  readonly run: string;
  readonly first: number;
  readonly count: number;
}

/** An id that two ranges share, or undefined. */
export function sharedId(a: IdRange, b: IdRange): string | undefined {
  const [before, after] = literals(a);
  const [otherBefore, otherAfter] = literals(b);
  if (before === otherBefore && after === otherAfter && a.pattern === b.pattern) {
    const from = Math.max(a.first, b.first);
    return from < Math.min(a.first + a.count, b.first + b.count) ? cardId(a.pattern, from, a.run) : undefined;
  }
  // What stands before the serials must agree as far as both say it, and go on in digits where one says more;
  // and so what stands after them, from the end. What passes is compared one by one.
  if (!mayAgree(before, otherBefore) || !mayAgree(reversed(after), reversed(otherAfter))) return undefined;
  const ids = new Set(idsOf(a));
  for (const id of idsOf(b)) if (ids.has(id)) return id;
  return undefined;
}

function mayAgree(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long.startsWith(short) && /^(\d|$)/.test(long.slice(short.length));
}

const reversed = (text: string) => [...text].reverse().join('');

function* idsOf({ pattern, run, first, count }: IdRange): Generator<string> {
  for (let serial = first; serial < first + count; serial += 1) yield cardId(pattern, serial, run);
}

function literals({ pattern, run }: Pick<IdRange, 'pattern' | 'run'>): readonly [string, string] {
  const [before = '', after = ''] = runPattern(pattern, run).split(/\{serial(?::\d{1,2})?\}/);
  return [before, after];
}
