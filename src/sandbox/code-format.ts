// How a token or a PIN may look: the platform's format rules, with its defaults filled in.
import { z } from 'zod';
import { characterCount, text } from './field.ts';

const LONGEST_VALUE = 48;

function codeFormat(shortest: number) {
  return z
    .object({
      /** Characters after the prefix. */
      length: z.int().min(shortest).default(36),
      prefix: text(12).optional(),
      symbols: z.boolean().default(true),
      numbers: z.boolean().default(true),
      /** No default is documented. */
      characters: z.boolean().default(false),
      barcode: z.boolean().default(false),
    })
    .refine((format) => format.symbols || format.numbers || format.characters, {
      path: ['characters'],
      message: 'one of symbols, numbers and characters must be true',
    })
    .refine((format) => format.length + characterCount(format.prefix ?? '') <= LONGEST_VALUE, {
      path: ['length'],
      message: `prefix and length together must be at most ${LONGEST_VALUE}`,
    });
}

export const pinFormat = codeFormat(4);
export const tokenFormat = codeFormat(6);

export type CodeFormat = z.output<typeof tokenFormat>;

/** How the answers describe a token that nobody gave a format for: a UUID behind `DINCARD:`. */
export const uuidFormat: CodeFormat = {
  length: 36,
  prefix: 'DINCARD:',
  symbols: true,
  numbers: true,
  characters: true,
  barcode: false,
};
