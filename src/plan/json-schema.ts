// The files that people write, as JSON Schemas for their editors: completion, and a word about each key. What a
// schema cannot say (that an ink is there, that slots keep apart) the readers say.
import { z } from 'zod';
import { jobSchema } from './job.ts';
import { pressKeys } from './press.ts';
import { sheetSchema } from './sheet.ts';
import { templateSchema } from './template.ts';

const READERS = { job: jobSchema, template: templateSchema, sheet: sheetSchema, press: pressKeys } as const;

export type WrittenFile = keyof typeof READERS;

export const WRITTEN_FILES = Object.keys(READERS) as readonly WrittenFile[];

/** Draft 7, which every editor knows. */
export function jsonSchemaOf(file: WrittenFile): object {
  return z.toJSONSchema(READERS[file], {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Bounds of the number type, not ours.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
}

/** The text of a schema's file, as it is shipped. */
export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
