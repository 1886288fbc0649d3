// What a complaint may show of a file that somebody named: enough to find the place, and never a key. The wrong
// file may have been named, and what is printed stays in logs.

/** Characters of a value that are shown. */
const MOST_SHOWN = 40;
/** Characters of a line of a file that are shown. */
const MOST_OF_LINE = 160;

/** What only files with a private key hold. */
const KEY_FILE = /AGE-SECRET-KEY-|PRIVATE KEY|encrypted secret key/i;
/** A name that says so, before its value. */
const KEY_NAME = /^[^#]*(secret|passw|private[\s_-]?key)[^#]*[:=]/i;
/** One long word of what keys are written in, alone in its line or after a name. */
const KEY_ALONE = /^\s*(?:-\s+)?(?:[\w.-]+\s*[:=]\s*)?["']?[A-Za-z0-9+/_-]{40,}={0,2}["']?\s*$/;
/** What may be known to all: an age recipient. */
const PUBLIC = /^\s*-?\s*["']?age1[0-9a-z]+["']?\s*$/;

/** Whether a file is one that holds a private key, of which nothing is shown. */
export const isKeyFile = (text: string) => KEY_FILE.test(text);

/** Whether a line or value may be a key, or another secret: better one too many is not shown. */
function looksSecret(text: string): boolean {
  return KEY_FILE.test(text) || KEY_NAME.test(text) || (KEY_ALONE.test(text) && !PUBLIC.test(text));
}

/** A text of a file within a complaint: cut, in quotes, and not at all where it may be a key. */
export function shownText(text: string): string {
  return looksSecret(text) ? 'a text that may be a key' : JSON.stringify(cut(printable(text), MOST_SHOWN));
}

/** A name that stands in a file, within a complaint. */
export function shownName(name: string): string {
  return looksSecret(name) ? 'what may be a key' : cut(printable(name), MOST_SHOWN);
}

/** A line of a file under a complaint. Empty where it may hold a key, and where the column lies beyond what is shown. */
export function excerptOf(line: string, column: number): string {
  if (looksSecret(line) || column > MOST_OF_LINE) return '';
  return cut(printable(line), MOST_OF_LINE);
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** A tab stays; what else is no character to be read must not reach a terminal. */
const printable = (text: string) => text.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]/g, '?');
