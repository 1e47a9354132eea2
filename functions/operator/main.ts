import process from 'node:process';
import { processPorts } from './deployment/process-ports.ts';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), {
  ...processPorts(),
  providers: () => import('../providers/index.ts'),
});
