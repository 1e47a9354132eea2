import { expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { eachPage } from '../../../../functions/edge/aws/each-page.ts';

/** Walks over answers that only say where the next page begins. */
const walk = async (answers: readonly unknown[], from?: unknown) => {
  const asked: unknown[] = [];
  const pages = eachPage<{ next: unknown }, unknown>({
    what: 'list things',
    ask: async (place, isFirst) => {
      asked.push([place, isFirst]);
      return { next: answers[asked.length - 1] };
    },
    next: ({ next }) => next,
    from,
  });
  let count = 0;
  for await (const _ of pages) count += 1;
  return { asked, count };
};

it('asks for each page where the one before said, until an answer names none', async () => {
  expect(await walk([{ pk: 'a' }, { pk: 'b' }])).toEqual({
    asked: [
      [undefined, true],
      [{ pk: 'a' }, false],
      [{ pk: 'b' }, false],
    ],
    count: 3,
  });
});

it('begins where it is told to', async () => {
  expect((await walk(['c'], 'b')).asked).toEqual([
    ['b', true],
    ['c', false],
  ]);
});

it.each([
  ['the one that was asked for', ['a', 'a']],
  ['an earlier one', ['a', 'b', 'a']],
  [
    'an equal key',
    [
      { pk: 'a', sk: '1' },
      { pk: 'a', sk: '2' },
      { pk: 'a', sk: '1' },
    ],
  ],
])('stops where an answer names a page twice: %s', async (_what, answers) => {
  const walking = walk(answers);
  await expect(walking).rejects.toThrow('Cannot list things: AWS names the same next page twice');
  await expect(walking).rejects.toBeInstanceOf(Unavailable);
});
