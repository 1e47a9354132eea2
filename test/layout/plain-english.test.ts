import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter, loadTextlintrc } from 'textlint';
import { describe, expect, it } from 'vitest';
import PHRASES from './plain-english.json' with { type: 'json' };
import { textOf } from './source-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const LIST = '.textlintignore';

/** How many files still await their edit. Lower the number with each file that leaves the list; never raise the number. */
const UNEDITED = 22;

const unedited = [...textOf(LIST).matchAll(/^# ([0-9a-f]{12})\n(.+)$/gm)].map(
  ([, digest = '', path = '']) => ({ path, digest }) as const,
);
const folders = textOf(LIST)
  .split('\n')
  .filter((line) => line.endsWith('/'));

describe('the list of files that await an edit', () => {
  it('only shrinks', () => {
    expect(unedited).toHaveLength(UNEDITED);
  });

  it('names files as they were: a touched file leaves the list', () => {
    const digestOf = (path: string): string =>
      createHash('sha256')
        .update(readFileSync(join(ROOT, path)))
        .digest('hex')
        .slice(0, 12);
    const touched = unedited.filter(({ path, digest }) => !existsSync(join(ROOT, path)) || digestOf(path) !== digest);
    expect(touched.map(({ path }) => path)).toEqual([]);
  });

  it('skips nothing else, except what git ignores', () => {
    const lines = textOf(LIST)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# '));
    expect(lines).toEqual([...folders, ...unedited.map(({ path }) => path)]);
    expect(folders.filter((folder) => !textOf('.gitignore').split('\n').includes(folder))).toEqual([]);
    expect(unedited.filter(({ path }) => /[*?[\]{}!]/.test(path))).toEqual([]);
  });
});

describe('the word list', async () => {
  const linter = createLinter({ descriptor: await loadTextlintrc({ configFilePath: join(ROOT, '.textlintrc.json') }) });
  const hitsIn = async (text: string, file: string): Promise<readonly string[]> =>
    (await linter.lintText(text, join(ROOT, file))).messages.map(({ message }) => message);

  it.each(['a.ts', 'a.cjs', 'a.mjs', 'a.md'])('reads %s', async (file) => {
    expect(await hitsIn(PHRASES.caught.join('\n'), file)).toHaveLength(PHRASES.caught.length);
  });

  it('reads over the end of a line of a page', async () => {
    expect(await hitsIn('The sweep goes\non by itself.', 'a.md')).toHaveLength(1);
  });

  it.each(PHRASES.caught)('catches: %s', async (text) => {
    expect(await hitsIn(text, 'a.ts')).not.toEqual([]);
  });

  it.each(PHRASES.passed)('lets pass: %s', async (text) => {
    expect(await hitsIn(text, 'a.ts')).toEqual([]);
  });
});
