import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endIn, SAW, waitIn } from '../../../../functions/core/answer.ts';
import {
  type Decision,
  decide,
  decideOnAnswer,
  MOST_CALLS,
  type Situation,
} from '../../../../functions/core/attempt/decide.ts';
import { after, epochMs } from '../../../../functions/core/epoch.ts';
import { type AttemptRecord, basisOf, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import { RETRY, STUCK } from '../../../../functions/core/outcome.ts';
import type { RoundVerdict } from '../../../../functions/core/probe/round-verdict.ts';
import { answerOf, askedOf, NOON } from '../rounds.ts';

/** The verdicts of updates only. */
const REACHES: readonly RoundVerdict[] = ['as-asked', 'wider', 'web-only'];

const GAP = 2_000;
const LANDS = 6_000;

const ALIVE = [askedOf(answerOf('alive'))];
const UNKNOWN = [askedOf(answerOf('unknown'))];
const SILENT = [askedOf(answerOf('silent'))];
const LATER = after(NOON, 90_000);
const LIMITED = [askedOf(answerOf('silent', { means: { wait: 'rate-limited', notBefore: LATER } }))];
const TOO_MANY = [askedOf(answerOf('silent', { means: { wait: 'rate-limited' } }))];
const HELD = answerOf('rejected', { means: { end: 'stuck/credential-refused' }, blocksCall: true });
const FORECAST = answerOf('alive', { means: { end: 'stuck/permission-missing' } });

const situation = ({
  work: progress = {},
  ...rest
}: Partial<Omit<Situation, 'progress'>> & { work?: Partial<AttemptRecord> }): Situation => ({
  kind: 'delete',
  self: true,
  urgent: false,
  now: NOON,
  round: ALIVE,
  signer: undefined,
  roundVerdict: 'present',
  proofGapMs: GAP,
  landsWithinMs: LANDS,
  provable: true,
  proved: false,
  controlled: false,
  calledNow: false,
  siblingsAsked: false,
  agreedMs: progress.agreed ? NOON - progress.agreed.at : 0,
  sightedRounds: 0,
  ...rest,
  progress: { ...NEW_ATTEMPT, ...progress },
});

type Part = Parameters<typeof situation>[0];
type Row = readonly [what: string, part: Part, expected: Decision];

const ago = (ms: number) => after(NOON, -ms);
const ends = (outcome: Extract<Decision, { do: 'end' }>['outcome']): Decision => ({ do: 'end', outcome });
const asks = (ms: number, code: Extract<Decision, { do: 'ask' }>['code'] = 'not-yet-proved') =>
  ({ do: 'ask', at: after(NOON, ms), code }) as const;
const CALL: Decision = { do: 'call' };

const CALLED: Partial<AttemptRecord> = { calls: 1, lastCallAt: ago(1_000), lastAnswer: 'silent' };
const unchanged = (count: number, sinceMs: number) => ({ count, since: ago(sinceMs) });
const unchangedFor = (count: number) => ({ unchanged: unchanged(count, 9_000) });

/** Refused without a word of the provider's own. */
const BARE = { round: [askedOf(answerOf('refused'))], roundVerdict: 'none' } as const;
const BARE_ONCE = [{ saw: 'refused' }] as unknown as AttemptRecord['evidence'];

const BEFORE_A_DELETE: readonly Row[] = [
  ['calls for a key that is alive', {}, CALL],
  [
    'looks once more where the key was refused in a way that may pass',
    { ...BARE, work: { evidence: BARE_ONCE } },
    asks(GAP),
  ],
  ['looks at once if the request is urgent', { ...BARE, urgent: true, work: { evidence: BARE_ONCE } }, asks(0)],
  ['calls where the key was refused so twice', { ...BARE, work: { evidence: [...BARE_ONCE, ...BARE_ONCE] } }, CALL],
  ['calls for an urgent one', { urgent: true }, CALL],
  ['calls where the target’s own probe forecasts a refusal', { round: [askedOf(FORECAST)] }, CALL],
  [
    'calls where a managing key has never seen the target',
    { self: false, round: [askedOf(answerOf('unlisted'), 'managing')], roundVerdict: 'absent-unseen' },
    CALL,
  ],
  [
    'asks the siblings where the target’s own probe has never been answered',
    { round: UNKNOWN, roundVerdict: 'absent-unseen' },
    { do: 'ask-siblings' },
  ],
  [
    'asks the siblings for an urgent one too',
    { round: UNKNOWN, roundVerdict: 'absent-unseen', urgent: true },
    { do: 'ask-siblings' },
  ],
  [
    'calls once where the siblings do not know the key either',
    { round: UNKNOWN, roundVerdict: 'absent-unseen', siblingsAsked: true },
    CALL,
  ],
  [
    'waits on silence',
    { round: SILENT, roundVerdict: 'none' },
    { do: 'retry', code: 'no-reply', notBefore: undefined },
  ],
  [
    'waits as long as the provider says',
    { round: LIMITED, roundVerdict: 'none' },
    { do: 'retry', code: 'rate-limited', notBefore: LATER },
  ],
  [
    'waits for the latest of two stated instants',
    {
      round: [...LIMITED, askedOf(answerOf('silent', { means: { wait: 'rate-limited', notBefore: after(LATER, 1) } }))],
      roundVerdict: 'none',
    },
    { do: 'retry', code: 'rate-limited', notBefore: after(LATER, 1) },
  ],
  [
    'waits for the stated instant of two waits, of which the other states none',
    { round: [...LIMITED, ...SILENT], roundVerdict: 'none' },
    { do: 'retry', code: 'rate-limited', notBefore: LATER },
  ],
  [
    'calls past a silence beside a verdict where the managing key is well',
    { self: false, signer: answerOf('alive'), round: [...ALIVE, ...SILENT] },
    CALL,
  ],
  [
    'waits on a managing key’s silence, whatever the target says',
    { self: false, signer: answerOf('silent') },
    { do: 'retry', code: 'no-reply', notBefore: undefined },
  ],
  ['calls past a silence beside a verdict', { round: [...ALIVE, ...SILENT] }, CALL],
  [
    'repeats an urgent probe once',
    { urgent: true, round: SILENT, roundVerdict: 'none', work: { silentRounds: 1 } },
    { ...asks(0, 'no-reply') },
  ],
  [
    'repeats an urgent probe at the instant that the provider states',
    { urgent: true, round: LIMITED, roundVerdict: 'none', work: { silentRounds: 1 } },
    { ...asks(90_000, 'rate-limited'), notBefore: LATER },
  ],
  [
    'calls after the second silence of an urgent probe',
    { urgent: true, round: SILENT, roundVerdict: 'none', work: { silentRounds: 2 } },
    CALL,
  ],
  [
    'repeats an urgent probe of a limited provider a while later',
    { urgent: true, round: TOO_MANY, roundVerdict: 'none', work: { silentRounds: 1 } },
    asks(GAP, 'rate-limited'),
  ],
  [
    'calls after the second time that an urgent probe was too much',
    { urgent: true, round: TOO_MANY, roundVerdict: 'none', work: { silentRounds: 2 } },
    CALL,
  ],
  [
    'waits as long as the provider says, when urgent too',
    { urgent: true, round: LIMITED, roundVerdict: 'none', work: { silentRounds: 5 } },
    { do: 'retry', code: 'rate-limited', notBefore: LATER },
  ],
  [
    'does not wait for ever for a provider that always says when',
    { urgent: true, round: LIMITED, roundVerdict: 'none', work: { silentRounds: 6 } },
    CALL,
  ],
  [
    'calls again in doubt where an urgent self-signed call was not executed',
    { urgent: true, round: TOO_MANY, roundVerdict: 'none', work: { silentRounds: 3, calls: 2, notExecuted: 2 } },
    CALL,
  ],
  [
    'waits for a verdict where a managing key’s urgent call was not executed',
    {
      urgent: true,
      self: false,
      round: TOO_MANY,
      roundVerdict: 'none',
      work: { silentRounds: 3, calls: 1, notExecuted: 1 },
    },
    { do: 'retry', code: 'rate-limited', notBefore: undefined },
  ],
  [
    'calls after the second silence of an urgent managing key',
    { urgent: true, self: false, signer: answerOf('silent'), work: { silentRounds: 2 } },
    CALL,
  ],
  [
    'is held by an answer to the signer that the call would meet',
    { round: [askedOf(HELD)], roundVerdict: 'none' },
    ends('stuck/credential-refused'),
  ],
  [
    'is held by an answer to the managing key about itself',
    { self: false, signer: HELD },
    ends('stuck/credential-refused'),
  ],
  [
    'is held by an answer to the managing key’s list',
    { self: false, round: [askedOf(HELD, 'managing')], roundVerdict: 'none' },
    ends('stuck/credential-refused'),
  ],
  [
    'is held when urgent',
    { urgent: true, round: [askedOf(HELD)], roundVerdict: 'none' },
    ends('stuck/credential-refused'),
  ],
  [
    'is not held by the same answer to the target of a managing key',
    { self: false, round: [askedOf(HELD)], roundVerdict: 'none' },
    CALL,
  ],
  [
    'is not held by a check that holds and only asks to come again',
    { round: [askedOf(answerOf('alive', { blocksCall: true, means: { wait: 'rate-limited' } }))] },
    CALL,
  ],
];

const AFTER_A_DELETE: readonly Row[] = [
  ['asks again a gap later where the key still shows', { work: { ...CALLED, unchanged: unchanged(1, 0) } }, asks(GAP)],
  [
    'calls again after three unchanged probes over 5 s',
    { work: { ...CALLED, lastCallAt: ago(5_000), unchanged: unchanged(3, 5_000) } },
    CALL,
  ],
  ['asks on after three within less than 5 s', { work: { ...CALLED, unchanged: unchanged(3, 4_999) } }, asks(GAP)],
  ['asks on after two over 5 s', { work: { ...CALLED, unchanged: unchanged(2, 5_000) } }, asks(GAP)],
  [
    'asks on after two however long ago it called',
    { work: { ...CALLED, lastCallAt: ago(60_000), unchanged: unchanged(2, 60_000) } },
    asks(GAP),
  ],
  [
    'calls again after one, a gap after the call, when urgent',
    { urgent: true, work: { ...CALLED, lastCallAt: ago(GAP), unchanged: unchanged(1, 0) } },
    CALL,
  ],
  [
    'asks on within that gap',
    { urgent: true, work: { ...CALLED, lastCallAt: ago(GAP - 1), unchanged: unchanged(1, 0) } },
    asks(GAP),
  ],
  [
    'makes the fifth call',
    { urgent: true, work: { ...CALLED, calls: 4, lastCallAt: ago(60_000), unchanged: unchanged(1, 0) } },
    CALL,
  ],
  [
    'waits three times as long before each further call',
    { urgent: true, work: { ...CALLED, calls: 3, lastCallAt: ago(9 * GAP - 1), unchanged: unchanged(1, 0) } },
    asks(GAP),
  ],
  [
    'makes the fourth call nine gaps after the third',
    { urgent: true, work: { ...CALLED, calls: 3, lastCallAt: ago(9 * GAP), unchanged: unchanged(1, 0) } },
    CALL,
  ],
  [
    'makes no sixth',
    { urgent: true, work: { ...CALLED, calls: 5, lastCallAt: ago(GAP), unchanged: unchanged(1, 0) } },
    asks(GAP),
  ],
  [
    'gives up after five without effect',
    { work: { ...CALLED, calls: 5, lastCallAt: ago(LANDS), unchanged: unchanged(3, 5_000) } },
    ends('stuck/no-effect'),
  ],
  [
    'does not give up while the fifth may still land',
    { work: { ...CALLED, calls: 5, lastCallAt: ago(LANDS - 1), unchanged: unchanged(3, 5_000) } },
    asks(GAP),
  ],
  [
    'says no-effect of accepted deletes',
    { work: { ...CALLED, calls: 5, acceptedAt: ago(9_000), lastCallAt: ago(LANDS), unchanged: unchanged(3, 5_000) } },
    ends('stuck/no-effect'),
  ],
  [
    'does not count calls that were not executed',
    {
      urgent: true,
      work: { ...CALLED, calls: 9, notExecuted: 5, lastCallAt: ago(60_000), unchanged: unchanged(1, 0) },
    },
    CALL,
  ],
  [
    'ends by the code of the call’s own answer',
    { work: { ...CALLED, lastAnswer: 'rejected', ifAlive: 'request-rejected' } },
    ends('stuck/request-rejected'),
  ],
  [
    'continues past a refusal of the signing key that is odd: the managing key itself is not refused',
    { self: false, work: { ...CALLED, lastAnswer: 'rejected', ifAlive: 'credential-refused' } },
    asks(GAP),
  ],
  [
    'calls again then',
    {
      self: false,
      work: {
        ...CALLED,
        lastCallAt: ago(60_000),
        lastAnswer: 'rejected',
        ifAlive: 'credential-refused',
        unchanged: unchanged(3, 9_000),
      },
    },
    CALL,
  ],
  [
    'ends by that code once all calls are used',
    {
      self: false,
      work: {
        ...CALLED,
        calls: MOST_CALLS,
        lastCallAt: ago(60_000),
        lastAnswer: 'rejected',
        ifAlive: 'credential-refused',
        unchanged: unchanged(3, 9_000),
      },
    },
    ends('stuck/credential-refused'),
  ],
  [
    'ends by that code where the managing key is refused too',
    {
      self: false,
      signer: answerOf('silent', { means: { end: 'stuck/credential-refused' } }),
      work: { ...CALLED, lastAnswer: 'rejected', ifAlive: 'credential-refused' },
    },
    ends('stuck/credential-refused'),
  ],
  [
    'ends by that code where the key signs for itself',
    { work: { ...CALLED, lastAnswer: 'rejected', ifAlive: 'credential-refused' } },
    ends('stuck/credential-refused'),
  ],
  [
    'continues past a refusal after an accepted call',
    { work: { ...CALLED, acceptedAt: ago(9_000), lastAnswer: 'rejected', ifAlive: 'request-rejected' } },
    asks(GAP),
  ],
  [
    'continues past a refusal after a call whose fate is not known',
    {
      urgent: true,
      work: {
        ...CALLED,
        calls: 2,
        lastAnswer: 'rejected',
        ifAlive: 'request-rejected',
        unchanged: unchanged(2, 4_000),
      },
    },
    asks(GAP),
  ],
  [
    'ends by its code where the key still shows three probes and 5 s later',
    {
      urgent: true,
      work: {
        ...CALLED,
        calls: 2,
        lastAnswer: 'rejected',
        ifAlive: 'request-rejected',
        unchanged: unchanged(3, 5_000),
      },
    },
    ends('stuck/request-rejected'),
  ],
  [
    'continues past a refusal after a call that was lost while the key was gone',
    {
      work: {
        ...CALLED,
        calls: 2,
        notExecuted: 1,
        callReplies: ['lost', 'refused'],
        lastAnswer: 'rejected',
        ifAlive: 'request-rejected',
      },
    },
    asks(GAP),
  ],
  [
    'ends by its code after a call that was refused while the key was gone',
    {
      work: {
        ...CALLED,
        calls: 2,
        notExecuted: 1,
        callReplies: ['refused', 'refused'],
        lastAnswer: 'rejected',
        ifAlive: 'request-rejected',
      },
    },
    ends('stuck/request-rejected'),
  ],
  ['waits for a verdict on silence', { round: SILENT, roundVerdict: 'none', work: CALLED }, asks(GAP, 'no-reply')],
  [
    'says so if only caches or unknown pages answer',
    {
      round: [askedOf(answerOf('silent', { means: { wait: 'unrecognised' } }))],
      roundVerdict: 'none',
      work: CALLED,
    },
    asks(GAP, 'unrecognised'),
  ],
  [
    'waits for a verdict on silence after an accepted call',
    { round: SILENT, roundVerdict: 'none', work: { ...CALLED, lastAnswer: 'accepted' } },
    asks(GAP, 'no-reply'),
  ],
  [
    'waits for a verdict on silence after a rejected call',
    { round: SILENT, roundVerdict: 'none', work: { ...CALLED, lastAnswer: 'rejected' } },
    asks(GAP, 'no-reply'),
  ],
  [
    'names the wait for its proof once a probe has answered',
    { round: SILENT, roundVerdict: 'none', work: { ...CALLED, answered: true } },
    asks(GAP),
  ],
  [
    'leaves the queue to wait for a limited rate',
    { round: LIMITED, roundVerdict: 'none', work: CALLED },
    { do: 'retry', code: 'rate-limited', notBefore: LATER },
  ],
  [
    'waits for the instant that a provider in trouble states',
    {
      round: [askedOf(answerOf('silent', { means: { wait: 'no-reply', notBefore: LATER } }))],
      roundVerdict: 'none',
      work: CALLED,
    },
    { ...asks(90_000, 'no-reply'), notBefore: LATER },
  ],
  [
    'never calls again on silence, urgent or not',
    {
      urgent: true,
      round: SILENT,
      roundVerdict: 'none',
      work: { ...CALLED, silentRounds: 9, lastCallAt: ago(60_000) },
    },
    asks(GAP, 'no-reply'),
  ],
  [
    'is unproven at once where nothing could prove an accepted call',
    { self: false, provable: false, roundVerdict: 'none', round: [], work: { ...CALLED, lastAnswer: 'accepted' } },
    ends('stuck/unproven'),
  ],
  [
    'is unproven at once where nothing could prove a call without a reply either',
    { self: false, urgent: true, provable: false, roundVerdict: 'none', round: [], work: CALLED },
    ends('stuck/unproven'),
  ],
  [
    'does not recognise a key that the call named in vain, where nothing could prove it',
    { self: false, provable: false, roundVerdict: 'none', round: [], work: { ...CALLED, lastAnswer: 'rejected' } },
    ends('stuck/not-recognised'),
  ],
  [
    'asks twice where nobody had seen the key that an accepted call named',
    {
      self: false,
      roundVerdict: 'absent-unseen',
      round: UNKNOWN,
      work: { ...CALLED, lastAnswer: 'accepted', agreed: { on: 'absent-unseen', at: NOON, count: 2 } },
    },
    asks(GAP),
  ],
  [
    'is unproven after the second',
    {
      self: false,
      roundVerdict: 'absent-unseen',
      round: UNKNOWN,
      work: { ...CALLED, lastAnswer: 'accepted', agreed: { on: 'absent-unseen', at: ago(GAP), count: 2 } },
    },
    ends('stuck/unproven'),
  ],
  [
    'is not recognised where a call was rejected for a key that nobody had seen',
    { self: false, roundVerdict: 'absent-unseen', round: UNKNOWN, work: { ...CALLED, lastAnswer: 'rejected' } },
    ends('stuck/not-recognised'),
  ],
  [
    'is unproven where a call was rejected after one that was accepted',
    {
      self: false,
      roundVerdict: 'absent-unseen',
      round: UNKNOWN,
      work: { ...CALLED, calls: 2, acceptedAt: ago(9_000), lastAnswer: 'rejected' },
    },
    ends('stuck/unproven'),
  ],
  [
    'waits where the call’s answer was lost for a key that nobody had seen',
    { self: false, roundVerdict: 'absent-unseen', round: UNKNOWN, work: { ...CALLED, answered: true } },
    asks(GAP),
  ],
  [
    'is held by what the signer meets now',
    { round: [askedOf(HELD)], roundVerdict: 'none', work: CALLED },
    ends('stuck/credential-refused'),
  ],
  [
    'calls as if for the first time where none of its calls was executed',
    {
      self: false,
      roundVerdict: 'absent-unseen',
      round: UNKNOWN,
      work: { ...CALLED, notExecuted: 1, lastAnswer: 'rejected' },
    },
    CALL,
  ],
];

const HOUR = 3_600_000;
const ACCEPTED: Partial<AttemptRecord> = { ...CALLED, callReplies: ['accepted'], lastAnswer: 'accepted' };
const LOST: Partial<AttemptRecord> = { ...CALLED, callReplies: ['lost'] };
const REFUSED: Partial<AttemptRecord> = { ...CALLED, callReplies: ['refused'], lastAnswer: 'rejected' };
const PUT_OFF: Partial<AttemptRecord> = { ...CALLED, notExecuted: 1, callReplies: ['put-off'], lastAnswer: 'rejected' };
const goneFor = (ms: number, count = 2) =>
  ({ agreed: { on: 'absent', at: ago(ms), count }, absentSince: ago(ms) }) as const;
const WAIT: Decision = { do: 'retry', code: 'not-yet-proved' };
const inList = { self: false, controlled: true, round: [askedOf(answerOf('unlisted'), 'managing')] } as const;

/** A round that says nothing of the key, by an answer that would be an end. */
const PAGE = [askedOf(answerOf('silent', { means: { end: 'stuck/region-refused' } }))];
/** A delete that was refused while the key was gone: it may have killed nothing. */
const IN_DOUBT: Partial<AttemptRecord> = {
  ...CALLED,
  notExecuted: 1,
  callReplies: ['refused'],
  lastAnswer: 'rejected',
};

const NO_WORD: readonly Row[] = [
  [
    'waits where this delivery has called',
    { round: PAGE, roundVerdict: 'none', calledNow: true, work: { ...IN_DOUBT, absentSince: ago(GAP) } },
    asks(GAP, 'no-reply'),
  ],
  [
    'calls once more in the next delivery',
    { round: PAGE, roundVerdict: 'none', work: { ...IN_DOUBT, absentSince: ago(GAP) } },
    CALL,
  ],
  [
    'calls again where the key shows again',
    { roundVerdict: 'present', calledNow: true, work: { ...IN_DOUBT, absentSince: ago(GAP) } },
    CALL,
  ],
];

const saidFor = (ms: number) => ({ ...goneFor(ms), revokedByWordSince: ago(ms) }) as const;

/** The provider says in its own words that the key was revoked. */
const BY_WORD: readonly Row[] = [
  ['is asked for a second time, and not called for', { work: saidFor(0) }, asks(GAP)],
  ['is already revoked without a call', { work: saidFor(GAP) }, ends('already-revoked')],
  [
    'is already revoked without a call, also for an urgent request',
    { urgent: true, work: saidFor(GAP) },
    ends('already-revoked'),
  ],
  [
    'is already revoked after a call that was refused',
    { work: { ...REFUSED, ...saidFor(GAP) } },
    ends('already-revoked'),
  ],
  ['is revoked after a call whose reply was lost', { work: { ...LOST, ...saidFor(GAP) } }, ends('revoked')],
  ['is revoked after an accepted call', { work: { ...ACCEPTED, ...saidFor(GAP) } }, ends('revoked')],
  [
    'has to be said a gap ago, however long the key is gone',
    { work: { ...LOST, ...goneFor(HOUR), revokedByWordSince: ago(GAP - 1) } },
    asks(1),
  ],
  [
    'is not held back by what the signer is told',
    {
      round: [askedOf(answerOf('revoked', { blocksCall: true, means: { end: 'stuck/credential-refused' } }))],
      work: saidFor(GAP),
    },
    ends('already-revoked'),
  ],
];

const DOUBT = answerOf('doubt', { code: '10006', means: { wait: 'rate-limited' } });
const BOUND = answerOf('doubt', { code: '10010', means: { end: 'stuck/ip-not-allowed' } });
const doubted = (answer: typeof DOUBT, ms: number, more: Part = {}): Part => ({
  self: false,
  roundVerdict: 'none',
  round: [askedOf(answer)],
  ...more,
  work: { doubt: { since: ago(ms), code: answer.code }, ...more.work },
});
const LIMIT: Decision = { do: 'retry', code: 'rate-limited', notBefore: undefined };

const IN_A_DOUBT: readonly Row[] = [
  ['waits as it is asked to before the call', doubted(DOUBT, 1_000), LIMIT],
  ['waits as it is asked to after the call', doubted(DOUBT, 1_000, { work: ACCEPTED }), LIMIT],
  ['does not hold the first call back without a wait', doubted(BOUND, 1_000), CALL],
  [
    'sends no further call',
    doubted(BOUND, HOUR - 1, { urgent: true, work: { ...ACCEPTED, ...unchangedFor(3) } }),
    asks(GAP, 'no-reply'),
  ],
  ['is for a person after an hour', doubted(DOUBT, HOUR), ends('stuck/unproven')],
  [
    'is for a person after an hour, also after an accepted call',
    doubted(BOUND, HOUR, { work: ACCEPTED }),
    ends('stuck/unproven'),
  ],
  ['is for a person after an hour of an update', doubted(DOUBT, HOUR, { kind: 'update' }), ends('stuck/unproven')],
  ['waits a millisecond before the hour is over', doubted(DOUBT, HOUR - 1, { kind: 'update' }), LIMIT],
  ['is none that has only begun', { ...doubted(BOUND, 0), work: ACCEPTED }, asks(GAP, 'no-reply')],
  [
    'is none in a round of silence',
    doubted(DOUBT, HOUR, { round: [askedOf(answerOf('silent'))], work: ACCEPTED }),
    asks(GAP, 'no-reply'),
  ],
  ['is none where a list names the key', doubted(BOUND, HOUR, { roundVerdict: 'present' }), CALL],
];

const GONE: readonly Row[] = [
  ['is called for, since an outage looks the same', { work: goneFor(GAP) }, CALL],
  ['is called for, also where a list no longer names it', { ...inList, work: goneFor(GAP) }, CALL],
  ['is called for again where the only call was not executed', { work: { ...PUT_OFF, ...goneFor(GAP) } }, CALL],
  ['is called for again where a list lacks it and the only call was not executed', { ...inList, work: PUT_OFF }, CALL],
  [
    'waits on a managing key’s silence before the first call',
    { self: false, signer: answerOf('silent'), round: UNKNOWN, work: goneFor(GAP) },
    { do: 'retry', code: 'no-reply', notBefore: undefined },
  ],
  ['asks a second time after an accepted call', { work: { ...ACCEPTED, ...goneFor(0) } }, asks(GAP)],
  ['asks when the gap is over', { work: { ...ACCEPTED, ...goneFor(1_500) } }, asks(500)],
  ['asks a second time where the first is not counted yet', { work: ACCEPTED }, asks(GAP)],
  ['is revoked after an accepted call', { work: { ...ACCEPTED, ...goneFor(GAP) } }, ends('revoked')],
  [
    'is revoked after an accepted call that another version wrote',
    { work: { ...REFUSED, ...goneFor(GAP), acceptedAt: ago(9_000) } },
    ends('revoked'),
  ],
  ['waits a millisecond more', { work: { ...ACCEPTED, ...goneFor(GAP - 1) } }, asks(1)],
  [
    'is revoked after an accepted call, whatever came of the others',
    { work: { ...ACCEPTED, ...goneFor(GAP), callReplies: ['lost', 'accepted', 'refused'] } },
    ends('revoked'),
  ],
  [
    'is already revoked where the ledger holds its death',
    { proved: true, work: goneFor(GAP) },
    ends('already-revoked'),
  ],
  ['is asked for twice there too', { proved: true, work: goneFor(0) }, asks(GAP)],
  [
    'is called for once more after a lost call where a list no longer names it',
    { ...inList, calledNow: true, work: { ...LOST, ...goneFor(GAP), controlledSince: ago(GAP) } },
    CALL,
  ],
  [
    'that signs for itself is revoked by a lost call while a control key is accepted',
    { controlled: true, work: { ...LOST, ...goneFor(GAP), controlledSince: ago(GAP) } },
    ends('revoked'),
  ],
  [
    'that signs for itself is already revoked by a refused call while a control key is accepted',
    { controlled: true, work: { ...REFUSED, ...goneFor(GAP), controlledSince: ago(GAP) } },
    ends('already-revoked'),
  ],
  [
    'that signs for itself is asked for once more after the control key',
    { controlled: true, work: { ...LOST, ...goneFor(HOUR - 1), controlledSince: ago(0) } },
    asks(GAP),
  ],
  [
    'is called for once more where the call after the lost one was put off',
    { ...inList, work: { ...LOST, callReplies: ['lost', 'put-off'], ...goneFor(GAP), controlledSince: ago(GAP) } },
    CALL,
  ],
  [
    'is revoked by a lost call where a list no longer names it, and a check holds back a further call',
    { ...inList, signer: HELD, work: { ...LOST, ...goneFor(GAP), controlledSince: ago(GAP) } },
    ends('revoked'),
  ],
  [
    'is revoked by a lost call and one that was refused, where a list no longer names it',
    { ...inList, work: { ...LOST, callReplies: ['lost', 'refused'], ...goneFor(GAP), controlledSince: ago(GAP) } },
    ends('revoked'),
  ],
  ...(['lost', 'put-off'] as const).map(
    (reply): Row => [
      `is called for once more by the next delivery where the replies were lost, and the last was ${reply}`,
      {
        ...inList,
        work: { ...LOST, callReplies: ['lost', 'lost', reply], ...goneFor(GAP), controlledSince: ago(GAP) },
      },
      CALL,
    ],
  ),
  [
    'is called for once more after a yes that says nothing of the key, where a list no longer names it',
    { ...inList, work: { ...LOST, callReplies: ['opaque'], ...goneFor(GAP), controlledSince: ago(GAP) } },
    CALL,
  ],
  [
    'is revoked by two such answers, where a list no longer names it',
    { ...inList, work: { ...LOST, callReplies: ['opaque', 'opaque'], ...goneFor(GAP), controlledSince: ago(GAP) } },
    ends('revoked'),
  ],
  [
    'waits for the next delivery where both replies were lost in this one',
    {
      ...inList,
      calledNow: true,
      work: { ...LOST, callReplies: ['lost', 'lost'], ...goneFor(GAP), controlledSince: ago(GAP) },
    },
    WAIT,
  ],
  [
    'is revoked by lost calls after an hour in which a list did not name it',
    { ...inList, work: { ...LOST, callReplies: ['lost', 'lost'], ...goneFor(HOUR), controlledSince: ago(HOUR) } },
    ends('revoked'),
  ],
  [
    'is called for once more where the only refusal came before the lost call',
    { ...inList, work: { ...LOST, callReplies: ['refused', 'lost'], ...goneFor(GAP), controlledSince: ago(GAP) } },
    CALL,
  ],
  [
    'is called for once more in the delivery whose call was lost after a refusal',
    {
      ...inList,
      calledNow: true,
      work: { ...LOST, callReplies: ['refused', 'lost'], ...goneFor(GAP), controlledSince: ago(GAP) },
    },
    CALL,
  ],
  [
    'is already revoked by a refused call where a list no longer names it',
    { ...inList, work: { ...REFUSED, ...goneFor(GAP), controlledSince: ago(GAP) } },
    ends('already-revoked'),
  ],
  ['is asked for twice where a list no longer names it', { ...inList, work: { ...REFUSED, ...goneFor(0) } }, asks(GAP)],
  [
    'is asked for twice where the first absence was not by that list',
    { ...inList, work: { ...REFUSED, ...goneFor(HOUR - 1), controlledSince: ago(0) } },
    asks(GAP),
  ],
  [
    'needs no signer once a list no longer names it after a call',
    { ...inList, signer: HELD, work: { ...LOST, ...goneFor(GAP), controlledSince: ago(GAP) } },
    ends('revoked'),
  ],
  [
    'needs its signer for its first call, also where a list no longer names it',
    { ...inList, signer: HELD, work: goneFor(GAP) },
    ends('stuck/credential-refused'),
  ],
  ['is called for again after a refused call', { work: { ...REFUSED, ...goneFor(GAP) } }, CALL],
  ['is called for again after a lost call', { work: { ...LOST, ...goneFor(GAP) } }, CALL],
  ['is called for once in each delivery', { calledNow: true, work: { ...REFUSED, ...goneFor(GAP) } }, WAIT],
  ['is called for again up to an hour', { work: { ...REFUSED, ...goneFor(HOUR - 1) } }, CALL],
  [
    'is called for once more after an hour, so that the word rests on a delete of this delivery',
    { work: { ...REFUSED, ...goneFor(HOUR) } },
    CALL,
  ],
  [
    'is already revoked after an hour of refusals',
    { calledNow: true, work: { ...REFUSED, ...goneFor(HOUR) } },
    ends('already-revoked'),
  ],
  [
    'is revoked after an hour where a call was lost',
    { calledNow: true, work: { ...LOST, ...goneFor(HOUR) } },
    ends('revoked'),
  ],
  [
    'is counted absent since its last sighting, whatever calls came since',
    { calledNow: true, work: { ...REFUSED, absentSince: ago(HOUR), agreed: { on: 'absent', at: ago(GAP), count: 2 } } },
    ends('already-revoked'),
  ],
  [
    'is asked for twice after that hour, since the last call',
    { calledNow: true, work: { ...REFUSED, absentSince: ago(HOUR), agreed: { on: 'absent', at: ago(0) } } },
    asks(GAP),
  ],
  ['is called for again where its absence is not counted yet', { work: REFUSED }, CALL],
  [
    'is revoked after an hour where 0.1.0 lost a call',
    { calledNow: true, work: { ...CALLED, ...goneFor(HOUR) } },
    ends('revoked'),
  ],
  [
    'is called for again where 0.1.0 had a call refused',
    { work: { ...CALLED, lastAnswer: 'rejected', ...goneFor(GAP) } },
    CALL,
  ],
  [
    'is no answer to a signer that is refused',
    { self: false, signer: HELD, work: { ...LOST, ...goneFor(GAP) } },
    ends('stuck/credential-refused'),
  ],
  [
    'needs no signer once a call was accepted',
    { self: false, signer: HELD, work: { ...ACCEPTED, ...goneFor(GAP) } },
    ends('revoked'),
  ],
];

/** Absent so many times in a row, for so many gaps, after so many sightings since the call. */
const flapped = (sightedRounds: number, count: number, gaps: number, more: Partial<Part> = {}): Part => ({
  sightedRounds,
  ...more,
  work: { ...ACCEPTED, ...goneFor(gaps * GAP, count), ...more.work },
});

const FLAPPED: readonly Row[] = [
  ['is revoked after one sighting, by the third absence over ten gaps', flapped(1, 3, 10), ends('revoked')],
  ['is asked for again after two absences', flapped(1, 2, 10), asks(GAP)],
  ['is asked for each gap until ten gaps are over', flapped(1, 3, 8), asks(GAP)],
  ['is asked for once more when ten gaps are over', flapped(1, 3, 9.5), asks(GAP / 2)],
  ['is revoked after ten sightings by the twelfth absence', flapped(10, 12, 12), ends('revoked')],
  ['is asked for again after eleven', flapped(10, 11, 12), asks(GAP)],
  [
    'is asked for again where its agreement has held for less by the other clock',
    flapped(0, 2, 5, { agreedMs: GAP - 1 }),
    asks(1),
  ],
  [
    'is already revoked by refused calls and a list only so, too',
    flapped(1, 3, 10, { ...inList, work: { ...REFUSED, controlledSince: ago(10 * GAP) } }),
    ends('already-revoked'),
  ],
  [
    'is asked for again where that list has spoken only for nine gaps',
    flapped(1, 3, 10, { ...inList, work: { ...REFUSED, controlledSince: ago(9 * GAP) } }),
    asks(GAP),
  ],
  [
    'is asked for again where its agreement has held for less than that list has spoken',
    flapped(0, 2, 1, { ...inList, agreedMs: 1_500, work: { ...REFUSED, controlledSince: ago(10 * GAP) } }),
    asks(500),
  ],
  ['is asked for again where the ledger holds its death', flapped(1, 2, 10, { proved: true }), asks(GAP)],
  [
    'is not called for again where the last call came at the end of that hour, and the absences are not enough yet',
    flapped(1, 2, 10, { work: { ...REFUSED, lastCallAt: ago(11 * GAP), absentSince: ago(HOUR + 11 * GAP) } }),
    asks(GAP),
  ],
  [
    'is called for again where that last call was lost: it may not have left',
    flapped(1, 2, 10, { work: { ...LOST, lastCallAt: ago(11 * GAP), absentSince: ago(HOUR + 11 * GAP) } }),
    CALL,
  ],
  [
    'is called for again where the last call came before the end of that hour',
    flapped(1, 2, 10, { work: { ...REFUSED, lastCallAt: ago(11 * GAP), absentSince: ago(HOUR + 11 * GAP - 1) } }),
    CALL,
  ],
  [
    'is asked for again after an hour of refusals',
    flapped(1, 2, 10, { calledNow: true, work: { ...REFUSED, absentSince: ago(HOUR) } }),
    asks(GAP),
  ],
];

/** The settings were read a gap ago. */
const READ = { readAt: ago(GAP) };

const UPDATE: readonly Row[] = [
  [
    'is restricted after one wider reading since its call, by the third reading over ten gaps',
    {
      roundVerdict: 'as-asked',
      sightedRounds: 1,
      work: { ...CALLED, agreed: { on: 'as-asked', at: ago(10 * GAP), count: 3 } },
    },
    ends('restricted'),
  ],
  [
    'is asked for again after two',
    {
      roundVerdict: 'as-asked',
      sightedRounds: 1,
      work: { ...CALLED, agreed: { on: 'as-asked', at: ago(10 * GAP), count: 2 } },
    },
    asks(GAP),
  ],
  [
    'is for the web console after two readings, whatever was read before',
    { roundVerdict: 'web-only', sightedRounds: 9, work: { agreed: { on: 'web-only', at: ago(GAP), count: 2 } } },
    ends('stuck/only-in-web-ui'),
  ],
  [
    'is already revoked where a list no longer names a key that flapped, only after more absences',
    { ...inList, roundVerdict: 'absent', sightedRounds: 1, work: { ...goneFor(GAP), controlledSince: ago(GAP) } },
    asks(GAP),
  ],
  ['calls for a key that is not yet as asked, by a second reading', { roundVerdict: 'wider', work: READ }, CALL],
  [
    'reads the settings once more before its first call',
    { roundVerdict: 'wider', work: { readAt: ago(500) } },
    asks(1_500),
  ],
  ['reads them once more where no reading is known', { roundVerdict: 'wider' }, asks(GAP)],
  [
    'waits where anything is silent',
    { roundVerdict: 'wider', round: [...ALIVE, ...SILENT] },
    { do: 'retry', code: 'no-reply', notBefore: undefined },
  ],
  [
    'waits where the managing key is silent',
    { self: false, roundVerdict: 'wider', signer: answerOf('silent') },
    { do: 'retry', code: 'no-reply', notBefore: undefined },
  ],
  [
    'does not call on silence when urgent either',
    { urgent: true, roundVerdict: 'none', round: SILENT, work: { silentRounds: 9 } },
    { do: 'retry', code: 'no-reply', notBefore: undefined },
  ],
  ['waits on a reply without settings', { roundVerdict: 'none' }, { do: 'retry', code: 'unrecognised' }],
  [
    'is restricted when found as asked twice after its call',
    { roundVerdict: 'as-asked', work: { ...CALLED, agreed: { on: 'as-asked', at: ago(GAP), count: 2 } } },
    ends('restricted'),
  ],
  [
    'is not restricted after a call that was put off, as without a call',
    { roundVerdict: 'as-asked', work: { ...PUT_OFF, agreed: { on: 'as-asked', at: ago(GAP), count: 2 } } },
    asks(GAP),
  ],
  [
    'is restricted without a call when found as asked for ten gaps',
    { roundVerdict: 'as-asked', work: { agreed: { on: 'as-asked', at: ago(10 * GAP), count: 2 } } },
    ends('restricted'),
  ],
  [
    'reads on without a call for less than ten gaps',
    { roundVerdict: 'as-asked', work: { agreed: { on: 'as-asked', at: ago(10 * GAP - 1), count: 9 } } },
    asks(1),
  ],
  [
    'asks a second time when found as asked',
    { roundVerdict: 'as-asked', work: { agreed: { on: 'as-asked', at: NOON, count: 2 } } },
    asks(GAP),
  ],
  [
    'is for the web console where the rest cannot be taken',
    { roundVerdict: 'web-only', work: { agreed: { on: 'web-only', at: ago(GAP), count: 2 } } },
    ends('stuck/only-in-web-ui'),
  ],
  [
    'waits where the key is gone, since it sends no delete to find out',
    { roundVerdict: 'absent', round: UNKNOWN, work: { ...CALLED, ...goneFor(HOUR - 1) } },
    WAIT,
  ],
  [
    'is unproven where the key is gone for an hour',
    { roundVerdict: 'absent', round: UNKNOWN, work: { ...CALLED, ...goneFor(HOUR) } },
    ends('stuck/unproven'),
  ],
  [
    'is already revoked where a list no longer names the key',
    { ...inList, roundVerdict: 'absent', work: { ...goneFor(GAP), controlledSince: ago(GAP) } },
    ends('already-revoked'),
  ],
  [
    'waits where the ledger holds the key’s death, and no list tells',
    { proved: true, roundVerdict: 'absent', round: UNKNOWN, work: goneFor(GAP) },
    WAIT,
  ],
  [
    'does not recognise a key that the siblings do not know either',
    { roundVerdict: 'absent-unseen', round: UNKNOWN, siblingsAsked: true },
    ends('stuck/not-recognised'),
  ],
  [
    'asks the siblings of a key that never answered',
    { roundVerdict: 'absent-unseen', round: UNKNOWN },
    { do: 'ask-siblings' },
  ],
  [
    'does not call for a key that no list has named',
    { self: false, roundVerdict: 'absent-unseen', round: UNKNOWN },
    ends('stuck/not-recognised'),
  ],
  [
    'ends by any answer that settles it',
    { self: false, roundVerdict: 'wider', round: [askedOf(FORECAST)] },
    ends('stuck/permission-missing'),
  ],
  [
    'ends by what the managing key meets',
    { self: false, roundVerdict: 'wider', signer: HELD },
    ends('stuck/credential-refused'),
  ],
  [
    'calls again after three unchanged over 5 s once the call cannot land any more',
    { roundVerdict: 'wider', work: { ...CALLED, lastCallAt: ago(LANDS), unchanged: unchanged(3, 5_000) } },
    CALL,
  ],
  [
    'does not while it can',
    { roundVerdict: 'wider', work: { ...CALLED, lastCallAt: ago(LANDS - 1), unchanged: unchanged(3, 5_000) } },
    asks(GAP),
  ],
  [
    'does not after one when urgent',
    {
      urgent: true,
      roundVerdict: 'wider',
      work: { ...CALLED, lastCallAt: ago(LANDS), unchanged: unchanged(1, 5_000) },
    },
    asks(GAP),
  ],
  ['waits for a verdict after its call', { roundVerdict: 'none', round: SILENT, work: CALLED }, asks(GAP, 'no-reply')],
  [
    'is unproven where accepted calls had no effect',
    {
      roundVerdict: 'wider',
      work: { ...CALLED, calls: 5, acceptedAt: ago(1), lastCallAt: ago(LANDS), unchanged: unchanged(3, 5_000) },
    },
    ends('stuck/unproven'),
  ],
  [
    'has no effect where none was accepted',
    { roundVerdict: 'wider', work: { ...CALLED, calls: 5, lastCallAt: ago(LANDS), unchanged: unchanged(3, 5_000) } },
    ends('stuck/no-effect'),
  ],
];

describe('a delete before its first call', () =>
  it.each(BEFORE_A_DELETE)('%s', (_what, part, expected) => expect(decide(situation(part))).toEqual(expected)));

describe('a delete after a call', () =>
  it.each(AFTER_A_DELETE)('%s', (_what, part, expected) => expect(decide(situation(part))).toEqual(expected)));

describe('a key that was gone, where nobody has a word on it now', () =>
  it.each(NO_WORD)('%s', (_what, part, expected) => expect(decide(situation(part))).toEqual(expected)));

describe('a key that the provider calls revoked in its own words', () => {
  it.each(BY_WORD)('%s', (_what, part, expected) =>
    expect(decide(situation({ roundVerdict: 'absent', round: UNKNOWN, ...part }))).toEqual(expected),
  );

  it('is for an update no more than a key that is gone', () =>
    expect(decide(situation({ kind: 'update', roundVerdict: 'absent', round: UNKNOWN, work: saidFor(GAP) }))).toEqual(
      WAIT,
    ));
});

describe('a doubt', () =>
  it.each(IN_A_DOUBT)('%s', (_what, part, expected) => expect(decide(situation(part))).toEqual(expected)));

describe('a key that is gone', () =>
  it.each(GONE)('%s', (_what, part, expected) =>
    expect(decide(situation({ roundVerdict: 'absent', round: UNKNOWN, ...part }))).toEqual(expected),
  ));

describe('a key that is gone after it flapped', () =>
  it.each(FLAPPED)('%s', (_what, part, expected) =>
    expect(decide(situation({ roundVerdict: 'absent', round: UNKNOWN, ...part }))).toEqual(expected),
  ));

describe('an update', () =>
  it.each(UPDATE)('%s', (_what, part, expected) =>
    expect(decide(situation({ ...part, kind: 'update' }))).toEqual(expected),
  ));

describe('a call’s own answer', () => {
  it.each([
    [
      'settles a rejection',
      answerOf('rejected', { means: { end: 'stuck/permission-missing' } }),
      ends('stuck/permission-missing'),
    ],
    [
      'states a wait',
      answerOf('rejected', { means: { wait: 'rate-limited', notBefore: LATER } }),
      { do: 'retry', code: 'rate-limited', notBefore: LATER },
    ],
    ['leaves a bare rejection to the probes', answerOf('rejected'), undefined],
    ['leaves silence to the probes', answerOf('silent'), undefined],
    ['leaves an acceptance to the probes', answerOf('accepted'), undefined],
    [
      'leaves an unknown key to the probes',
      answerOf('unknown', { means: { end: 'stuck/credential-refused' } }),
      undefined,
    ],
  ])('%s', (_what, answer, expected) => expect(decideOnAnswer(answer, false)).toEqual(expected));

  it('settles no rejection where an earlier call may have killed the key', () => {
    const rejected = answerOf('rejected', { means: { end: 'stuck/permission-missing' } });
    expect(decideOnAnswer(rejected, true)).toBeUndefined();
    const limited = answerOf('rejected', { means: { wait: 'rate-limited', notBefore: LATER } });
    expect(decideOnAnswer(limited, true)).toEqual({ do: 'retry', code: 'rate-limited', notBefore: LATER });
  });
});

describe('whatever the situation', () => {
  const REPLIES = ['accepted', 'refused', 'put-off', 'lost'] as const;
  const meanings = [
    ...STUCK.map((code) => ({ end: `stuck/${code}` }) as const),
    ...RETRY.map((wait) => ({ wait })),
    undefined,
  ];
  const answers = fc
    .record({
      saw: fc.constantFrom(...SAW),
      means: fc.constantFrom(...meanings),
      holds: fc.boolean(),
      as: fc.constantFrom('self' as const, 'managing' as const),
    })
    .map(({ saw, means, holds: blocksCall, as }) =>
      askedOf(answerOf(saw, { ...(means ? { means } : {}), ...(blocksCall ? { blocksCall } : {}) }), as),
    );
  const instants = fc.integer({ min: NOON - 20_000, max: NOON }).map(epochMs);
  const attempts = fc.record({
    calls: fc.integer({ min: 0, max: 8 }),
    notExecuted: fc.integer({ min: 0, max: 2 }),
    callReplies: fc.option(fc.array(fc.constantFrom(...REPLIES), { maxLength: 3 }), { nil: undefined }),
    absentSince: fc.option(fc.oneof(instants, fc.constant(ago(HOUR))), { nil: undefined }),
    revokedByWordSince: fc.option(instants, { nil: undefined }),
    doubt: fc.option(fc.record({ since: fc.oneof(instants, fc.constant(ago(HOUR))), code: fc.constant('10006') }), {
      nil: undefined,
    }),
    silentRounds: fc.integer({ min: 0, max: 3 }),
    lastCallAt: instants,
    readAt: fc.option(instants, { nil: undefined }),
    acceptedAt: fc.option(instants, { nil: undefined }),
    lastAnswer: fc.constantFrom('accepted', 'rejected', 'silent'),
    ifAlive: fc.constantFrom('request-rejected' as const, undefined),
    answered: fc.boolean(),
    unchanged: fc.option(fc.record({ count: fc.integer({ min: 1, max: 4 }), since: instants }), { nil: undefined }),
    agreed: fc.option(
      fc.record({
        on: fc.constantFrom('absent', 'absent-unseen', 'as-asked', 'web-only'),
        at: instants,
        count: fc.integer({ min: 1, max: 14 }),
      }),
      {
        nil: undefined,
      },
    ),
  });
  const situations = fc
    .record({
      kind: fc.constantFrom('delete' as const, 'update' as const),
      self: fc.boolean(),
      urgent: fc.boolean(),
      round: fc.array(answers, { maxLength: 3 }),
      signer: fc.option(
        answers.map(({ answer }) => answer),
        { nil: undefined },
      ),
      roundVerdict: fc.constantFrom<RoundVerdict>(
        'absent',
        'absent-unseen',
        'present',
        'none',
        'as-asked',
        'wider',
        'web-only',
      ),
      provable: fc.boolean(),
      proved: fc.boolean(),
      controlled: fc.boolean(),
      calledNow: fc.boolean(),
      siblingsAsked: fc.boolean(),
      agreedMs: fc.integer({ min: 0, max: 12 * GAP }),
      sightedRounds: fc.integer({ min: 0, max: 10 }),
      work: attempts,
    })
    .filter(
      ({ kind, roundVerdict, work }) =>
        work.notExecuted <= work.calls && (kind === 'update' || !REACHES.includes(roundVerdict)),
    )
    // The rounds with the provider's own word are the latest of the rounds that found the key gone.
    .filter(({ work: { revokedByWordSince: said, agreed } }) => said === undefined || (agreed?.at ?? said + 1) <= said)
    .map((part) => situation(part satisfies Required<Omit<Part, 'now' | 'proofGapMs' | 'landsWithinMs'>>));

  const holds = (rule: (given: Situation, decision: Decision) => boolean): void =>
    fc.assert(
      fc.property(situations, (given) => rule(given, decide(given))),
      { numRuns: 5_000 },
    );

  const isAnsweredAfterLoss = (replies: readonly string[]): boolean =>
    replies.slice(replies.indexOf('lost') + 1).some((reply) => reply === 'accepted' || reply === 'refused');

  const isHeld = (round: Situation['round'], signer: Situation['signer']): boolean =>
    [...round.map(({ answer }) => answer), ...(signer ? [signer] : [])].some((by) => by.blocksCall && endIn(by));

  const effective = ({ progress }: Pick<Situation, 'progress'>): number => progress.calls - progress.notExecuted;
  const isByWord = ({ revokedByWordSince }: AttemptRecord): boolean => revokedByWordSince !== undefined;

  it('comes to every decision that the rules below speak of', () => {
    const drawn = fc.sample(situations, { numRuns: 5_000, seed: 1 }).map(decide);
    const found = new Set(drawn.map((decision) => (decision.do === 'end' ? decision.outcome : decision.do)));
    const expected = ['revoked', 'already-revoked', 'restricted', 'call', 'ask', 'ask-siblings', 'retry'];
    expect(expected.filter((one) => !found.has(one as 'call'))).toEqual([]);
  });

  it('says dead only of a key that is gone, a gap after it was first found so', () =>
    holds(({ roundVerdict, progress, agreedMs }, decision) =>
      decision.do !== 'end' || !['revoked', 'already-revoked'].includes(decision.outcome)
        ? true
        : roundVerdict === 'absent' && agreedMs >= GAP && (progress.agreed?.count ?? 0) >= 2,
    ));

  it('says dead of a key that flapped only after two more absences than sightings, over ten gaps', () =>
    holds(({ progress, agreedMs, sightedRounds }, decision) =>
      decision.do !== 'end' || !['revoked', 'already-revoked'].includes(decision.outcome) || sightedRounds === 0
        ? true
        : agreedMs >= 10 * GAP && (progress.agreed?.count ?? 0) >= sightedRounds + 2,
    ));

  it('says nothing but stuck after an hour of doubt without a verdict', () =>
    holds(({ round, roundVerdict, progress: { doubt }, now }, decision) => {
      const isLong = doubt !== undefined && now - doubt.since >= HOUR;
      const isDoubted = isLong && roundVerdict === 'none' && round.some(({ answer }) => answer.saw === 'doubt');
      return !isDoubted || (decision.do === 'end' && decision.outcome === 'stuck/unproven');
    }));

  it('says revoked only after a call that was accepted, or whose reply was lost', () =>
    holds(
      ({ progress }, decision) =>
        decision.do !== 'end' ||
        decision.outcome !== 'revoked' ||
        ['accepted', 'lost'].includes(basisOf(progress) ?? ''),
    ));

  it('says already revoked only after a call of a delete or by the ledger, and of an update only by a managing key’s list', () =>
    holds(({ kind, progress, proved, controlled }, decision) =>
      decision.do !== 'end' || decision.outcome !== 'already-revoked'
        ? true
        : kind === 'delete'
          ? proved || basisOf(progress) !== undefined || isByWord(progress)
          : controlled,
    ));

  it('calls first for an update only a gap after the first reading', () =>
    holds(({ kind, progress, now }, decision) =>
      decision.do !== 'call' || kind !== 'update' || progress.calls > 0 ? true : now - (progress.readAt ?? now) >= GAP,
    ));

  it('says dead without a word but the key’s own only after an hour', () =>
    holds(({ progress, proved, controlled, now }, decision) =>
      decision.do !== 'end' || !['revoked', 'already-revoked'].includes(decision.outcome)
        ? true
        : proved ||
          controlled ||
          basisOf(progress) === 'accepted' ||
          isByWord(progress) ||
          now - (progress.absentSince ?? now) >= HOUR,
    ));

  it('says restricted only of a key that is as asked, a gap after it was first found so', () =>
    holds(({ kind, roundVerdict, progress, agreedMs, sightedRounds }, decision) =>
      decision.do !== 'end' || decision.outcome !== 'restricted'
        ? true
        : kind === 'update' &&
          roundVerdict === 'as-asked' &&
          agreedMs >= (sightedRounds === 0 && effective({ progress }) > 0 ? GAP : 10 * GAP) &&
          (progress.agreed?.count ?? 0) >= (effective({ progress }) > 0 ? sightedRounds : 0) + 2,
    ));

  it('calls for an update only on a key that is wider than asked', () =>
    holds(
      ({ kind, roundVerdict }, decision) => decision.do !== 'call' || kind !== 'update' || roundVerdict === 'wider',
    ));

  it('never repeats an update while the earlier call may land, or before three unchanged probes over 5 s', () =>
    holds(({ kind, progress, now }, decision) => {
      if (decision.do !== 'call' || kind !== 'update' || progress.calls === 0) return true;
      const { count = 0, since = now } = progress.unchanged ?? {};
      return now - (progress.lastCallAt ?? now) >= LANDS && count >= 3 && now - since >= 5_000;
    }));

  it('calls for no update beside a silence or a refusal', () =>
    holds(({ kind, round, signer, progress }, decision) => {
      if (decision.do !== 'call' || kind !== 'update') return true;
      const all = [...round.map(({ answer }) => answer), ...(signer ? [signer] : [])].filter(({ means }) => means);
      return all.every((by) => progress.calls > 0 && waitIn(by) !== undefined);
    }));

  it('never calls on silence for a delete that is not urgent', () =>
    holds(({ kind, urgent, round, roundVerdict }, decision) =>
      decision.do !== 'call' || kind !== 'delete' || urgent || roundVerdict !== 'none'
        ? true
        : !round.some(({ answer }) => waitIn(answer)),
    ));

  it('calls for a key that is gone once in each delivery, and for none that is told to be dead', () =>
    holds(({ kind, roundVerdict, calledNow, proved, progress, controlled }, decision) =>
      decision.do !== 'call' || roundVerdict !== 'absent'
        ? true
        : !proved &&
          basisOf(progress) !== 'accepted' &&
          (kind === 'update' || !isByWord(progress)) &&
          (!calledNow || basisOf(progress) === undefined || (controlled && basisOf(progress) === 'lost')),
    ));

  it('never makes more than five calls that count for a key that shows', () =>
    holds(
      (given, decision) => decision.do !== 'call' || given.roundVerdict === 'absent' || effective(given) < MOST_CALLS,
    ));

  it('calls again in one delivery only for a key that shows, or once after a lost reply beside a managing key', () =>
    holds(
      ({ calledNow, roundVerdict, controlled, progress }, decision) =>
        decision.do !== 'call' ||
        !calledNow ||
        ['present', 'wider'].includes(roundVerdict) ||
        (controlled && roundVerdict === 'absent' && basisOf(progress) === 'lost'),
    ));

  it('says gone by a lost reply and a managing key only after an answered call, unless a check holds it back or an hour is over', () =>
    holds(({ self, controlled, proved, progress, round, signer, now }, decision) =>
      decision.do !== 'end' || decision.outcome !== 'revoked' || !controlled || self || proved || isHeld(round, signer)
        ? true
        : basisOf(progress) === 'accepted' ||
          isByWord(progress) ||
          now >= after(progress.absentSince ?? now, HOUR) ||
          basisOf(progress) !== 'lost' ||
          isAnsweredAfterLoss(progress.callReplies ?? []),
    ));

  it('repeats a delete only for a key that shows, or that may only seem to be gone', () =>
    holds(
      (given, decision) =>
        decision.do !== 'call' || effective(given) <= 0 || ['present', 'wider', 'absent'].includes(given.roundVerdict),
    ));

  it('never calls past a check of the signer’s that the call would meet', () =>
    holds(({ kind, self, signer, round }, decision) => {
      if (decision.do !== 'call' || kind !== 'delete') return true;
      const toSigner = round.filter(({ question }) => self || question.as === 'managing').map(({ answer }) => answer);
      return ![...(signer ? [signer] : []), ...toSigner].some((by) => by.blocksCall && endIn(by));
    }));

  it('never asks again in the past', () => holds(({ now }, decision) => decision.do !== 'ask' || decision.at >= now));
});
