import { describe, expect, it } from 'vitest';
import { epochMs, fromIso } from '../../../../functions/core/epoch.ts';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import { timelineOf } from '../../../../functions/operator/timeline/instants.ts';
import { receiptForTest } from '../../edge/receipt-for-test.ts';

const NOON = fromIso('2026-11-21T12:00:00.000Z') ?? epochMs(0);
const at = (seconds: number) => epochMs(NOON + seconds * 1_000);

const line = (saw: Receipt['evidence'][number]['saw'], fields: Partial<Receipt['evidence'][number]> = {}) => ({
  ...{
    at: '2026-11-21T12:00:01.000Z',
    step: 'probe' as const,
    asked: 'q',
    as: 'self' as const,
    host: 'h',
    saw,
    code: '',
  },
  ...fields,
});

const rowsOf = (...evidence: Receipt['evidence']) =>
  timelineOf(receiptForTest({ evidence, timeToRevokeMs: null }))
    .instants.slice(2)
    .map(({ row, label }) => [row, label]);

describe('a timeline', () => {
  it.each<[string, Receipt['evidence'][number], string]>([
    ['a probe that shows the key', line('alive'), 'alive'],
    ['a list that names it', line('listed', { as: 'managing' }), 'alive'],
    ['a probe that does not know it', line('unknown'), 'not known'],
    ['a list without it', line('unlisted', { as: 'managing' }), 'not known'],
    ['a refusal, which may come to an absence', line('refused'), 'not known'],
    ['a silence', line('silent'), 'no verdict'],
    ['a doubt', line('doubt'), 'no verdict'],
    ['another key of the account, whatever it was told', line('alive', { as: 'control' }), 'other key'],
    ['a call', line('accepted', { step: 'call' }), 'call'],
    ['a call that met no key', line('unknown', { step: 'call' }), 'call'],
  ])('has in its row %s', (_what, evidence, row) => expect(rowsOf(evidence)).toEqual([[row, `q: ${evidence.saw}`]]));

  it('begins when the request was due, and is in order', () => {
    const times = { dueAt: toIso(0), receivedAt: toIso(0.3) };
    const { dueAt, instants } = timelineOf(
      receiptForTest({ times, timeToRevokeMs: 1_100, evidence: [line('alive', { at: toIso(0.5) })] }),
      {
        endedAt: at(3.1),
        found: { outcome: 'confirmed', at: at(600), held: [540, 0] },
      },
    );
    expect(dueAt).toBe(NOON);
    expect(instants.map((one) => [(one.at - NOON) / 1_000, one.row, one.label])).toEqual([
      [0, 'asked', 'due'],
      [0.3, 'asked', 'received'],
      [0.5, 'alive', 'q: alive'],
      [1.1, 'word', 'gone'],
      [3.1, 'word', 'revoked'],
      [60, 'not known', 'read again'],
      [600, 'not known', 'read again'],
      [600, 'word', 'confirmed'],
    ]);
  });

  it('shows a restricted key alive in its readings', () => {
    const found = { outcome: 'confirmed', at: at(600), held: [60] } as const;
    const { instants } = timelineOf(receiptForTest({ outcome: 'restricted' }), { found });
    expect(instants.filter(({ label }) => label === 'read again')).toMatchObject([{ row: 'alive' }]);
  });

  it('says when a key was seen again, once', () => {
    const words = (found: 'resurrected' | 'confirmed', ms: number) =>
      timelineOf(receiptForTest(), { found: { outcome: found, at: at(60), held: [] }, withdrawnAt: at(ms) })
        .instants.filter(({ row }) => row === 'word')
        .map(({ label }) => label);
    expect(words('resurrected', 60)).toEqual(['gone', 'resurrected']);
    expect(words('confirmed', 90_000)).toEqual(['gone', 'confirmed', 'seen again']);
  });

  it('says how a request ended with its code', () => {
    const stuck = receiptForTest({ outcome: 'stuck', code: 'limit' });
    expect(timelineOf(stuck, { endedAt: at(1) }).instants.at(-1)).toMatchObject({ row: 'word', label: 'stuck: limit' });
  });

  it('is made of what there is, of a receipt that is not whole', () => {
    const { times: _, evidence: __, ...old } = receiptForTest();
    expect(timelineOf(old as Receipt)).toEqual({ dueAt: 0, instants: [] });
    expect(timelineOf(old as Receipt, { endedAt: at(1) }).dueAt).toBe(at(1));
  });
});

function toIso(seconds: number): string {
  return new Date(at(seconds)).toISOString();
}
