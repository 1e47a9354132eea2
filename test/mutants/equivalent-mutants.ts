import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A mutant that no test can tell from the code, as `equivalent-mutants.json` lists it. */
export interface EquivalentMutant {
  readonly file: string;
  readonly mutator: string;
  /** The line that it begins in, without white space around it. */
  readonly line: string;
  /** What it replaces, and with what. */
  readonly source: string;
  readonly replacement: string;
  readonly why: string;
}

interface Position {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** What is read of Stryker's report (mutation-testing-report-schema). */
export interface MutationReport {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly mutants: readonly {
          readonly mutatorName: string;
          readonly replacement?: string;
          readonly status: string;
          readonly location: { readonly start: Position; readonly end: Position };
        }[];
      }
    >
  >;
}

type Mutant = Omit<EquivalentMutant, 'why'>;

/** The text between two positions, which count from 1; the end is not in it. */
const between = (lines: readonly string[], start: Position, end: Position): string =>
  lines
    .slice(start.line - 1, end.line)
    .map((line, index, all) =>
      line.slice(index === 0 ? start.column - 1 : 0, index === all.length - 1 ? end.column - 1 : line.length),
    )
    .join('\n');

/** One text for a mutant, the same in every run. */
const nameOf = ({ file, mutator, line, source, replacement }: Mutant): string =>
  [file, mutator, line, source, replacement].join('\n  ');

/** Statuses of a mutant that no test failed for. */
const ALIVE: readonly string[] = ['Survived', 'NoCoverage'];

const mutantsIn = ({ files }: MutationReport): readonly (Mutant & { readonly isAlive: boolean })[] =>
  Object.entries(files).flatMap(([file, { source: text, mutants }]) => {
    const lines = text.split('\n');
    return mutants.map(({ mutatorName, replacement = '', status, location: { start, end } }) => ({
      file,
      mutator: mutatorName,
      line: (lines[start.line - 1] ?? '').trim(),
      source: between(lines, start, end),
      replacement,
      isAlive: ALIVE.includes(status),
    }));
  });

/**
 * Holds a report against the list.
 *
 * @returns a sentence for each mutant that survived and is not listed, and for each listed one that was killed or is gone. A listed one
 *   of a file that the report does not have is left out: the run was about other files
 */
export const complaints = (report: MutationReport, listed: readonly EquivalentMutant[]): readonly string[] => {
  const found = mutantsIn(report);
  const survivors = new Set(found.filter(({ isAlive }) => isAlive).map(nameOf));
  const all = new Set(found.map(nameOf));
  const names = new Set(listed.map(nameOf));
  const asked = listed.filter(({ file }) => file in report.files).map(nameOf);
  return [
    ...[...survivors].filter((name) => !names.has(name)).map((name) => `survived, and is not listed: ${name}`),
    ...asked
      .filter((name) => all.has(name) && !survivors.has(name))
      .map((name) => `is listed, and was killed: ${name}`),
    ...asked.filter((name) => !all.has(name)).map((name) => `is listed, and is gone: ${name}`),
  ];
};

export const listedMutants = (): readonly EquivalentMutant[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../equivalent-mutants.json'), 'utf8'));
