// cardpress schema: the shapes of files that others read, as JSON Schemas.
import { badInput } from '../base/failure.ts';
import { manifestJsonSchema } from '../pack/manifest-schema.ts';
import type { Call } from './run-command.ts';

const SCHEMAS: Readonly<Record<string, () => unknown>> = { manifest: manifestJsonSchema };

export function schemaCommand(name: string, { terminal }: Call): void {
  const schema = SCHEMAS[name];
  if (schema === undefined)
    throw badInput(`there is no schema ${name}`, { hint: `schemas: ${Object.keys(SCHEMAS).join(', ')}` });
  terminal.out(`${JSON.stringify(schema(), null, 2)}\n`);
}
