// npm run schemas: the JSON Schemas that the package's YAML files, and those of `init`, refer to.
import { mkdirSync, writeFileSync } from 'node:fs';
import { WRITTEN_FILES, jsonSchemaOf, schemaText } from '../src/plan/json-schema.ts';

mkdirSync('templates/schemas', { recursive: true });
for (const file of WRITTEN_FILES)
  writeFileSync(`templates/schemas/${file}.json`, schemaText(jsonSchemaOf(file)));
