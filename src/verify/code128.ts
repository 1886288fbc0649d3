// Code 128 from the standard's table (ISO/IEC 15417, table 1), typed in by hand: the encoder's own table
// would repeat the encoder's mistakes.

/** Widths of bar, space, bar, space, bar, space in modules, by value 0 to 105; each comes to 11. */
export const PATTERNS: readonly string[] = [
  ...['212222', '222122', '222221', '121223', '121322', '131222', '122213', '122312', '132212', '221213'],
  ...['221312', '231212', '112232', '122132', '122231', '113222', '123122', '123221', '223211', '221132'],
  ...['221231', '213212', '223112', '312131', '311222', '321122', '321221', '312212', '322112', '322211'],
  ...['212123', '212321', '232121', '111323', '131123', '131321', '112313', '132113', '132311', '211313'],
  ...['231113', '231311', '112133', '112331', '132131', '113123', '113321', '133121', '313121', '211331'],
  ...['231131', '213113', '213311', '213131', '311123', '311321', '331121', '312113', '312311', '332111'],
  ...['314111', '221411', '431111', '111224', '111422', '121124', '121421', '141122', '141221', '112214'],
  ...['112412', '122114', '122411', '142112', '142211', '241211', '221114', '413111', '241112', '134111'],
  ...['111242', '121142', '121241', '114212', '124112', '124211', '411212', '421112', '421211', '212141'],
  ...['214121', '412121', '111143', '111341', '131141', '114113', '114311', '411113', '411311', '113141'],
  ...['114131', '311141', '411131', '211412', '211214', '211232'],
];

/** The seven elements that end a symbol, 13 modules. */
export const STOP = '2331112';

const START_A = 103;
const START_C = 105;
const SHIFT = 98;
const CODE_C = 99;
const CODE_B = 100;
const CODE_A = 101;

type Set = 'A' | 'B' | 'C';

/**
 * The text of a symbol's values: start, data, check character, without the stop. Undefined where the check
 * character is wrong, or where a value is no text (a function character: none of ours has one).
 */
export function textOfValues(values: ArrayLike<number>): string | undefined {
  const start = values[0] ?? -1;
  const last = values.length - 1;
  if (last < 2 || start < START_A || start > START_C) return undefined;
  let sum = start;
  for (let at = 1; at < last; at += 1) sum += at * (values[at] ?? 0);
  if (sum % 103 !== values[last]) return undefined;

  let set: Set = start === START_A ? 'A' : start === START_C ? 'C' : 'B';
  let shifted = false;
  let text = '';
  for (let at = 1; at < last; at += 1) {
    const value = values[at] ?? 0;
    if (set === 'C' && value < 100) {
      text += value < 10 ? `0${value}` : String(value);
      continue;
    }
    const within: Set = shifted ? (set === 'A' ? 'B' : 'A') : set;
    shifted = false;
    if (value < 96) text += characterIn(within, value);
    else if (value === SHIFT && set !== 'C') shifted = true;
    else if (value === CODE_C && set !== 'C') set = 'C';
    else if (value === CODE_B && set !== 'B') set = 'B';
    else if (value === CODE_A && set !== 'A') set = 'A';
    else return undefined;
  }
  return shifted ? undefined : text;
}

/** Values 0 to 63 are the same in both sets; from 64 on A has control characters, B lower case. */
function characterIn(set: Set, value: number): string {
  return String.fromCharCode(set === 'A' && value >= 64 ? value - 64 : value + 32);
}
