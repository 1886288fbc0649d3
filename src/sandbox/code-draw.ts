// Draws tokens and PINs of a format.
import type { Chance } from './chance.ts';
import type { CodeFormat } from './code-format.ts';

const NUMBERS = '0123456789';
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** So many draws in a row that meet a used value mean a nearly full space. */
const PATIENCE = 64;

/** The characters a format allows, each once. */
function alphabetOf(format: CodeFormat, symbolSet: string): readonly string[] {
  const enabled = [
    format.symbols ? symbolSet : '',
    format.numbers ? NUMBERS : '',
    format.characters ? CHARACTERS : '',
  ];
  return [...new Set(enabled.join(''))];
}

/** The next number in the alphabet's own counting system; the last is followed by the first. */
function countOn(digits: number[], base: number): void {
  for (let place = digits.length - 1; place >= 0; place -= 1) {
    const next = (digits[place] ?? 0) + 1;
    digits[place] = next % base;
    if (next < base) return;
  }
}

function drawDigits(format: CodeFormat, base: number, chance: Chance): number[] {
  return Array.from({ length: format.length }, () => chance.below(base));
}

function spell(format: CodeFormat, alphabet: readonly string[], digits: readonly number[]): string {
  return (format.prefix ?? '') + digits.map((digit) => alphabet[digit]).join('');
}

/** A PIN; two cards may have the same. */
export function drawPin(format: CodeFormat, symbolSet: string, chance: Chance): string {
  const alphabet = alphabetOf(format, symbolSet);
  return spell(format, alphabet, drawDigits(format, alphabet.length, chance));
}

/** The token of a request that names no format. */
export function drawUuidToken(chance: Chance, isUsed: (value: string) => boolean): string {
  for (;;) {
    const value = `DINCARD:${chance.uuid()}`;
    if (!isUsed(value)) return value;
  }
}

/** A token that `isUsed` does not know, or undefined where the format has none left. */
export function drawToken(
  format: CodeFormat,
  symbolSet: string,
  chance: Chance,
  isUsed: (value: string) => boolean,
): string | undefined {
  const alphabet = alphabetOf(format, symbolSet);
  const base = alphabet.length;
  let digits = drawDigits(format, base, chance);
  for (let draw = 1; draw < PATIENCE; draw += 1) {
    const value = spell(format, alphabet, digits);
    if (!isUsed(value)) return value;
    digits = drawDigits(format, base, chance);
  }
  // Only a small, nearly full space gets here: walk once around it.
  const space = base ** format.length;
  for (let step = 0; step < space; step += 1) {
    const value = spell(format, alphabet, digits);
    if (!isUsed(value)) return value;
    countOn(digits, base);
  }
  return undefined;
}
