import process from 'node:process';
import * as PROVIDERS from '../providers/index.ts';
import { processPorts } from './deployment/process-ports.ts';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), { ...processPorts(), providers: PROVIDERS });
