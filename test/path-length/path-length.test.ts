import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Trace } from './trace.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * How much a reader has to know to follow one order: files and named functions of `functions/` that its revocation calls, from the
 * record to the receipt, with ports in memory. A change that needs more has to say so here.
 */
const BUDGETS = [
  { order: 'bybit/delete-master-key by itself', outcome: 'revoked', files: 84, functions: 399 },
  { order: 'bybit/delete-sub-key by its master', outcome: 'revoked', files: 84, functions: 402 },
  { order: 'bybit/update-sub-key by its master', outcome: 'restricted', files: 88, functions: 434 },
  { order: 'kalshi/delete-key by itself', outcome: 'revoked', files: 84, functions: 395 },
];

const traced = async (order: string): Promise<Trace> => {
  const script = join(import.meta.dirname, 'trace.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, order], { cwd: ROOT, env: {} });
  return JSON.parse(stdout);
};

describe.each(BUDGETS)('$order', ({ order, ...budget }) => {
  it(`calls at most ${budget.files} files and ${budget.functions} functions`, async () => {
    const { outcome, files, functions } = await traced(order);
    expect(outcome).toBe(budget.outcome);
    expect(files).toContain('functions/revoke/serve.ts');
    expect(files.length, `files: ${files.join(', ')}`).toBeLessThanOrEqual(budget.files);
    expect(functions.length, `functions: ${functions.join(', ')}`).toBeLessThanOrEqual(budget.functions);
  });
});
