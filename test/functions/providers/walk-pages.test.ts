import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../functions/core/answer.ts';
import { walkAgain } from '../../../functions/core/probe/walk-again.ts';
import type { MaybeReply } from '../../../functions/core/provider.ts';
import { Secret } from '../../../functions/core/secret.ts';
import { type Talk, talk } from '../../../functions/providers/conversation.ts';
import { walkPages } from '../../../functions/providers/walk-pages.ts';
import { NOW, reply } from './ask.ts';

interface Page {
  readonly rows: readonly string[];
  readonly next: string;
}

function* readPage(cursor: string): Talk<Page | { readonly answer: Answer }> {
  const said: MaybeReply = yield () => ({
    method: 'GET',
    changes: false,
    provider: 'p',
    host: 'h',
    path: cursor,
    headers: new Secret({}),
  });
  return said === undefined ? { answer: SILENT } : (JSON.parse(said.body) as Page);
}

const SILENT: Answer = { saw: 'silent', code: 'no reply', means: { wait: 'no-reply' } };

function* lookFor(keyId: string): Talk<Answer> {
  const list = yield* walkPages<string>(readPage);
  if ('answer' in list) return list.answer;
  const { pages, rows: keyIds } = list;
  return keyIds.includes(keyId)
    ? { saw: 'listed', code: '0' }
    : { saw: 'unlisted', code: '0', walked: { pages, keyIds } };
}

/** One walk, and the cursors that it read at. */
const walked = (keyId: string, pageAt: (cursor: string, n: number) => Page | undefined) => {
  const next = talk(() => lookFor(keyId));
  const replies: MaybeReply[] = [];
  const cursors: string[] = [];
  for (;;) {
    const step = next(replies, NOW);
    if ('answer' in step) return { answer: step.answer, cursors };
    if (!('send' in step) || cursors.length > 1_000) return expect.fail('a walk without end');
    const page = pageAt(step.send.path, cursors.length);
    cursors.push(step.send.path);
    replies.push(page && reply(200, page));
  }
};

const unrecognised = (code: string): Answer => ({ saw: 'silent', means: { wait: 'unrecognised' }, code });

describe('a walk through a list', () => {
  it('reads every page, each at its cursor', () => {
    const pages = new Map([
      ['', { rows: ['A', 'B'], next: 'c1' }],
      ['c1', { rows: [], next: 'c2' }],
      ['c2', { rows: ['C'], next: '' }],
    ]);
    const { answer, cursors } = walked('X', (cursor) => pages.get(cursor));
    expect(cursors).toEqual(['', 'c1', 'c2']);
    expect(answer.walked).toEqual({ pages: 3, keyIds: ['A', 'B', 'C'] });
  });

  it('is left where a page has no answer', () =>
    expect(walked('X', (cursor) => (cursor === '' ? { rows: ['A'], next: 'c1' } : undefined)).answer).toEqual(SILENT));

  it.each([
    ['the same each time', (n: number) => String(Math.min(n + 1, 1)), 2],
    ['in a circle', (n: number) => String((n + 1) % 4 || 1), 4],
  ])('ends without a verdict where its cursor is %s', (_what, cursorAfter, reads) => {
    const { answer, cursors } = walked('X', (_cursor, n) => ({ rows: ['A'], next: cursorAfter(n) }));
    expect([answer, cursors.length]).toEqual([unrecognised('same cursor'), reads]);
  });

  it.each([
    [50, 'unlisted', '0'],
    [51, 'silent', 'over 50 pages'],
  ])('reads at most 50 pages: of %i', (pages, saw, code) => {
    const { answer, cursors } = walked('X', (_cursor, n) => ({ rows: [], next: n + 1 < pages ? String(n + 1) : '' }));
    expect(answer).toMatchObject({ saw, code });
    expect(cursors.length).toBe(50);
  });
});

/** One change of a list in the middle of a walk: before which page, at which row, and what happens there. */
interface Change {
  readonly before: number;
  readonly at: number;
  readonly how: 'delete' | 'insert' | 'nothing';
}

const changes: fc.Arbitrary<Change> = fc.record({
  before: fc.nat(6),
  at: fc.nat(40),
  how: fc.constantFrom('delete', 'insert', 'nothing'),
});
const TARGET = 'target';

describe('pages that shift by one while they are read', () => {
  const verdictOf = async (others: number, place: number, size: number, all: readonly Change[]) => {
    let walk = 0;
    let rows = Array.from({ length: others }, (_, n) => `k${n}`).toSpliced(place, 0, TARGET);
    const change = ({ at, how }: Change): void => {
      const index = at % (rows.length + 1);
      if (how === 'insert') rows = rows.toSpliced(index, 0, `new${walk}`);
      if (how === 'delete' && rows[index] !== TARGET) rows = rows.toSpliced(index, 1);
    };
    const said = await walkAgain(async () => {
      const one = all[walk % all.length];
      walk += 1;
      const { answer } = walked(TARGET, (cursor, page) => {
        if (one?.before === page) change(one);
        const from = Number(cursor);
        return { rows: rows.slice(from, from + size), next: from + size < rows.length ? String(from + size) : '' };
      });
      return { answer, connections: [] };
    });
    return 'answer' in said ? said.answer : expect.fail('held up');
  };

  it('never hide a key that is there all the time', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.nat(30),
        fc.integer({ min: 1, max: 10 }),
        fc.array(changes, { minLength: 1, maxLength: 5 }),
        async (others, place, size, all) => {
          expect((await verdictOf(others, Math.min(place, others), size, all)).saw).not.toBe('unlisted');
        },
      ),
      { numRuns: 2_000 },
    ));

  it('hide it from one walk, as a list without a second walk would believe', async () => {
    // The target is the first row of the second page when a row of the first page goes.
    const shift = { before: 1, at: 0, how: 'delete' } as const;
    expect(await verdictOf(6, 3, 3, [shift, { ...shift, how: 'nothing' }])).toMatchObject({ saw: 'listed' });
  });
});
