import { join, matchesGlob } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { SOURCES, TESTS } from '../layout/source-files.ts';
import { ROOT } from '../pages.ts';

const { default: CONFIG }: { default: { ignorePatterns: readonly string[] } } = await import(
  pathToFileURL(join(ROOT, 'stryker.config.mjs')).href
);
const BY_PATH = new Map([...SOURCES, ...TESTS].map((file) => [file.path, file]));

/** Whether the mutation run copies a file into its sandbox: the last pattern that fits decides. */
const isCopied = (path: string): boolean => {
  const pattern = CONFIG.ignorePatterns.findLast((one) => {
    const glob = one.replace(/^!/, '');
    return matchesGlob(path, glob) || path.startsWith(`${glob}/`);
  });
  return pattern === undefined || pattern.startsWith('!');
};

/** The files that a file needs in order to run, and does not find. */
const missingFor = (path: string, seen = new Set<string>()): readonly string[] => {
  if (seen.has(path)) return [];
  seen.add(path);
  return (BY_PATH.get(path)?.imports ?? [])
    .filter(({ of, isType }) => !isType && BY_PATH.has(of))
    .flatMap(({ of }) => (isCopied(of) ? missingFor(of, seen) : [`${of} for ${path}`]));
};

it('the mutation run copies whatever its tests import', () => {
  const copied = TESTS.map(({ path }) => path).filter((path) => path.endsWith('.test.ts') && isCopied(path));
  expect(copied.length).toBeGreaterThan(50);
  expect(copied.flatMap((path) => missingFor(path))).toEqual([]);
});
