// Text -> the values of Code 128, set B and set C chosen so that no other choice is shorter. Printable ASCII alone
// never needs set A.
//
// The rules are those of ISO/IEC 15417, annex E: digits go in pairs where at least four of them come in a row,
// an odd one first; a pair that is the whole text goes in set C, too. A test holds that they find the shortest
// symbol, and that of the shortest they take the one that bwip-js takes.

const START_B = 104;
const START_C = 105;
const TO_C = 99;
const TO_B = 100;
/** The last of all values. */
export const STOP = 106;
const ZERO = 48;
const SPACE = 32;

/** Fewer digits than these in a row are not worth going to set C for. */
const LEAST_DIGITS = 4;

/** The values of a symbol, from start to stop, of a text that is printable ASCII and not empty. */
export function code128Values(text: string): readonly number[] {
  const { length } = text;
  let run = digitsFrom(text, 0);
  let inC = run >= LEAST_DIGITS || (run === 2 && length === 2);
  const values = [inC ? START_C : START_B];
  for (let at = 0; at < length;) {
    if (run === 0) run = digitsFrom(text, at);
    if (inC && run < 2) {
      values.push(TO_B);
      inC = false;
    } else if (!inC && run >= LEAST_DIGITS && run % 2 === 0) {
      values.push(TO_C);
      inC = true;
    }
    if (inC) {
      values.push((text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO);
      at += 2;
      run -= 2;
    } else {
      values.push(text.charCodeAt(at) - SPACE);
      at += 1;
      run = Math.max(0, run - 1);
    }
  }
  values.push(checkOf(values), STOP);
  return values;
}

function digitsFrom(text: string, at: number): number {
  let end = at;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end - at;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code < ZERO + 10;
}

function checkOf(values: readonly number[]): number {
  let sum = values[0] ?? 0;
  for (let at = 1; at < values.length; at += 1) sum += at * (values[at] ?? 0);
  return sum % 103;
}
