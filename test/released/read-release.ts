import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Expected, Fixture } from './fixture.ts';

/** One fixture with its expectation. */
export interface Case {
  readonly name: string;
  readonly state: string;
  readonly fixture: Fixture;
  /** `undefined` where `expected.json` lacks it. */
  readonly expected: Expected | undefined;
}

type Expectations = Readonly<Record<string, Readonly<Record<string, Expected>>>>;

const jsonIn = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Every release that has fixtures, the oldest first. */
export const RELEASES: readonly string[] = readdirSync(import.meta.dirname)
  .filter((name) => /^\d+\.\d+\.\d+$/.test(name))
  .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));

const folderOf = (release: string): string => join(import.meta.dirname, release, 'states');

/** The files of a release's fixtures as they are stored. */
export const textsOf = (release: string): readonly string[] =>
  readdirSync(folderOf(release)).map((file) => readFileSync(join(folderOf(release), file), 'utf8'));

/** `expected.json`: by state, then by case or, where these do not differ, for `deletes`, `updates` or `all`. */
export const expectationsOf = (release: string): Expectations =>
  jsonIn(join(import.meta.dirname, release, 'expected.json')) as Expectations;

/** How a state that was made one way may end. */
export const expectedOf = (expectations: Expectations, state: string, name: string): Expected | undefined => {
  const kind = name.includes('/update-') ? 'updates' : 'deletes';
  const known = expectations[state];
  return known?.[name] ?? known?.[kind] ?? known?.['all'];
};

/** The fixtures of a release. */
export const casesOf = (release: string): readonly Case[] => {
  const expectations = expectationsOf(release);
  return textsOf(release).flatMap((text) => {
    const { state, cases } = JSON.parse(text) as { state: string; cases: Record<string, Fixture> };
    return Object.entries(cases).map(([name, fixture]) => ({
      ...{ name: `${state}: ${name}`, state, fixture },
      expected: expectedOf(expectations, state, name),
    }));
  });
};
