import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { IS_FULL, SEED } from '../campaign/sample.ts';

const ROOT = join(import.meta.dirname, '../..');
const REQUESTS = IS_FULL ? 200 : 12;
const TIMEOUT_MS = 1_800_000;

/** None of this process's environment: the run is to be the same wherever it is started. */
const start = async (...args: readonly string[]) => {
  const script = ['test/crashes/crash-runs.ts', ...args];
  const child = spawn(process.execPath, script, { cwd: ROOT, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = (await once(child, 'close')) as [number | null];
  const [output, errors] = await said;
  return { status, output, errors };
};

const SUM =
  /^crash runs: (\d+) requests, (\d+) deliveries, (\d+) of them died \((\d+) killed, (\d+) exited, (\d+) threw, (\d+) timed out\), L1 L2 L3 held, in \d+ s$/m;

it('has processes die in several ways, and every request still comes to its one true end', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { status, output, errors } = await start('--requests', `${REQUESTS}`, '--seed', `${SEED}`);
  console.log(output.trimEnd().split('\n').at(-1));
  expect(errors).toBe('');
  expect(output).not.toContain('Order ');
  expect(status).toBe(0);
  const [requests, deliveries = 0, died = 0, ...ways] = (SUM.exec(output) ?? []).slice(1).map(Number);
  expect(requests).toBe(REQUESTS);
  expect(died).toBeGreaterThan(6);
  expect(deliveries).toBeGreaterThan(REQUESTS + died / 2);
  expect(ways.filter((count) => count > 0).length).toBeGreaterThan(2);
});

it('refuses what it does not know', async () => {
  const { status, errors } = await start('--requests', 'many');
  expect(status).toBe(1);
  expect(errors).toMatch(/^Cannot read the options: .*requests.*\nUsage: npm run crash-runs/s);
});
