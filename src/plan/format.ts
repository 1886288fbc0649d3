// The format of a generated code (token or PIN), as the platform takes it: how long, from which alphabets.

/** `length` does not count the prefix; the whole is at most 48 characters. */
export interface CodeFormat {
  readonly length: number;
  readonly prefix: string;
  readonly numbers: boolean;
  readonly characters: boolean;
  readonly symbols: boolean;
  /** Ask the platform for its own picture of the barcode. */
  readonly barcode: boolean;
}

/** What a job that names no format has. */
export const DEFAULT_TOKEN: CodeFormat = {
  length: 16,
  prefix: '',
  numbers: true,
  characters: false,
  symbols: false,
  barcode: false,
};
export const DEFAULT_PIN: CodeFormat = { ...DEFAULT_TOKEN, length: 6 };

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The platform does not document its symbols: any printable ASCII may come. */
const SYMBOLS = ` !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`;
/** What a QR code sets in fewer bits than a byte has, besides digits. */
const QR_CAPITALS = /[A-Z $%*+\-./:]/;

export const PRINTABLE_ASCII = DIGITS + LETTERS + SYMBOLS;

export function alphabetOf(format: CodeFormat): string {
  return (
    (format.numbers ? DIGITS : '') + (format.characters ? LETTERS : '') + (format.symbols ? SYMBOLS : '')
  );
}

/** Characters of the whole code, prefix included. */
export function codeLength(format: CodeFormat): number {
  return format.prefix.length + format.length;
}

/**
 * Texts among which is one that needs as many modules as any code of this format can, in Code 128 and as a QR code,
 * and the widest one in a proportional font: runs of every character, and digits in short runs between letters,
 * where switching between Code 128's sets or a QR code's modes costs most.
 */
export function hardestTexts(format: CodeFormat): readonly string[] {
  const alphabet = alphabetOf(format);
  const texts = new Set([...alphabet].map((character) => character.repeat(format.length)));
  const other = [...alphabet].find((character) => !DIGITS.includes(character));
  if (format.numbers && other !== undefined) {
    for (let run = 1; run <= 8; run += 1) {
      texts.add((other + DIGITS.slice(0, run)).repeat(format.length).slice(0, format.length));
      texts.add((DIGITS.slice(0, run) + other).repeat(format.length).slice(0, format.length));
      texts.add((DIGITS.slice(0, run) + other + other).repeat(format.length).slice(0, format.length));
    }
    // Six digits are the fewest that a QR code leaves its bytes for; by a capital it goes the longest way back.
    const others = [...alphabet].filter((character) => !DIGITS.includes(character));
    const capital = others.find((character) => QR_CAPITALS.test(character)) ?? '';
    const byte = others.find((character) => !QR_CAPITALS.test(character)) ?? '';
    texts.add((DIGITS.slice(0, 6) + capital + byte).repeat(format.length).slice(0, format.length));
  }
  return [...texts].map((text) => format.prefix + text);
}

/** The format in words: `16 digits`, `GC + 20 letters and digits`. */
export function formatText(format: CodeFormat): string {
  const kinds = [
    format.characters ? 'letters' : '',
    format.numbers ? 'digits' : '',
    format.symbols ? 'symbols' : '',
  ].filter((kind) => kind !== '');
  const last = kinds.pop() ?? '';
  const list = kinds.length === 0 ? last : `${kinds.join(', ')} and ${last}`;
  return `${format.prefix === '' ? '' : `${format.prefix} + `}${format.length} ${list}`;
}

/** Least entropy of codes whose format is left to us, bits: 16 digits, and 4. */
export const TOKEN_BITS = 50;
export const PIN_BITS = 13;

/** Entropy of a code, bits; a prefix adds none. */
export function entropyOf(format: CodeFormat): number {
  return format.length * Math.log2(alphabetOf(format).length);
}

const KINDS: readonly Pick<CodeFormat, 'numbers' | 'characters' | 'symbols'>[] = [
  { numbers: true, characters: false, symbols: false },
  { numbers: true, characters: true, symbols: false },
  { numbers: false, characters: true, symbols: false },
  { numbers: true, characters: true, symbols: true },
];

/** The shortest format of each alphabet that holds so many bits; digits first. */
export function formatsOf(bits: number, shortest: number): readonly CodeFormat[] {
  return KINDS.map((kind) => {
    const one = { ...kind, length: 1, prefix: '', barcode: false };
    const length = Math.max(shortest, Math.ceil(bits / entropyOf(one) - 1e-9));
    // Code 128 sets digits in pairs: an odd one costs as much as two.
    return { ...one, length: kind.characters || kind.symbols ? length : length + (length % 2) };
  });
}

/** The format that needs the fewest modules for so many bits, at least so long: digits always do. */
export function shortestFormat(bits: number, shortest: number): CodeFormat {
  const [digits] = formatsOf(bits, shortest);
  if (digits === undefined) throw new RangeError('no format');
  return digits;
}
