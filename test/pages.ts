import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/** Every page, those for maintainers too; but for the runbook, whose commands have scenes of their own. */
export const PAGES = [
  'README.md',
  '.github/CONTRIBUTING.md',
  'docs/adding-a-provider.md',
  'docs/architecture.md',
  'docs/command-line.md',
  'docs/cost.md',
  'docs/deploying.md',
  'docs/emulators.md',
  'docs/glossary.md',
  'docs/lifecycle.md',
  'docs/metrics.md',
  'docs/operations.md',
  'docs/outcomes.md',
  'docs/receipts.md',
  'docs/requests.md',
  'docs/scanners.md',
  'docs/testing.md',
  'docs/truth.md',
  'docs/using.md',
  'docs/without-cdk.md',
  'SECURITY.md',
  'CHANGELOG.md',
] as const;

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** One fenced block. */
export interface Block {
  /** The heading that it stands under. */
  readonly section: string;
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of one page. */
export const blocksOf = (file: string): readonly Block[] => {
  const blocks: Block[] = [];
  let section = '';
  for (const [, heading, language, text = ''] of textOf(file).matchAll(/^#+ (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (heading === undefined) blocks.push({ section, language: language ?? '', text });
    else section = heading;
  }
  return blocks;
};

/** The fenced blocks of all pages, in their order. */
export const BLOCKS = PAGES.flatMap(blocksOf);

/** The rows of every table of a page, cell by cell, the backticks gone. */
export const rowsOf = (file: string): readonly (readonly string[])[] =>
  [...textOf(file).matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) =>
    row.split(' | ').map((cell) => cell.replaceAll('`', '').trim()),
  );

/** The rows of the tables under a heading of the second level, cell by cell; the head of the first one left out. */
export const rowsUnder = (file: string, heading: string): readonly (readonly string[])[] => {
  const [, section = ''] = textOf(file).split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  const rows = [...own.matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) => row.split(' | ').map((cell) => cell.trim()));
  return rows.slice(2);
};
