// An answer of the platform as it came: kept whole, sealed before anyone looks into it.
import { Failure } from '../base/failure.ts';

export interface Answer {
  /** 0 where no answer came at all. */
  readonly status: number;
  /** Lower-case names; only those that say something about the answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** False: the connection broke before the end. */
  readonly complete: boolean;
  /** How the connection broke; null where it did not. */
  readonly broke: string | null;
  /** When the last byte came, by our clock, ISO 8601. */
  readonly received: string;
}

/** One line of JSON about the answer, then its body, byte for byte. */
export function packAnswer({ body, ...head }: Answer): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

export function unpackAnswer(bytes: Uint8Array, what: string): Answer {
  const end = bytes.indexOf(0x0a);
  try {
    const head = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Omit<Answer, 'body'>;
    return { ...head, body: bytes.subarray(end + 1) };
  } catch {
    throw new Failure('mismatch', `${what} opens, but is not an answer that was sealed by cardpress`);
  }
}

/** The body as JSON, or undefined where it is none. Never throws: a parser's message would quote the body. */
export function jsonBody(answer: Answer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
  } catch {
    return undefined;
  }
}

/** The platform's own words for a refusal, without anything that could hold a secret. */
export function refusalText(answer: Answer): string {
  const json = jsonBody(answer);
  const error = isMap(json) && isMap(json.error) ? json.error : {};
  const words = [error.code, error.message]
    .filter((word) => typeof word === 'string' && word !== '')
    .join(': ');
  const printable = words.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
  return printable === '' ? `status ${answer.status}` : `status ${answer.status}, ${printable}`;
}

/**
 * Whether these are the platform's own words. What stands before it may answer in its place: with a page, with
 * nothing, and with a 404 that speaks of a path, not of a card.
 */
export function isPlatforms(answer: Answer): boolean {
  const json = jsonBody(answer);
  if (!isMap(json)) return false;
  return answer.status !== 404 || (isMap(json.error) && typeof json.error.message === 'string');
}

/** Seconds that the platform asks to wait, if it does; from Retry-After as seconds or as a date. */
export function retryAfter(answer: Answer, now: Date): number | undefined {
  const value = answer.headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), 3600) : undefined;
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
