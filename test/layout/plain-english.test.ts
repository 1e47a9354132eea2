import { join } from 'node:path';
import { createLinter, loadTextlintrc } from 'textlint';
import { describe, expect, it } from 'vitest';
import PHRASES from './plain-english.json' with { type: 'json' };
import { textOf } from './source-files.ts';

const ROOT = join(import.meta.dirname, '../..');
it('reads every file that git keeps', () => {
  const skipped = textOf('.textlintignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '));
  const ignored = textOf('.gitignore').split('\n');
  expect(skipped.filter((line) => !line.endsWith('/') || !ignored.includes(line))).toEqual([]);
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
