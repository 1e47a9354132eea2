import { stripVTControlCharacters } from 'node:util';
import { expect, it, vi } from 'vitest';
import { together } from '../../../../infra/local/story/progress.ts';

/** Does this work, and hears what is reported about it. */
const told = async (work: Readonly<Record<string, () => Promise<unknown>>>) => {
  const lines: string[] = [];
  using _out = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  using _errors = vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const ended = together(Object.entries(work).map(([title, each]) => ({ title, work: each })));
  const thrown = await ended.then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { thrown, lines: stripVTControlCharacters(lines.join('')) };
};

const fails = (message: string) => () => Promise.reject(new Error(message));

it('leaves the reason that it throws to its caller, and tells all others', async () => {
  const { thrown, lines } = await told({
    first: fails('port taken'),
    second: fails('port taken'),
    third: fails('disk full'),
    fourth: async () => 'done',
  });
  expect(thrown).toBe('port taken');
  expect(lines.match(/^✖ (first|second) \[FAILED: not done\]$/gm)).toHaveLength(2);
  expect(lines).toContain('✖ third [FAILED: disk full]');
  expect(lines).toContain('✔ fourth');
  expect(lines).not.toContain('port taken');
});
