import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import { emptyCase } from '../../../../functions/core/ledger/lease.ts';
import { faultsIn, SCHEMA, salvaged } from '../../../../functions/core/ledger/read-item.ts';
import { NOON } from '../rounds.ts';

type Fields = Readonly<Record<string, unknown>>;

const MARKS = { rev: 3, nonce: 'n' };
const KEY = { arn: 'arn', secretId: 's', versionId: 'v', environment: 'prod', keyId: 'K' };
const PIN = {
  ...{ signer: KEY, self: true, keyId: 'K', environment: 'prod', realm: 'prod' },
  ...{ keyName: 'kalshi/prod/K', signerName: 'kalshi/prod/K' },
};
const ENDED = { outcome: 'revoked', why: 'so', at: 9, evidence: [{ asked: 'x' }] };
const RECEIPT = { receiptId: 'R#4', attempt: 4, outcome: 'stuck', code: 'limit', message: 'said', evidence: [{}] };
const ASKED = { provider: 'kalshi', operation: 'delete-key', secretId: 's', target: 'self' };
const REQUEST = {
  ...{ ...MARKS, requestId: 'R', planOnly: false, digest: 'd', attempt: 2, provider: 'kalshi', request: ASKED },
  ...{ sender: 'me', dueAt: 5, receivedAt: 6, published: false, interim: { count: 1, at: 7 }, at: 8 },
  state: 'open-request',
};
const R = { pk: 'request#R', sk: 'request' };
const CASE = {
  ...{ ...MARKS, ...emptyCase({ provider: 'kalshi', realm: 'prod', keyId: 'K' }, NOON), state: 'open-case' },
  ...{ sightings: { q: 1 }, facts: { K: { f: 'x' } }, lease: { holder: 'h', until: 4 }, leftOpenBy: 'R#1' },
  attempts: { 'R#1': { ...NEW_ATTEMPT, calls: 2, callReplies: ['lost', 'accepted'], absentSince: 3 } },
};
const K = { pk: 'case#kalshi/prod/K', sk: 'case' };
const PROVED = { at: 2, deadAt: 1, endedBy: 'R#1' };

const WINDOW = {
  ...{ as: 'gone', owners: ['R#1', 'S#1'], urgent: true, startedAt: 1, windowMs: 2, source: 'documented', nextAt: 3 },
  ...{ absences: 4, connections: 5, addresses: ['192.0.2.1'], triedKey: true, evidence: [{}], notAsked: ['q'] },
};
const FINDING = { outcome: 'confirmed', why: '', at: 4, number: 1 };

const SWEPT = { ...MARKS, expiresAt: '2026', version: 'v1', firstSeenAt: 5, refused: 'R' };

/** Whole items of every kind. */
const WHOLE: readonly (readonly [what: string, key: { pk: string; sk: string }, item: Fields])[] = [
  ['a request', R, REQUEST],
  [
    'a request with everything',
    R,
    { ...REQUEST, pin: PIN, former: { ...PIN, target: KEY }, ended: ENDED, receipt: RECEIPT },
  ],
  ['a message that was not a valid request', R, { ...REQUEST, request: undefined, provider: undefined, stub: '{}' }],
  ['a case', K, CASE],
  ['a proved case', K, { ...CASE, proved: PROVED, lease: undefined, leftOpenBy: undefined, findings: 2 }],
  [
    'a case with findings',
    K,
    { ...CASE, settling: { ...WINDOW, held: [60] }, found: { 'R#1': { outcome: 'confirmed', at: 4, held: [60, 0] } } },
  ],
  [
    'a case whose note of readings is wrong, since nothing rests on it',
    K,
    { ...CASE, settling: { ...WINDOW, held: 7 } },
  ],
  ['whose key it is', { pk: 'pin#arn', sk: 'v1' }, { ...MARKS, keyId: 'K', questionIds: ['q'] }],
  ['a signer', { pk: 'signer#a', sk: 'case#b' }, { ...MARKS, needed: false }],
  ['a host', { pk: 'host#h', sk: 'host' }, { ...MARKS, silences: 0, code: 'no-reply', until: 0 }],
  [
    'a host with a ban',
    { pk: 'host#h', sk: 'host' },
    { ...MARKS, silences: 3, code: 'rate-limited', until: 9, bans: { A: 9 }, tries: [{ by: 'B', at: 1 }] },
  ],
  ['a swept secret', { pk: 'sweep#arn', sk: 'sweep' }, { ...SWEPT, sent: { requestId: 'R', attempt: 1, at: 2 } }],
  ['the control keys', { pk: 'sweep#controls', sk: 'kalshi' }, { ...MARKS, arns: ['arn'] }],
  [
    'a control key',
    { pk: 'control-key#arn', sk: 'control-key' },
    { ...MARKS, keyName: 'kalshi/prod/K', acceptedAt: 1, refusedSince: 2 },
  ],
  ['how far a sweep came', { pk: 'sweep#progress', sk: 'sweep' }, { ...MARKS, next: 'p', at: 1 }],
  ['a daily pass', { pk: 'sweep#look-after', sk: 'sweep' }, { ...MARKS, startedAt: 1, startedBy: 'x', completedAt: 1 }],
  ['a raised limit', { pk: 'limit#kalshi', sk: 'override' }, { ...MARKS, urgent: 5, until: 9 }],
  ['a counter of calls', { pk: 'limit#kalshi#urgent', sk: '7' }, { count: 1, expiresAt: 9 }],
  ['a counter of exchanges', { pk: 'rate#k', sk: '7' }, { count: 1 }],
  ['a pause', { pk: 'control', sk: 'pause' }, { ...MARKS, pausedAt: 5, by: 'me', reason: 'so' }],
  ['a pause that is over', { pk: 'control', sk: 'pause' }, { ...MARKS, by: 'me', reason: 'so' }],
  [
    'a forgotten request',
    { pk: 'forgotten#R', sk: 'forgotten' },
    { ...MARKS, requestId: 'R', attempt: 1, at: 1, by: 'a', reason: 'b' },
  ],
  ['the messages with an id', { pk: 'asked#R', sk: 'asked' }, { ...MARKS, messageIds: ['M'], dropped: 0 }],
  [
    'an announced redrive',
    { pk: 'redrive#R', sk: 'redrive' },
    { ...MARKS, requestId: 'R', attempt: 2, at: 1, by: 'a' },
  ],
  ['a copy in the quarantine', { pk: 'quarantine#case#K', sk: 'case#1' }, { ...MARKS, item: 7 }],
  ['a copy of a counter in the quarantine', { pk: 'quarantine#rate#k', sk: '7#1' }, { ...MARKS, item: 7 }],
  ['what only a later release knows', { pk: 'later#k', sk: 'override' }, { ...MARKS, until: 'x' }],
];

describe('an item that is whole', () => {
  it.each(WHOLE)('has no faults: %s', (_what, key, item) => expect(faultsIn(key, item)).toEqual([]));

  it.each(WHOLE)('has none where a later release has added to it: %s', (_what, key, item) => {
    expect(faultsIn(key, { ...item, schema: SCHEMA + 7, confirm: { at: 'x' }, list: [null] })).toEqual([]);
  });
});

it('keeps what a later release has added to an item that cannot be read', () =>
  expect(salvaged<Fields>(K, { ...CASE, sightings: 7, schema: 9, confirm: { at: 'x' } }, NOON)).toMatchObject({
    ...{ sightings: {}, schema: 9, confirm: { at: 'x' } },
  }));

/** No instant of the items themselves. */
const FOUND = after(NOON, 7);

/** What is made of an item with these fields in place of its own; `undefined` takes one away. */
const made = (key: { pk: string; sk: string }, item: Fields, fields: Fields) => {
  const stored = Object.fromEntries(Object.entries({ ...item, ...fields }).filter(([, value]) => value !== undefined));
  const known = salvaged<Fields>(key, stored, FOUND);
  expect(known).toMatchObject({ salvagedAt: FOUND });
  return { faults: faultsIn(key, stored), known };
};

describe('of a request that cannot be read', () => {
  it.each<[string, Fields, readonly string[], Fields]>([
    [
      'its id and its kind are those of its key',
      { requestId: 1, planOnly: 2 },
      ['requestId', 'planOnly'],
      { requestId: 'R', planOnly: false },
    ],
    ['it may be about no key', { onlyKey: 7 }, ['onlyKey'], { onlyKey: '' }],
    ['the digest is empty', { digest: 7 }, ['digest'], { digest: '' }],
    ['its sender has no name', { sender: 7 }, ['sender'], { sender: '' }],
    ['the attempt is none', { attempt: 'x' }, ['attempt'], { attempt: 0 }],
    ['the provider is that of the request', { provider: undefined }, ['provider'], { provider: 'kalshi' }],
    [
      'the request is lost as a whole',
      { request: { ...ASKED, secretId: 7 } },
      ['request.secretId'],
      { request: undefined },
    ],
    [
      'the pin is lost as a whole',
      { pin: { ...PIN, signer: { ...KEY, arn: 7 } } },
      ['pin.signer.arn'],
      { pin: undefined },
    ],
    [
      'a refusal is lost as a whole',
      { refused: { wouldEnd: 'stuck/no-access', since: 1, at: 2, until: 'x' } },
      ['refused.until'],
      { refused: undefined },
    ],
    [
      'the receipt is lost as a whole, and with it the end that it reports',
      { receipt: { ...RECEIPT, message: 7 } },
      ['receipt.message', 'ended'],
      { receipt: undefined, ended: undefined },
    ],
    [
      'the end is the one that its receipt reports',
      { receipt: RECEIPT },
      ['ended'],
      { receipt: RECEIPT, ended: { outcome: 'stuck/limit', why: 'said', at: 8, evidence: [{}] }, state: undefined },
    ],
    ['the first delivery is the last change', { receivedAt: 'x' }, ['receivedAt'], { receivedAt: 8 }],
    ['the order is older than every version', { dueAt: 'x' }, ['dueAt'], { dueAt: 0 }],
    ['the last change is the first delivery', { at: 'x' }, ['at'], { at: 6 }],
    [
      'the last change and the first delivery are the order',
      { at: 'x', receivedAt: 'x' },
      ['receivedAt', 'at'],
      { at: 5, receivedAt: 5 },
    ],
    ['interim receipts are counted again', { interim: { count: 'x' } }, ['interim.count'], { interim: { count: 0 } }],
    ['the receipt goes out again', { published: 'x' }, ['published'], { published: false }],
    ['the revision is none', { rev: 'x', nonce: 7 }, ['rev', 'nonce'], { rev: 0, nonce: '' }],
  ])('%s', (_what, fields, faults, expected) => {
    const { known, faults: found } = made(R, REQUEST, fields);
    expect(found).toEqual(faults);
    expect(known).toEqual({ ...REQUEST, salvagedAt: FOUND, ...expected });
  });

  it('a plan is told by its key', () =>
    expect(made({ ...R, pk: 'request#R#plan' }, REQUEST, { planOnly: 7 }).known).toMatchObject({
      requestId: 'R',
      planOnly: true,
    }));

  it('everything has a place where nothing is left', () => {
    const { known } = made(R, {}, {});
    expect(known).toMatchObject({
      requestId: 'R',
      attempt: 0,
      digest: '',
      receivedAt: FOUND,
      at: FOUND,
      dueAt: 0,
      rev: 0,
    });
    expect(known).toMatchObject({ state: 'open-request', published: false });
  });

  it.each<[string, Fields, Fields]>([
    [
      'is read from the receipt',
      { ended: 7, receipt: RECEIPT, attempt: 'x' },
      {
        ended: { outcome: 'stuck/limit', why: 'said', at: 8, evidence: [{}] },
        attempt: 4,
        state: undefined,
        receipt: RECEIPT,
      },
    ],
    [
      'is read from a receipt without a code',
      { receipt: { ...RECEIPT, outcome: 'revoked', code: null } },
      { ended: { outcome: 'revoked' }, state: undefined },
    ],
    [
      'stays without its receipt',
      { ended: ENDED, receipt: 'x' },
      { ended: ENDED, receipt: undefined, state: 'open-request' },
    ],
    [
      'is not told again where it was published',
      { ended: 7, receipt: 7, published: true },
      {
        ended: {
          ...{ outcome: 'stuck/unproven', why: 'The ledger’s record of this end cannot be read' },
          ...{ at: 8, evidence: [] },
        },
        state: undefined,
      },
    ],
    ['is found again where it was not', { ended: { ...ENDED, at: 'x' } }, { ended: undefined, state: 'open-request' }],
  ])('the end %s', (_what, fields, expected) => {
    const { ended, receipt, state, attempt } = made(R, REQUEST, fields).known;
    expect({ ended, receipt, state, attempt }).toMatchObject(expected);
  });
});

describe('of a case that cannot be read', () => {
  const attemptOf = (fields: Fields) =>
    (made(K, CASE, { attempts: { 'R#1': { ...CASE.attempts['R#1'], ...fields } } }).known['attempts'] as Fields)['R#1'];

  it.each<[string, Fields, readonly string[], Fields]>([
    [
      'its key is that of the item',
      { provider: 1, realm: 2, keyId: 3 },
      ['provider', 'realm', 'keyId'],
      { provider: 'kalshi', realm: 'prod', keyId: 'K' },
    ],
    [
      'what was found is lost by its end',
      {
        found: {
          'R#1': { outcome: 'confirmed', at: 4, held: [1] },
          'S#1': { outcome: 'confirmed', at: 'x', held: [] },
        },
      },
      ['found.S#1.at'],
      { found: { 'R#1': { outcome: 'confirmed', at: 4, held: [1] } } },
    ],
    ['a sighting is lost by itself', { sightings: { q: 1, r: 'x' } }, ['sightings.r'], { sightings: { q: 1 } }],
    [
      'facts are lost one by one',
      { facts: { K: { f: 'x', g: 7 }, L: 1 } },
      ['facts.K.g', 'facts.L'],
      { facts: { K: { f: 'x' } } },
    ],
    [
      'the lease binds for the longest delivery',
      { lease: { holder: 'h' } },
      ['lease.until'],
      { lease: { holder: 'unreadable', until: after(FOUND, 25_000) } },
    ],
    [
      'how many windows were broken is lost as a whole',
      { broken: { windows: 1, full: 'x' } },
      ['broken.full'],
      { broken: undefined },
    ],
    ['the proof is lost as a whole', { proved: { ...PROVED, deadAt: 'x' } }, ['proved.deadAt'], { proved: undefined }],
    [
      'an attempt that is none is lost',
      { attempts: { ...CASE.attempts, 'S#1': 7 } },
      ['attempts.S#1'],
      { attempts: CASE.attempts },
    ],
    ['the last change is now', { at: 'x' }, ['at'], { at: FOUND }],
  ])('%s', (_what, fields, faults, expected) => {
    const { known, faults: found } = made(K, CASE, fields);
    expect(found).toEqual(faults);
    expect(known).toEqual({ ...CASE, salvagedAt: FOUND, ...expected });
  });

  it('an identifier may have slashes', () =>
    expect(made({ ...K, pk: 'case#bybit/mainnet/A/B' }, CASE, { keyId: 7 }).known).toMatchObject({ keyId: 'A/B' }));

  it.each<[string, Fields, string]>([
    ['its own', { at: 'x', state: 'forgotten-case' }, 'forgotten-case'],
    [
      'its own, where what it rests on is there',
      { at: 'x', state: 'proved-case', proved: PROVED, settling: WINDOW },
      'proved-case',
    ],
    ['settling, by its window', { state: 7, settling: WINDOW, proved: PROVED }, 'settling-case'],
    [
      'proved, where its window has got its finding',
      { state: 7, settling: { ...WINDOW, finding: FINDING }, proved: PROVED },
      'proved-case',
    ],
    ['proved, by its proof', { state: 7, proved: PROVED }, 'proved-case'],
    [
      'restricted, by its end',
      { state: 7, restrictedBy: 'R#1', leftOpenBy: undefined, attempts: {} },
      'restricted-case',
    ],
    [
      'idle, where the end that restricted it is lost',
      { state: 'restricted-case', restrictedBy: 7, leftOpenBy: undefined, attempts: {} },
      'idle-case',
    ],
    ['proved, where it was restricted before', { state: 7, proved: PROVED, restrictedBy: 'R#1' }, 'proved-case'],
    ['open, where it was restricted before', { state: 7, restrictedBy: 'R#1' }, 'open-case'],
    ['open, by the end that left it open', { state: 'proved-case', proved: 7, attempts: {} }, 'open-case'],
    ['open, by an attempt', { state: 7, leftOpenBy: undefined }, 'open-case'],
    ['idle, where nothing is at work', { state: 7, leftOpenBy: undefined, attempts: {} }, 'idle-case'],
  ])('the state is %s', (_what, fields, state) => expect(made(K, CASE, fields).known).toMatchObject({ state }));

  it.each<[string, Fields, readonly string[], string]>([
    ['each of its owners', { settling: { ...WINDOW, nextAt: 'x' }, proved: PROVED }, ['R#1', 'S#1'], 'gone'],
    ['the owner of the proof', { settling: 7, proved: { ...PROVED, endedBy: 'T#1' } }, ['T#1'], 'gone'],
    [
      'the end that restricted it',
      { settling: 7, leftOpenBy: undefined, attempts: {}, restrictedBy: 'U#1' },
      ['U#1'],
      'gone',
    ],
    ['the end that left it open', { settling: { ...WINDOW, as: 'restricted', owners: 7 } }, ['R#1'], 'restricted'],
    ['nobody, where no end is known', { settling: 7, leftOpenBy: undefined }, [], 'gone'],
    [
      'its owners where only its finding cannot be read',
      { settling: { ...WINDOW, finding: { ...FINDING, number: 'x' } } },
      ['R#1', 'S#1'],
      'gone',
    ],
  ])('a window is ended, and reported to %s', (_what, fields, owners, as) => {
    const { known } = made(K, { ...CASE, state: 'settling-case', findings: 2 }, fields);
    expect(known).toMatchObject({ findings: 3 });
    expect(known['settling']).toEqual({
      ...{ as, owners, urgent: false, startedAt: FOUND, windowMs: 0, source: 'assumed', nextAt: FOUND },
      ...{ absences: 0, connections: 0, addresses: [], triedKey: false, evidence: [], notAsked: [] },
      finding: {
        ...{ outcome: 'unconfirmed/no-answer', at: FOUND, number: 3 },
        why: 'The ledger’s record of the readings could not be read',
      },
    });
    const rests = fields['restrictedBy'] ? 'restricted-case' : 'open-case';
    expect(known['state']).toBe(fields['proved'] ? 'proved-case' : rests);
    expect(faultsIn(K, known)).toEqual([]);
  });

  it('a window that can be read continues', () => {
    const { known } = made(K, { ...CASE, state: 7, settling: WINDOW, proved: PROVED }, {});
    expect(known).toMatchObject({ settling: WINDOW, state: 'settling-case' });
  });

  it('rounds that showed the key ask for as much as they ever do', () => {
    expect(made(K, CASE, { sightedRounds: 'x' }).known).toMatchObject({ sightedRounds: 10 });
    expect(attemptOf({ sightedRounds: 'x' })).toMatchObject({ sightedRounds: 10 });
  });

  it.each<[string, Fields, Fields]>([
    ['how often it showed the key unchanged', { unchanged: { count: 1, since: 'x' } }, { unchanged: undefined }],
    ['what its rounds agree on', { agreed: { on: 'absent', at: 'x' } }, { agreed: undefined }],
    ['its doubt', { doubt: { since: 'x', code: '1' } }, { doubt: undefined }],
    ['the key’s state', { keyState: 7 }, { keyState: 'unknown' }],
    ['its evidence', { evidence: 7 }, { evidence: [] }],
  ])('an attempt loses only %s', (_what, fields, expected) => {
    const { absentSince: _, ...rest } = CASE.attempts['R#1'];
    expect(attemptOf(fields)).toEqual({ ...rest, ...expected });
  });

  it('a proof is counted again from an attempt that cannot be read whole, and its calls stay', () => {
    const counted = {
      ...{ unchanged: { count: 1, since: 1 }, agreed: { on: 'absent', at: 1 } },
      ...{ absentSince: 1, absentAt: 1, controlledSince: 1, answered: true },
    };
    expect(attemptOf({ ...counted, silentRounds: 'x' })).toEqual({
      ...NEW_ATTEMPT,
      calls: 2,
      callReplies: ['lost', 'accepted'],
    });
    expect(attemptOf(counted)).toMatchObject(counted);
  });

  it.each<[string, Fields, number]>([
    ['by its replies', { calls: 'x' }, 2],
    ['by the instant of a call', { calls: 'x', callReplies: undefined, lastCallAt: 5 }, 1],
    ['by an accepted call', { calls: 'x', callReplies: ['lost', 7], acceptedAt: 5 }, 1],
    ['by its own count', { calls: 5, answered: 'x' }, 5],
    ['none', { calls: 'x', callReplies: undefined }, 0],
  ])('calls are counted %s', (_what, fields, calls) => expect(attemptOf(fields)).toMatchObject({ calls }));
});

describe('of another item that cannot be read', () => {
  it.each<[string, string, string, Fields, Fields]>([
    [
      'the provider is asked again whose key it is',
      'pin#arn',
      'v1',
      { keyId: 7, questionIds: 'q' },
      { keyId: '', questionIds: [] },
    ],
    ['a signer is needed', 'signer#a', 'case#b', { needed: 'no' }, { needed: true }],
    [
      'a host may be asked, and is written again',
      'host#h',
      'host',
      { silences: 'x', code: 1, until: 'x', bans: { A: 'x', B: 9 }, tries: 7 },
      { silences: 1, code: 'no-reply', until: 0, bans: { B: 9 } },
    ],
    [
      'a try of a ban is lost as a whole',
      'host#h',
      'host',
      { silences: 1, code: 'ban', until: 9, tries: [{ by: 'B', at: 'x' }, { at: 1 }, { by: 'C', at: 2 }] },
      { silences: 1, tries: [{ by: 'C', at: 2 }] },
    ],
    [
      'a date orders nothing without its version',
      'sweep#arn',
      'sweep',
      { ...SWEPT, version: 7 },
      { expiresAt: '2026', version: '', firstSeenAt: 0, refused: 'R' },
    ],
    [
      'nor without its instant',
      'sweep#arn',
      'sweep',
      { ...SWEPT, firstSeenAt: 'x' },
      { expiresAt: '2026', version: '', firstSeenAt: 0 },
    ],
    [
      'nor without itself',
      'sweep#arn',
      'sweep',
      { ...SWEPT, expiresAt: 7 },
      { expiresAt: '', version: '', firstSeenAt: 0 },
    ],
    [
      'an order may be sent again',
      'sweep#arn',
      'sweep',
      { ...SWEPT, sent: { requestId: 'R' } },
      { sent: undefined, version: 'v1', firstSeenAt: 5 },
    ],
    ['no control key is known', 'sweep#controls', 'kalshi', { arns: 'arn' }, { arns: [] }],
    [
      'a control key was never answered',
      'control-key#arn',
      'control-key',
      { keyName: 7, acceptedAt: 'x', refusedSince: {} },
      { keyName: '', acceptedAt: undefined, refusedSince: undefined },
    ],
    ['a sweep begins with the first page', 'sweep#progress', 'sweep', { next: 7, at: 'x' }, { next: undefined, at: 0 }],
    [
      'the day’s pass is due',
      'sweep#look-after',
      'sweep',
      { startedAt: 'x', startedBy: 7, completedAt: 'x' },
      { startedAt: 0, startedBy: '', completedAt: undefined },
    ],
    ['a limit is not raised', 'limit#kalshi', 'override', { urgent: 'x', until: 'x' }, { urgent: undefined, until: 0 }],
    [
      'a pause is one since it was found',
      'control',
      'pause',
      { pausedAt: 'x', by: 1, reason: 2 },
      { pausedAt: FOUND, by: '', reason: '' },
    ],
    ['a pause that is over stays so', 'control', 'pause', { by: 1, reason: 'so' }, { pausedAt: undefined }],
    ['a pause keeps its instant', 'control', 'pause', { pausedAt: 5, by: 1, reason: 'so' }, { pausedAt: 5 }],
    [
      'nothing is forgotten',
      'forgotten#R',
      'forgotten',
      { requestId: 1, attempt: 'x' },
      { requestId: 'R', attempt: 0, at: 0, by: '', reason: '' },
    ],
    ['no message is named', 'asked#R', 'asked', { messageIds: 1, dropped: 'x' }, { messageIds: [], dropped: 0 }],
    [
      'nothing is announced',
      'redrive#R',
      'redrive',
      { requestId: 1, attempt: 'x' },
      { requestId: 'R', attempt: 0, at: 0, by: '' },
    ],
    ['a counter is shown as none', 'limit#kalshi#urgent', '7', { count: 'x' }, { count: 0 }],
  ])('%s', (_what, pk, sk, fields, expected) => {
    const { known, faults } = made({ pk, sk }, MARKS, fields);
    expect(faults.length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(expected)) expect(known[name]).toEqual(value);
  });

  it('nothing is made of one of no kind', () => {
    const stored = { what: 1 };
    expect(salvaged({ pk: 'quarantine#x', sk: 's' }, stored, FOUND)).toBe(stored);
  });
});
