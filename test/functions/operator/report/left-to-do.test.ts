import { describe, expect, it } from 'vitest';
import type { Proof } from '../../../../functions/core/receipt.ts';
import { toDo } from '../../../../functions/operator/report/left-to-do.ts';
import { type Differing, recordForTest, reportForTest } from './report-for-test.ts';

const AT = Date.parse('2026-11-21T12:01:00Z');

const found = (outcome: NonNullable<Differing['found']>['outcome']) => ({ outcome, at: AT as never, held: [] });

const settle = { windowMs: 600_000, source: 'measured', endsAt: '2026-11-21T12:10:02.431Z' } as const;
const PROOF: Proof = {
  revision: 1,
  basis: 'accepted',
  control: 'signer',
  tried: 'key',
  absences: 2,
  sightings: 0,
  connections: 2,
  addresses: [],
  lastSightingAt: null,
  bound: null,
  notAsked: [],
  firstAbsenceAt: null,
  spanMs: 2_000,
  settle,
};

const left = (differing: Differing) => toDo(reportForTest({ records: [recordForTest(differing)] }));

describe('what is left to do', () => {
  it('is nothing about a key that is dead, or whose order was taken back', () => {
    expect(left({})).toEqual([]);
    expect(left({ outcome: 'withdrawn', found: undefined })).toEqual([]);
  });

  it.each<[string, Differing, object]>([
    [
      'is the next step of a request that is stuck',
      { outcome: 'stuck/limit', receipt: { message: 'The limit is reached' } },
      { text: 'Ended as stuck/limit. The limit is reached', command: 'key-revoker stuck show 6f1c2b1e' },
    ],
    [
      'is to wait for the finding',
      { found: undefined, receipt: { proof: PROOF } },
      { text: 'The confirmation follows by 2026-11-21T12:10:02.431Z. Make this report again after that' },
    ],
    [
      'is to look at a key that could not be confirmed',
      { found: found('unconfirmed/no-answer') },
      { text: expect.stringContaining('could not be confirmed (unconfirmed/no-answer)') },
    ],
    [
      'is about a key that was seen again in its settle window',
      { found: found('resurrected') },
      { text: 'The key was seen again at 2026-11-21T12:01:00.000Z: treat it as alive' },
    ],
    [
      'is about a key that was seen again later',
      { withdrawnAt: AT + 60_000 },
      {
        text: 'The key was seen again at 2026-11-21T12:02:00.000Z: treat it as alive',
        command: 'key-revoker status 6f1c2b1e',
      },
    ],
  ])('%s', (_what, differing, expected) =>
    expect(left(differing)).toEqual([
      expect.objectContaining({ about: 'SUBK…0001, bybit, request 6f1c2b1e', ...expected }),
    ]),
  );

  it('is a request that has not ended, under an id that a shell takes as one word', () => {
    const open = [{ requestId: 'a b', soFar: 'received', nextTry: 'within 60 s' }];
    expect(toDo(reportForTest({ records: [], open }))).toEqual([
      {
        about: 'Request a b',
        text: 'It has not ended: received. Next try: within 60 s',
        command: "key-revoker status 'a b'",
      },
    ]);
  });
});
