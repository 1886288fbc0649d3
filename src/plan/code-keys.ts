// The job's keys about the format of a code.
import { z } from 'zod';

/** @param shortest characters that the platform gives at least */
export const codeFormat = (shortest: number) =>
  z
    .strictObject({
      length: z.int().min(shortest).max(48).describe('Characters, the prefix not counted.'),
      prefix: z
        .string()
        .max(12)
        .regex(/^[\x21-\x7e]*$/, 'it must be printable ASCII without spaces')
        .default(''),
      numbers: z.boolean().default(true),
      characters: z.boolean().default(false).describe('Letters of either case.'),
      symbols: z.boolean().default(false).describe('What else is printable.'),
      barcode: z.boolean().default(false).describe('Ask for the platform’s own picture too, as a witness.'),
    })
    .refine(
      (format) => format.numbers || format.characters || format.symbols,
      'it must allow numbers, characters or symbols',
    )
    .refine(
      // A part that is too long by itself has its own complaint.
      ({ prefix, length }) => prefix.length > 12 || length > 48 || prefix.length + length <= 48,
      'prefix and length must come to at most 48 characters',
    )
    .meta({
      anyOf: [
        { properties: { numbers: { const: true } } },
        { required: ['characters'], properties: { characters: { const: true } } },
        { required: ['symbols'], properties: { symbols: { const: true } } },
      ],
    });

/** The shortest format that holds so many bits. */
export const bits = z.strictObject({
  bits: z.number().min(10).max(150).describe('What it is to hold at least.'),
});
