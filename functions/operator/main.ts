import process from 'node:process';
import { run } from './run.ts';
import { thisWorld } from './world.ts';

process.exitCode = await run(process.argv.slice(2), thisWorld());
