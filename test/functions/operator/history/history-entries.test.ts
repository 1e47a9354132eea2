import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { deadAfter, goneAfter, type HistoryEntry, standingOf } from '../../../../functions/operator/history/entry.ts';
import { type Filter, fits } from '../../../../functions/operator/history/filter.ts';
import { summaryOf } from '../../../../functions/operator/history/summary.ts';

const entry = (fields: Partial<HistoryEntry> = {}): HistoryEntry => ({
  ...{ requestId: 'R', attempt: 1, outcome: 'revoked', endedAt: epochMs(3_000), dueAt: epochMs(1_000) },
  ...{ goneAt: epochMs(2_000), key: 'kalshi/prod/a952bcbe-11dae589608c', provider: 'kalshi', reference: 'INC-1' },
  ...fields,
});

const found = (outcome: NonNullable<HistoryEntry['found']>['outcome']) => ({ outcome, at: epochMs(61_000) });

describe('how the key of a request stands', () => {
  it.each<[string, Partial<HistoryEntry>, ReturnType<typeof standingOf>]>([
    ['was killed', {}, 'gone'],
    ['was gone already', { outcome: 'already-revoked' }, 'gone'],
    ['was killed and confirmed', { found: found('confirmed') }, 'dead'],
    ['was killed and not confirmed', { found: found('unconfirmed/no-answer') }, 'unconfirmed'],
    ['was killed and came back', { found: found('resurrected') }, 'seen again'],
    ['was killed and came back each time', { found: found('stuck/no-effect') }, 'seen again'],
    ['was confirmed and came back', { found: found('confirmed'), withdrawnAt: epochMs(9) }, 'seen again'],
    ['was restricted', { outcome: 'restricted' }, 'restricted'],
    ['was restricted and confirmed', { outcome: 'restricted', found: found('confirmed') }, 'restricted'],
    ['was restricted and is wider', { outcome: 'restricted', found: found('widened') }, 'seen again'],
    [
      'was restricted and not confirmed',
      { outcome: 'restricted', found: found('unconfirmed/no-answer') },
      'unconfirmed',
    ],
    ['is stuck', { outcome: 'stuck/limit' }, 'not killed'],
    ['was refused', { outcome: 'refused/malformed' }, 'not killed'],
    ['was left in peace', { outcome: 'withdrawn' }, 'withdrawn'],
  ])('%s', (_what, fields, standing) => expect(standingOf(entry(fields))).toBe(standing));
});

describe('the times of a key', () => {
  it('count from when the request was due, of a kill only', () => {
    const dead = entry({ found: found('confirmed') });
    expect([goneAfter(dead), deadAfter(dead)]).toEqual([1_000, 60_000]);
    const already = entry({ outcome: 'already-revoked', found: found('confirmed') });
    expect([goneAfter(already), deadAfter(already)]).toEqual([undefined, undefined]);
    const unproved = entry({ found: found('unconfirmed/no-answer'), goneAt: undefined });
    expect([goneAfter(unproved), deadAfter(unproved)]).toEqual([undefined, undefined]);
  });
});

describe('a summary', () => {
  it('counts the outcomes, the most frequent first, and gives the nearest ranks of the times', () => {
    const kills = Array.from({ length: 200 }, (_, n) => entry({ goneAt: epochMs(1_000 + 10 * (n + 1)) }));
    const { count, outcomes, gone, dead } = summaryOf([entry({ outcome: 'stuck/limit' }), ...kills]);
    expect([count, Object.entries(outcomes)]).toEqual([
      201,
      [
        ['revoked', 200],
        ['stuck', 1],
      ],
    ]);
    expect(gone).toEqual({ count: 200, median: 1_000, p99: 1_980, longest: 2_000 });
    expect(dead).toBeUndefined();
  });

  it.each<[readonly number[], number, number]>([
    [[7], 7, 7],
    [[1, 2], 1, 2],
    [[3, 1, 2], 2, 3],
    [Array.from({ length: 100 }, (_, n) => n + 1), 50, 99],
    [Array.from({ length: 101 }, (_, n) => n + 1), 51, 100],
  ])('of %j has its ranks', (times, median, p99) => {
    const { gone } = summaryOf(times.map((ms) => entry({ goneAt: epochMs(1_000 + ms) })));
    expect(gone).toMatchObject({ count: times.length, median, p99 });
  });

  it('of nothing has no times', () =>
    expect(summaryOf([])).toEqual({ count: 0, outcomes: {}, gone: undefined, dead: undefined }));
});

describe('a filter', () => {
  it.each<[string, Filter, boolean]>([
    ['nothing', {}, true],
    ['its reference', { reference: 'INC-1' }, true],
    ['a part of its reference', { reference: 'INC' }, false],
    ['its short form', { key: 'a952…608c' }, true],
    ['its short form, typed', { key: 'a952...608c' }, true],
    ['another short form', { key: 'a952…608d' }, false],
    ['its name', { key: 'kalshi/prod/a952bcbe-11dae589608c' }, true],
    ['a part of its name', { key: 'prod/a952bcbe-11dae589608c' }, false],
    ['its outcome', { outcome: 'revoked' }, true],
    ['another outcome', { outcome: 'stuck' }, false],
    ['what was found', { outcome: 'unconfirmed' }, true],
    ['what was found, with its code', { outcome: 'unconfirmed/no-answer' }, true],
    ['another provider', { provider: 'bybit' }, false],
    ['two of which one does not fit', { reference: 'INC-1', provider: 'bybit' }, false],
  ])('asks for %s', (_what, filter, isMeant) =>
    expect(fits(entry({ found: found('unconfirmed/no-answer') }), filter)).toBe(isMeant),
  );

  it('for a key meets no request that came to none', () =>
    expect(fits(entry({ key: undefined }), { key: 'x' })).toBe(false));
});
