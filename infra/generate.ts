import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './constructs/functions/bundling.ts';
import { generated } from './packaging/generated.ts';

for (const [file, text] of Object.entries(generated((name) => readFileSync(join(ROOT, name), 'utf8'))))
  writeFileSync(join(ROOT, file), text);
