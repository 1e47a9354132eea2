import { describe, expect, it } from 'vitest';
import biome from '../../biome.json' with { type: 'json' };
import vitestConfig from '../../vitest.config.ts';
import { allImports, crowdedFolders, exportedTwice, inCycles, longestChain, runtimeImports } from './rules.ts';
import { filesUnder, SOURCES, type SourceFile, TESTS, textOf } from './source-files.ts';

const under =
  (...folders: readonly string[]) =>
  ({ path }: SourceFile): boolean =>
    folders.some((folder) => path.startsWith(`${folder}/`));
const isLocal = under('infra/local', 'test/crashes');

describe('files', () => {
  it('import one another in no circle, not even types', () => {
    expect(inCycles(allImports(SOURCES))).toEqual([]);
  });

  // A chain is counted in files.
  it.each([
    {
      what: 'functions/core, with its types',
      files: SOURCES.filter(under('functions/core')),
      by: allImports,
      most: 18,
    },
    { what: 'functions, as it runs', files: SOURCES.filter(under('functions')), by: runtimeImports, most: 10 },
    {
      what: 'infra without infra/local, as it runs',
      files: SOURCES.filter(under('infra')).filter((file) => !isLocal(file)),
      by: runtimeImports,
      most: 10,
    },
  ])('of $what make no chain of more than $most', ({ files, by, most }) => {
    expect(inCycles(by(files)), 'a circle has no longest way').toEqual([]);
    const chain = longestChain(by(files));
    expect(chain.length, chain.join(' > ')).toBeLessThanOrEqual(most);
  });
});

/** The files of a project in `vitest.config.ts`. */
const filesOf = (name: string): readonly string[] =>
  (vitestConfig.test?.projects ?? []).flatMap((project) =>
    typeof project === 'object' && 'test' in project && project.test?.name === name ? (project.test.include ?? []) : [],
  );

describe('a test file that replaces a module', () => {
  it('has a process of its own: other files of its process may have loaded that module', () => {
    const replacing = TESTS.map(({ path }) => path).filter((path) => /^vi\.(doM|m)ock\(/m.test(textOf(path)));
    expect(replacing.toSorted()).toEqual(filesOf('separate').toSorted());
  });
});

const MOST_FILES = 20;
/** Made by a program. */
const MADE = ['test/corpus', 'test/released'];

describe('a folder', () => {
  it.each(['functions', 'infra', 'test'])(`of ${MOST_FILES} files at most is easy to look through: %s`, (folder) => {
    const crowded = crowdedFolders(filesUnder(folder), MOST_FILES);
    expect(crowded.filter((line) => !MADE.some((name) => line.startsWith(`${name} `)))).toEqual([]);
  });
});

describe('a name', () => {
  it('has one home', () => {
    // Lambda wants an entry of the same name in each of its functions.
    expect(
      exportedTwice(
        SOURCES.filter((file) => !isLocal(file)),
        ['handler'],
      ),
    ).toEqual([]);
  });
});

it('editors are told what the formatter does', () => {
  const { indentStyle, indentWidth, lineWidth } = biome.formatter;
  const settings = Object.fromEntries(
    [...textOf('.editorconfig').matchAll(/^(\w+) = (.+)$/gm)].map(([, ...pair]) => pair),
  );
  expect(settings).toMatchObject({
    indent_style: indentStyle,
    indent_size: String(indentWidth),
    max_line_length: String(lineWidth),
    end_of_line: 'lf',
  });
});

describe('the laws', () => {
  it('know what is judged, and nothing of how it came about', () => {
    const known = /^(functions\/core|infra\/local\/sandbox|test\/laws)\/|^node:|^vitest$/;
    const foreign = TESTS.filter(under('test/laws')).flatMap(({ path, imports }) =>
      imports.filter(({ of }) => !known.test(of)).map(({ of }) => `${path} imports ${of}`),
    );
    expect(foreign).toEqual([]);
  });
});
