import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { inCodeNames, inStoredNames, withStoredNames } from '../../../../functions/core/ledger/stored-names.ts';
import type { Versioned } from '../../../../functions/core/ports.ts';
import { memoryLedger } from '../../../faults/simulated/memory-ledger.ts';

const MARKS = { rev: 1, nonce: 'n' };

/** Items as 0.1.0 stores them, and as the code reads them. */
const ITEMS = [
  ['a case’s attempts and sightings', 'case#k', { works: {}, seen: { q: 1 } }, { attempts: {}, sightings: { q: 1 } }],
  [
    'what an attempt has come to',
    'case#k',
    { works: { 'R#1': { calls: 2, voided: 1, atLast: 'limit', agreed: { on: 'gone', at: 3 } } } },
    { attempts: { 'R#1': { calls: 2, notExecuted: 1, fallbackCode: 'limit', agreed: { on: 'absent', at: 3 } } } },
  ],
  ...(
    [
      ['unbacked', 'absent-unseen'],
      ['met', 'as-asked'],
      ['web-only', 'web-only'],
    ] as const
  ).map(
    ([stored, code]) =>
      [
        `the verdict ${stored}`,
        'case#k',
        { works: { w: { agreed: { on: stored } } } },
        { attempts: { w: { agreed: { on: code } } } },
      ] as const,
  ),
  ['when a sweep first saw a date', 'sweep#arn', { metAt: 5 }, { firstSeenAt: 5 }],
  ['the questions that told whose key it is', 'pin#arn', { seen: ['self'] }, { questionIds: ['self'] }],
  ['a request, whose names are the same', 'request#R', { seen: 1, works: 2 }, { seen: 1, works: 2 }],
  [
    'a case of a later release',
    'case#k',
    { works: 7, schema: 9, confirm: { at: 1 } },
    { attempts: 7, schema: 9, confirm: { at: 1 } },
  ],
  ['a case that says nothing', 'case#k', {}, {}],
] as const;

describe('the names in the ledger', () => {
  it.each(ITEMS)('are those of 0.1.0 for %s', async (_, pk, stored, code) => {
    const written: unknown[] = [];
    const ledger = withStoredNames({
      ...memoryLedger(),
      read: async <T>() => ({ ...MARKS, ...stored }) as T,
      write: async (_key, item) => written.push(item) > 0,
      list: async <T>() => [{ ...MARKS, ...stored, pk, sk: 's' }] as T[] as never,
    });
    expect(await ledger.read({ pk, sk: 's' })).toEqual({ ...MARKS, ...code });
    expect(await ledger.list(pk, '')).toEqual([{ ...MARKS, ...code, pk, sk: 's' }]);
    await ledger.write({ pk, sk: 's' }, { ...MARKS, ...code } as Versioned);
    expect(written).toEqual([{ ...MARKS, ...stored }]);
    expect(inCodeNames({ pk, sk: 's', ...stored })).toEqual({ pk, sk: 's', ...code });
    expect(inStoredNames({ pk, sk: 's' }, code)).toEqual(stored);
  });

  it.each([
    ['open-case', { attempts: {}, sightings: {} }],
    ['open-request', { works: {}, seen: {} }],
  ])('are told from the state of what is listed by it: %s', async (state, code) => {
    const ledger = withStoredNames({
      ...memoryLedger(),
      inState: async function* <T>() {
        yield [{ works: {}, seen: {} }] as unknown as readonly T[];
      },
    });
    const pages: unknown[] = [];
    for await (const page of ledger.inState(state, epochMs(0), epochMs(1))) pages.push(page);
    expect(pages).toEqual([[code]]);
  });
});
