// The benchmark's records: the same for everyone, drawn from a seed. Tokens have 28 to 43 characters, which is
// what 79.6 mm hold in readable bars; PINs have 6 to 8 digits.
export interface BenchRecord {
  readonly card_id: string;
  readonly token: string;
  readonly pin: string;
}

const HEX = '0123456789abcdef';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** One after another, so that a million need no room. */
export function* records(count: number): Generator<BenchRecord> {
  let state = 20240607;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const draw = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[below(alphabet.length)]).join('');
  for (let index = 0; index < count; index += 1) {
    yield {
      card_id: `GC-${String(index + 1).padStart(8, '0')}`,
      token:
        index % 2 === 0
          ? `CARD:${[8, 4, 4, 4, 12].map((length) => draw(HEX, length)).join('-')}`
          : `GIFT.${draw(BASE64, 23 + below(16))}`,
      pin: draw('0123456789', 6 + below(3)),
    };
  }
}
