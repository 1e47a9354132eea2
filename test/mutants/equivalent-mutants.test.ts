import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, textOf } from '../pages.ts';
import { complaints, type EquivalentMutant, listedMutants, type MutationReport } from './equivalent-mutants.ts';

const SOURCE = "const a = 1;\n  const b = a ?? '';\n";
const AT = { start: { line: 2, column: 18 }, end: { line: 2, column: 20 } };
const reportOf = (status: string, replacement = '"x"'): MutationReport => ({
  files: {
    'f.ts': { source: SOURCE, mutants: [{ mutatorName: 'StringLiteral', replacement, status, location: AT }] },
  },
});
const LISTED: EquivalentMutant = {
  file: 'f.ts',
  mutator: 'StringLiteral',
  line: "const b = a ?? '';",
  source: "''",
  replacement: '"x"',
  why: 'a is always there',
};

describe('a mutant', () => {
  it.each(['Survived', 'NoCoverage'])('that is listed may have the status %s', (status) =>
    expect(complaints(reportOf(status), [LISTED])).toEqual([]),
  );

  it.each(['Survived', 'NoCoverage'])('that is not listed may not have the status %s', (status) =>
    expect(complaints(reportOf(status), [])).toEqual([expect.stringMatching(/^survived, and is not listed: f\.ts/)]),
  );

  it.each(['Killed', 'Timeout'])('that is listed may not have the status %s', (status) => {
    expect(complaints(reportOf(status), [LISTED])).toEqual([
      expect.stringMatching(/^is listed, and was killed: f\.ts/),
    ]);
    expect(complaints(reportOf(status), [])).toEqual([]);
  });

  it('that is listed may not be gone', () =>
    expect(complaints(reportOf('Survived', '"y"'), [LISTED])).toEqual([
      expect.stringContaining('"y"'),
      expect.stringMatching(/^is listed, and is gone: f\.ts/),
    ]));

  it('of a file that was not asked about is left out', () =>
    expect(complaints(reportOf('Killed'), [{ ...LISTED, file: 'g.ts' }])).toEqual([]));

  it('is known by its text also where that goes over lines', () => {
    const { 'f.ts': file } = reportOf('Survived').files;
    const mutants = file?.mutants.map((one) => ({ ...one, location: { ...AT, start: { line: 1, column: 7 } } })) ?? [];
    const source = "a = 1;\n  const b = a ?? ''";
    const listed = { ...LISTED, line: 'const a = 1;', source };
    expect(complaints({ files: { 'f.ts': { source: SOURCE, mutants } } }, [listed])).toEqual([]);
  });
});

describe('the list', () => {
  const listed = listedMutants();

  it.each(listed.map((one) => [`${one.file} ${one.mutator} ${one.replacement}`, one] as const))(
    'has code for %s',
    (_name, { file, line, source }) => {
      expect(existsSync(join(ROOT, file))).toBe(true);
      const [first = ''] = source.split('\n');
      expect(line).toContain(first);
      expect(
        textOf(file)
          .split('\n')
          .map((each) => each.trim()),
      ).toContain(line);
    },
  );

  it('says why in a sentence', () => expect(listed.filter(({ why }) => why.length < 10)).toEqual([]));

  it('stands in the place of comments in the code', () =>
    expect([...new Set(listed.map(({ file }) => file))].filter((file) => textOf(file).includes('Stryker'))).toEqual(
      [],
    ));
});
