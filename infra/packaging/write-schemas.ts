import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemas } from '../../functions/core/request/json-schemas.ts';
import * as PROVIDERS from '../../functions/providers/index.ts';

/** Writes the JSON Schemas of all that a user writes or reads, one file each. */
export const writeSchemas = (folder: string): void => {
  mkdirSync(folder);
  for (const [file, schema] of Object.entries(jsonSchemas(PROVIDERS))) {
    writeFileSync(join(folder, file), `${JSON.stringify(schema, undefined, 2)}\n`);
  }
};
