import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** For what the files of one run share, and no other run. */
    readonly runFolder: string;
  }
}

/** Makes a folder for this run of the tests. @returns what removes it */
export const setup = (project: TestProject): (() => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'tests-'));
  project.provide('runFolder', folder);
  return () => rmSync(folder, { recursive: true });
};
