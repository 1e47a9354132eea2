import process from 'node:process';
import { processPorts } from './deployment/world.ts';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), processPorts());
