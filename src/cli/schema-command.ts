// cardpress schema: the shapes of files that people write or others read, as JSON Schemas.
import { badInput } from '../base/failure.ts';
import { manifestJsonSchema } from '../pack/manifest-schema.ts';
import { WRITTEN_FILES, jsonSchemaOf, schemaText } from '../plan/json-schema.ts';
import type { Call } from './call.ts';

const SCHEMAS: ReadonlyMap<string, () => object> = new Map([
  ...WRITTEN_FILES.map((file) => [file as string, () => jsonSchemaOf(file)] as const),
  ['manifest', manifestJsonSchema],
]);

export function schemaCommand(name: string, { terminal }: Call): void {
  const schema = SCHEMAS.get(name);
  if (schema === undefined)
    throw badInput(`there is no schema ${name}`, { hint: `schemas: ${[...SCHEMAS.keys()].join(', ')}` });
  terminal.out(schemaText(schema()));
}
