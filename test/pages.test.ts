import { existsSync, globSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TIMING } from '../functions/core/timing.ts';
import { filesUnder } from './layout/source-files.ts';
import { PAGES, ROOT, rowsOf, rowsUnder, textOf } from './pages.ts';

const EVERY_PAGE = [...PAGES, 'docs/runbook.md'];

/** What stands in backticks, in fenced blocks too. */
const codeIn = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^```\w*\n([\s\S]*?)^```$|`([^`\n]+)`/gm)].map(
    ([, block, inline]) => block ?? inline ?? '',
  );

const FOLDERS = ['functions', 'infra', 'test', 'docs', 'events', '.github'];
/** A path in a page may begin below `functions/`. */
const BELOW = ['core', 'edge', 'providers', 'revoke', 'sweep', 'operator'];
const PATH = new RegExp(
  `(?<![\\w./<-])(?:${[...FOLDERS, ...BELOW].join('|').replaceAll('.', '\\.')})/[\\w./*<>-]*`,
  'g',
);

/** Paths that a page names; `<name>` stands for any. */
const pathsIn = (page: string): readonly string[] =>
  codeIn(page).flatMap((code) => [...code.matchAll(PATH)].map(([path]) => path.replaceAll(/<[^>]*>/g, '*')));

const exists = (path: string): boolean => {
  const isBelow = BELOW.some((folder) => path.startsWith(`${folder}/`));
  return globSync(join(ROOT, isBelow ? 'functions' : '', path)).length > 0;
};

describe.each(EVERY_PAGE)('%s', (page) => {
  it('names files that exist', () => {
    expect(pathsIn(page).filter((path) => !exists(path))).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const named = [...textOf(page).matchAll(/\bnpm (?:run )?(?:--silent )?([a-z][a-z:-]*)/g)].map(
      ([, name = '']) => name,
    );
    const builtIn: Readonly<Record<string, string | undefined>> = {
      ci: undefined,
      cit: 'test',
      install: undefined,
      pack: 'prepack',
      publish: 'prepublishOnly',
    };
    const wanted = named.flatMap((name) => (name in builtIn ? (builtIn[name] ?? []) : name));
    if (page === 'README.md') expect(wanted.length).toBeGreaterThan(1);
    expect(wanted.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('links to pages and sections that exist', () => {
    const broken = linksIn(page).filter(
      ({ to, section }) => !existsSync(join(ROOT, to)) || (section !== undefined && !sectionsOf(to).includes(section)),
    );
    expect(broken).toEqual([]);
  });
});

/** Where the links of a page lead to, but for those to other sites. */
const linksIn = (page: string) =>
  [...textOf(page).matchAll(/\]\(([^)#:]*)(?:#([^)]+))?\)/g)].map(([, to = '', section]) => ({
    to: to === '' ? page : posix.join(posix.dirname(page), to),
    section,
  }));

/** The names by which the sections of a page can be linked to. */
const sectionsOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

it('files, links and sections are found where there are some', () => {
  expect(pathsIn('docs/architecture.md').length).toBeGreaterThan(100);
  expect(linksIn('docs/runbook.md').length).toBeGreaterThan(5);
  expect(sectionsOf('docs/outcomes.md')).toContain('dead-or-an-outage');
  expect(['functions/core/nothing.ts', 'core/nothing.ts', 'test/no*.test.ts'].filter(exists)).toEqual([]);
});

/** The text of a file, or of all files under a folder, of `functions/` or of the root. */
const sourceAt = (named: string): string => {
  const place = named.replace('/<name>', '');
  const path = existsSync(join(ROOT, 'functions', place)) ? join('functions', place) : place;
  return (path.endsWith('.ts') ? [path] : filesUnder(path)).map(textOf).join('\n');
};

const quoted = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('the glossary', () => {
  const sections = [...textOf('docs/glossary.md').matchAll(/^## (.+)$/gm)].map(([, name = '']) => name);
  const rows = sections
    .flatMap((section) => rowsUnder('docs/glossary.md', section))
    .filter((row) => row.length === 4)
    .map(([word = '', , names, places]) => [word, quoted(names), quoted(places)] as const);

  it.each(rows)('has %s under a name that the code has, where it says', (_word, names, places) => {
    expect([names.length, places.length]).not.toContain(0);
    const source = places.map(sourceAt).join('\n');
    const identifiers = names.flatMap((name) => (/^\w+(\.\w+)?$/.test(name) ? name.split('.') : []));
    expect(identifiers.filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
  });

  it('has each word once', () => {
    const words = rows.map(([word]) => word);
    expect(words.length).toBeGreaterThan(60);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });
});

describe('the page of the architecture', () => {
  it('has every item of the ledger', () => {
    const shown = rowsUnder('docs/architecture.md', 'The ledger').map(([pk = '']) => pk.replaceAll('`', ''));
    const made = [...sourceAt('core').matchAll(/\bpk: [`']([a-z]+#?[a-z-]*)/g)].map(([, pk = '']) => pk);
    expect(made.length).toBeGreaterThan(8);
    expect(made.filter((pk) => !shown.some((row) => row.startsWith(pk)))).toEqual([]);
    expect(shown.filter((row) => !sourceAt('core').includes(row.replace(/<.*/, '')))).toEqual([]);
  });

  it('has every duration that has to nest', () => {
    const units: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
    const shown = rowsOf('docs/architecture.md').flatMap(([name = '', value = '']) => {
      const [, number, unit = ''] = /^(\d+) (s|min|h|d)$/.exec(value) ?? [];
      return number === undefined ? [] : [[name, Number(number) * (units[unit] ?? 0)] as const];
    });
    expect(Object.fromEntries(shown)).toEqual(TIMING);
  });
});
