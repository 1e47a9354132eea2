import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { terminalPicture } from './terminal-picture.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Draws `docs/run.svg` from a run of `npm start`. */
const run = spawn('npm', ['start', '--silent'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
const printed = await text(run.stdout);
if (!printed.includes('All as expected')) throw new Error('Cannot draw a run that did not end as expected');
writeFileSync(join(ROOT, 'docs/run.svg'), terminalPicture(`$ npm start\n${printed}`));
