import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { complaints, listedMutants } from './equivalent-mutants.ts';

const REPORT = join(import.meta.dirname, '../../reports/mutation.json');

const found = complaints(JSON.parse(readFileSync(REPORT, 'utf8')), listedMutants());
for (const complaint of found) console.log(`✖ ${complaint}`);
console.log(
  found.length === 0
    ? 'Every survivor is listed'
    : `${found.length} to kill, or to explain in test/equivalent-mutants.json`,
);
process.exitCode = found.length === 0 ? 0 : 1;
