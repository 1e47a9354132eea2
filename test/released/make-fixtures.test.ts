import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

it('makes the fixtures of a release with the code that is checked out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fixtures-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = join(import.meta.dirname, 'make-fixtures.ts');
  const words = [script, '9.9.9', folder, 'accepted, not proved'];
  await promisify(execFile)(process.execPath, words, { env: {} });
  expect(readdirSync(join(folder, '9.9.9')).toSorted()).toEqual(['expected.json', 'states']);
  const made = JSON.parse(readFileSync(join(folder, '9.9.9/states/accepted-not-proved.json'), 'utf8'));
  const before = JSON.parse(readFileSync(join(import.meta.dirname, '0.1.0/states/accepted-not-proved.json'), 'utf8'));
  expect(Object.keys(made.cases)).toEqual(Object.keys(before.cases));
  for (const one of Object.values<{ ledger: unknown[] }>(made.cases)) expect(one.ledger.length).toBeGreaterThan(0);
});
