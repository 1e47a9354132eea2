import fc from 'fast-check';
import { expect, it } from 'vitest';
import { marksIn, marksOf } from '../../../../functions/core/request/marks.ts';
import { copied } from '../scripted-system.ts';

it('each copy carries its id and attempt under our own names, and under those that release 0.1.0 reads', () =>
  expect(marksOf({ requestId: 'R', attempt: 2 })).toEqual(copied('R', 2)));

it('what a copy carries is read as it was written, whatever the attempt', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), (attempt) => {
      const written = marksOf({ requestId: 'R', attempt });
      const mark = { requestId: 'R', attempt };
      expect(marksIn((name) => written[name])).toEqual({ mark, formerMark: mark });
    }),
  ));

it('our own names are not read under those of 0.1.0, nor the other way round', () => {
  const former = { requestId: 'trace', attempt: '7' } as const;
  expect(marksIn((name) => (name in former ? former[name as keyof typeof former] : undefined))).toEqual({
    mark: {},
    formerMark: { requestId: 'trace', attempt: 7 },
  });
});

it('an attempt without a text is there all the same', () =>
  expect(marksIn(() => '')).toEqual({ mark: { attempt: 'unreadable' }, formerMark: { attempt: 'unreadable' } }));
