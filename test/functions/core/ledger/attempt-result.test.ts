import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { Fault, LeaseLost, Unavailable } from '../../../../functions/core/fault.ts';
import { asResult, attemptEnded, attemptWaiting } from '../../../../functions/core/ledger/attempt-result.ts';
import type { Evidence } from '../../../../functions/core/receipt.ts';
import { NOON } from '../rounds.ts';

const LINE: Evidence = {
  at: '2026-11-21T12:00:00.000Z',
  step: 'probe',
  asked: 'probe',
  as: 'self',
  host: 'api.example.com',
  saw: 'alive',
  code: '0',
};

it('ends with nothing more to say, unless told otherwise', () => {
  expect(attemptEnded('revoked')).toStrictEqual({ hasEnded: true, outcome: 'revoked', why: '', evidence: [] });
  expect(attemptEnded('stuck/limit', 'It is full', [LINE])).toStrictEqual({
    hasEnded: true,
    outcome: 'stuck/limit',
    why: 'It is full',
    evidence: [LINE],
  });
});

it('waits as it is told, and takes over nothing else', () => {
  const retry = { code: 'rate-limited', notBefore: after(NOON, 1), fallbackCode: 'permission-missing' } as const;
  expect(attemptWaiting(Object.assign({ do: 'retry' }, retry))).toStrictEqual({ hasEnded: false, ...retry });
  expect(attemptWaiting({ code: 'limit' })).toEqual({ hasEnded: false, code: 'limit' });
});

describe('a thrown error', () => {
  it.each([
    [
      'a fault is the end of the request',
      new Fault('refused/malformed', 'Cannot read it', [LINE]),
      { hasEnded: true, outcome: 'refused/malformed', why: 'Cannot read it', evidence: [LINE] },
    ],
    [
      'a lease that was lost is a wait for the delivery that holds it',
      new LeaseLost('taken'),
      { hasEnded: false, code: 'in-progress' },
    ],
    [
      'a service of ours that does not answer is a wait, with the problem for the log',
      new Unavailable('Cannot reach the ledger'),
      { hasEnded: false, code: 'aws-down', problem: 'Cannot reach the ledger' },
    ],
  ])('%s', (_what, error, expected) => expect(asResult(error)).toEqual(expected));

  it('states a problem only where a service of ours did not answer', () =>
    expect(asResult(new LeaseLost('taken'))).not.toHaveProperty('problem'));

  it.each([[new Error('a defect')], [new TypeError('a defect')], ['a text'], [{ name: 'Fault' }], [undefined]])(
    'that is a defect of ours is thrown on as it is: %s',
    (error) => {
      let thrown: unknown = 'nothing';
      try {
        asResult(error);
      } catch (caught) {
        thrown = caught;
      }
      expect(thrown).toBe(error);
    },
  );
});
