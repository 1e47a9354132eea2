import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemas } from '../../functions/providers/schemas.ts';

/** Writes the JSON Schemas of all that a user writes or reads, one file each. */
export const writeSchemas = (folder: string): void => {
  mkdirSync(folder);
  for (const [file, schema] of Object.entries(jsonSchemas())) {
    writeFileSync(join(folder, file), `${JSON.stringify(schema, undefined, 2)}\n`);
  }
};
