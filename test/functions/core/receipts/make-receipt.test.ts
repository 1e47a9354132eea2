import { describe, expect, it } from 'vitest';
import { after, type EpochMs, toIso } from '../../../../functions/core/epoch.ts';
import {
  type AttemptRecord,
  NEW_ATTEMPT,
  type SettleFinding,
  type Settling,
} from '../../../../functions/core/ledger/case-item.ts';
import type { Ended, Pin, RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import {
  finalReceipt,
  findingReceipt,
  interimReceipt,
  owesInterim,
  settledReceipt,
  shortened,
} from '../../../../functions/core/receipts/make-receipt.ts';
import { waiting } from '../../../../functions/core/receipts/sentences.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';
import { NOON } from '../rounds.ts';

const SIGNER = {
  arn: 'arn:s',
  secretId: 'key-revoker/s',
  versionId: 'v1',
  environment: 'mainnet',
  keyId: 'MASTERexample00001',
};
const PIN: Pin = {
  signer: SIGNER,
  self: false,
  keyId: 'SUBKEYexample00001',
  environment: 'mainnet',
  realm: 'mainnet',
  keyName: 'k',
  signerName: 's',
};
const ITEM = {
  requestId: 'R',
  attempt: 2,
  planOnly: false,
  provider: 'bybit',
  request: {
    provider: 'bybit',
    operation: 'delete-sub-key',
    target: { apiKey: 'SUBKEYexample00001', subMemberId: '7' },
    reason: 'leaked',
    requestedBy: 'jane',
    reference: 'INC-1',
  },
  sender: 'AROA',
  dueAt: NOON,
  receivedAt: after(NOON, 10),
  pin: PIN,
  interim: { count: 0, at: undefined },
  at: NOON,
} as unknown as RequestItem;

const line = (code: string) =>
  ({ at: '', step: 'probe', asked: 'q', as: 'self', host: 'h', saw: 'alive', code }) as const;
const at = (ms: number): EpochMs => after(NOON, ms);
const agreed = (connections: number) =>
  ({ on: 'absent', at: at(45), count: 5, connections, addresses: ['a'] }) as const;
const WORK: AttemptRecord = {
  ...NEW_ATTEMPT,
  calls: 3,
  calledAt: at(20),
  acceptedAt: at(30),
  deadAt: at(40),
  provedAt: at(50),
  keyState: 'dead',
  evidence: [line('1')],
};
const URGENT = { urgent: true, countedFrom: NOON };
const MAKING = { providers: PROVIDERS, digest: (text: string) => `digest of ${text}` };
const ended = (outcome: Ended['outcome'], why = ''): Ended => ({ outcome, why, at: NOON, evidence: [line('2')] });
const receiptOf = (
  item: Partial<RequestItem> = {},
  progress: Partial<AttemptRecord> | undefined = WORK,
  end = ended('revoked'),
) => finalReceipt(MAKING, { ...ITEM, ...item }, progress && { ...NEW_ATTEMPT, ...progress }, end);

it('says all that the contract has', () =>
  expect(receiptOf()).toEqual({
    version: 2,
    receiptId: 'R#2',
    requestId: 'R',
    attempt: 2,
    final: true,
    dryRun: false,
    provider: 'bybit',
    operation: 'delete-sub-key',
    environment: 'mainnet',
    outcome: 'revoked',
    code: null,
    keyState: 'gone',
    message:
      'The key is gone: two probes after our delete, some seconds apart, did not find it. Confirmation follows by 2026-11-21T12:10:00.000Z',
    request: { reason: 'leaked', requestedBy: 'jane', sender: 'AROA', reference: 'INC-1' },
    signer: { as: 'managing', id: 'MAST…0001', secretId: 'key-revoker/s', secretVersion: 'v1' },
    key: { id: 'SUBK…0001', digest: 'sha256:digest of SUBKEYexample00001', subMemberId: '7' },
    change: null,
    proof: {
      revision: 1,
      basis: 'accepted',
      control: 'none',
      tried: 'list',
      absences: 0,
      sightings: 0,
      connections: 0,
      addresses: [],
      lastSightingAt: null,
      bound: null,
      notAsked: [],
      firstAbsenceAt: '2026-11-21T12:00:00.040Z',
      spanMs: 10,
      settle: { windowMs: 600_000, source: 'assumed', endsAt: '2026-11-21T12:10:00.000Z' },
    },
    calls: 3,
    evidence: [line('1'), line('2')],
    times: {
      dueAt: '2026-11-21T12:00:00.000Z',
      receivedAt: '2026-11-21T12:00:00.010Z',
      calledAt: '2026-11-21T12:00:00.020Z',
      acceptedAt: '2026-11-21T12:00:00.030Z',
      goneAt: '2026-11-21T12:00:00.040Z',
    },
    timeToRevokeMs: 40,
    confirms: null,
    exposedMs: null,
  }));

it.each<[what: string, item: Partial<RequestItem>, id: string | undefined]>([
  ['another one', { requestId: 'M', askedId: 'mine' }, 'mine'],
  ['the same one', { requestId: 'M', askedId: 'M' }, undefined],
  ['none', { requestId: 'M' }, undefined],
])('names the id that the sender gave beside that of the message, if it is %s', (_what, item, id) => {
  const receipt = receiptOf(item);
  expect(receipt.request.id).toBe(id);
  expect(receipt).toMatchObject({ requestId: 'M', receiptId: 'M#2' });
  expect('id' in receipt.request).toBe(id !== undefined);
});

it.each([
  ['self', 'probe', 'unknown', 'key'],
  ['self', 'probe', 'revoked', 'key'],
  ['self', 'probe', 'unusable', 'key'],
  ['self', 'probe', 'doubt', 'list'],
  ['self', 'call', 'unknown', 'list'],
  ['managing', 'probe', 'unlisted', 'list'],
] as const)('says of a %s %s that saw %s that it tried the %s', (as, step, saw, expected) => {
  const evidence = [{ ...line('1'), as, step, saw }];
  expect(receiptOf({}, { ...WORK, evidence }).proof?.tried).toBe(expected);
});

it('says of a key that one of several exchanges tried that it was tried', () => {
  const evidence = [{ ...line('1'), saw: 'unknown' }, line('2')] as const;
  expect(receiptOf({}, { ...WORK, evidence }).proof?.tried).toBe('key');
});

describe('what a proof says', () => {
  const SEEN = { ...line('1'), at: '2026-11-21T12:00:00.005Z' };

  it.each<[string, Partial<AttemptRecord>, object]>([
    ['when the key was seen last, by any request', { lastSightedAt: at(7) }, { lastSightingAt: toIso(at(7)) }],
    ['when its own exchanges saw it last', { evidence: [SEEN] }, { lastSightingAt: SEEN.at }],
    ['the latest of both', { lastSightedAt: at(7), evidence: [SEEN] }, { lastSightingAt: toIso(at(7)) }],
    ['that no call was needed', { calls: 0, acceptedAt: undefined }, { basis: null }],
    ['that no other key was accepted', { controlledBy: 'key' }, { control: 'none' }],
    ['that the managing key was accepted', { controlledSince: at(1) }, { control: 'signer' }],
    ['that a control key was accepted', { controlledSince: at(1), controlledBy: 'key' }, { control: 'key' }],
    ['of three connections no bound', { agreed: agreed(3) }, { connections: 3, bound: null }],
    ['of four connections their bound', { agreed: agreed(4) }, { connections: 4, bound: 0.75, addresses: ['a'] }],
    [
      'of a restriction, since when it is read, and that the key itself was read',
      { deadAt: undefined, agreed: { ...agreed(2), on: 'as-asked', at: at(20) } },
      { tried: 'key', firstAbsenceAt: null, absences: 5, spanMs: 30 },
    ],
  ])('%s', (_what, fields, expected) => expect(receiptOf({}, { ...WORK, ...fields }).proof).toMatchObject(expected));

  it.each<[string, Partial<RequestItem>, Ended['outcome']]>([
    ['a plan', { planOnly: true }, 'already-revoked'],
    ['a provider that is not known', { provider: undefined }, 'revoked'],
    ['an end that has not to hold', {}, 'stuck/unproven'],
  ])('is nothing for %s', (_what, item, outcome) => {
    const { proof, message } = receiptOf(item, WORK, ended(outcome));
    expect(proof).toBeNull();
    expect(message).not.toContain('Confirmation');
  });

  it('is announced after what is particular', () =>
    expect(receiptOf({}, WORK, ended('revoked', 'As found')).message).toMatch(
      /did not find it\. As found\. Confirmation follows by 2026-11-21T12:10:00\.000Z$/,
    ));
});

it('says null of what is not known', () => {
  const receipt = finalReceipt(
    MAKING,
    { ...ITEM, request: undefined, provider: undefined, pin: undefined, sender: '' },
    undefined,
    ended('refused/malformed'),
  );
  expect(receipt).toMatchObject({
    provider: null,
    operation: null,
    environment: null,
    signer: null,
    key: null,
    change: null,
    timeToRevokeMs: null,
    calls: 0,
    keyState: 'unknown',
    code: 'malformed',
  });
  expect(receipt.request).toEqual({ reason: null, requestedBy: null, sender: null, reference: null });
  expect(Object.keys(receipt.times)).toEqual(['dueAt', 'receivedAt']);
});

it('makes the same one again', () => expect(receiptOf()).toEqual(receiptOf()));

it.each([
  ['revoked', 'unknown', 'gone'],
  ['already-revoked', 'unknown', 'gone'],
  ['restricted', 'unknown', 'alive'],
  ['stuck/expired-renewable', 'alive', 'expired'],
  ['stuck/unproven', 'unknown', 'unknown'],
  ['stuck/no-effect', 'alive', 'alive'],
  ['planned', 'expired', 'expired'],
] as const)('says of %s with a key last %s that it is %s', (outcome, keyState, expected) =>
  expect(receiptOf({}, { ...WORK, keyState }, ended(outcome)).keyState).toBe(expected),
);

it('names the sub account that was found where none was given', () => {
  const request = { ...ITEM.request, target: { apiKey: PIN.keyId } } as unknown as RequestItem['request'];
  expect(receiptOf({ request }, { facts: { subMemberId: '8', targetUserID: '9' } }).key?.subMemberId).toBe('8');
  expect(receiptOf({ request }, { facts: { targetUserID: '9' } }).key?.subMemberId).toBe('9');
  expect(receiptOf({ request }, {}).key?.subMemberId).toBeNull();
});

it('shows what an update changed, and of no other operation', () => {
  const [before, afterwards] = [
    { readOnly: 0, ips: [], permissions: {} },
    { readOnly: 1, ips: [], permissions: {} },
  ] as const;
  const request = { ...ITEM.request, operation: 'update-sub-key' } as RequestItem['request'];
  expect(receiptOf({ request }, { before, after: afterwards }).change).toEqual({ before, after: afterwards });
  expect(receiptOf({ request }, { before }).change).toBeNull();
  expect(receiptOf({}, { before, after: afterwards }).change).toBeNull();
});

it('names a key that signs for itself, and a plan', () => {
  expect(receiptOf({ pin: { ...PIN, self: true } }).signer?.as).toBe('self');
  expect(receiptOf({ planOnly: true }).dryRun).toBe(true);
});

describe('beside the final one', () => {
  it('numbers those of a request that is still open', () => {
    const receipt = interimReceipt(
      MAKING,
      { ...ITEM, interim: { count: 2, at: NOON } },
      { ...NEW_ATTEMPT, keyState: 'alive' },
      'no-reply',
    );
    expect(receipt).toMatchObject({
      receiptId: 'R#2~3',
      final: false,
      outcome: 'retry',
      code: 'no-reply',
      keyState: 'alive',
      evidence: [],
    });
    expect(interimReceipt(MAKING, ITEM, undefined, 'limit')).toMatchObject({ receiptId: 'R#2~1', keyState: 'unknown' });
  });

  it('says since when the key is absent, where it is', () => {
    const messageOf = (absentSince?: typeof NOON, controlledSince?: typeof NOON) =>
      interimReceipt(MAKING, ITEM, { ...NEW_ATTEMPT, absentSince, controlledSince }, 'not-yet-proved').message;
    expect(messageOf(NOON)).toBe(waiting('not-yet-proved', toIso(NOON)));
    expect(messageOf(NOON, NOON)).toBe(waiting('not-yet-proved', toIso(NOON), true));
    expect(messageOf()).toBe(waiting('not-yet-proved'));
  });

  it.each([
    ['resurrected', undefined, '!1', null, /^The key is alive, although it had been found gone\..*\. As found$/],
    [
      'widened',
      1,
      '!2',
      null,
      /^The key may do more than was asked, although it had been .* open again\..*\. As found$/,
    ],
    ['already-revoked', 2, '!3', null, /^The key is gone: .*\. As found$/],
    ['stuck/no-effect', 0, '!1', 'no-effect', /^Five calls had no effect: .*\. As found\. Delete the key/],
  ] as const)('tells of a finding: %s', (outcome, findings, suffix, code, message) => {
    const finding = { outcome, keyState: 'alive', why: 'As found' } as const;
    const receipt = findingReceipt(MAKING, ITEM, undefined, finding, { findings });
    expect(receipt).toMatchObject({
      receiptId: `R#2${suffix}`,
      final: false,
      outcome: outcome.split('/')[0],
      code,
      keyState: 'alive',
    });
    expect(receipt.message).toMatch(message);
  });

  it.each([
    ['in the first minute', undefined, 59_999, false],
    ['after a minute', undefined, 60_000, true],
    ['in the hour after the last', at(60_000), 3_659_999, false],
    ['an hour after the last', at(60_000), 3_660_000, true],
  ])('%s, owed: %s', (_what, last, now, expected) =>
    expect(
      owesInterim({ ...ITEM, interim: { count: 0, at: last } }, { ...URGENT, code: 'no-reply', now: at(now) }),
    ).toBe(expected),
  );

  const REFUSED = {
    wouldEnd: 'stuck/credential-refused',
    since: at(5_000),
    at: at(6_000),
    until: at(3_605_000),
  } as const;

  it.each([
    ['at once, by a request that is not urgent', 'refused-for-now', REFUSED, undefined, true],
    ['at once, after an earlier receipt', 'refused-for-now', REFUSED, at(4_999), true],
    ['not twice', 'refused-for-now', REFUSED, at(5_000), false],
    ['not while it waits for something else', 'no-reply', REFUSED, undefined, false],
    ['not without a refusal', 'refused-for-now', undefined, undefined, false],
  ] as const)('of a refusal: %s', (_what, code, refused, last, expected) => {
    const item = { ...ITEM, refused, interim: { count: 0, at: last } };
    expect(owesInterim(item, { ...URGENT, urgent: false, code, now: at(9_000) })).toBe(expected);
  });

  it('says how the request would end, until when it is retried, and what a person can do now', () => {
    const receipt = interimReceipt(MAKING, { ...ITEM, refused: REFUSED }, undefined, 'refused-for-now');
    const until = toIso(at(3_605_000));
    expect(receipt).toMatchObject({ wouldEnd: 'stuck/credential-refused', retriedUntil: until, final: false });
    expect(receipt.message).toBe(
      `Not done yet: The provider refused the signing credential. That could still be an outage of the provider. The request is retried until ${until}, and then ends as stuck/credential-refused. Treat the key as alive until the final receipt. Store the right credential for the signing key and redrive, or send a new request signed with another key`,
    );
    expect(interimReceipt(MAKING, { ...ITEM, refused: REFUSED }, undefined, 'no-reply')).not.toHaveProperty('wouldEnd');
    expect(interimReceipt(MAKING, ITEM, undefined, 'refused-for-now')).not.toHaveProperty('wouldEnd');
  });
});

describe('of a finding in the window of an end', () => {
  const SIGHTED = { ...line('1'), at: '2026-11-21T12:00:00.035Z' };
  const END = receiptOf({}, { ...WORK, evidence: [SIGHTED], agreed: agreed(2) }, { ...ended('revoked'), evidence: [] });
  const SETTLING: Settling = {
    ...{ as: 'gone', owners: ['R#2'], urgent: true, startedAt: NOON, windowMs: 600_000, source: 'assumed' },
    ...{ nextAt: NOON, absences: 7, connections: 4, addresses: ['a', 'b'], triedKey: true, evidence: [line('3')] },
    notAsked: ['h'],
  };
  const foundIn = (
    outcome: SettleFinding['outcome'],
    fields: Partial<Settling> = {},
    end: typeof END = END,
    finding: SettleFinding = { outcome, why: '', at: at(600_000), number: 3 },
  ) => settledReceipt(end, { ...SETTLING, ...fields, finding }, finding);

  it('says what the end said, and all that was counted since', () =>
    expect(foundIn('confirmed', { controlledBy: 'key' })).toEqual({
      ...END,
      receiptId: 'R#2!3',
      final: false,
      outcome: 'confirmed',
      code: null,
      keyState: 'dead',
      message: 'Confirmed dead: refused 7 times over 10 minutes, while another key of the account was accepted',
      evidence: [line('3')],
      proof: {
        ...END.proof,
        revision: 4,
        control: 'key',
        tried: 'key',
        absences: 12,
        connections: 6,
        addresses: ['a', 'b'],
        bound: 0.5,
        notAsked: ['h'],
      },
      confirms: 'revoked',
      exposedMs: 35,
    }));

  it('leaves what the end said where the window adds nothing to it', () => {
    const { proof } = foundIn('confirmed', { triedKey: false });
    expect(proof).toMatchObject({ control: 'none', tried: 'list' });
    expect(foundIn('confirmed', {}, { ...END, proof: null }).proof).toBeNull();
  });

  it.each<[SettleFinding['outcome'], Partial<Settling>, string, number | null]>([
    ['confirmed', {}, 'dead', 35],
    ['confirmed', { triedKey: false }, 'gone', 35],
    ['confirmed', { as: 'restricted' }, 'alive', null],
    ['resurrected', {}, 'alive', null],
    ['widened', { as: 'restricted' }, 'alive', null],
    ['stuck/no-effect', {}, 'alive', null],
    ['unconfirmed/still-flapping', {}, 'alive', null],
    ['unconfirmed/no-answer', {}, 'gone', null],
    ['unconfirmed/no-control', {}, 'gone', null],
  ])('%s, %j, the key is %s, and it could be used for %s ms', (outcome, fields, keyState, exposedMs) =>
    expect(foundIn(outcome, fields)).toMatchObject({ keyState, exposedMs }),
  );

  it('does not say for how long a key could be used that nobody saw', () =>
    expect(foundIn('confirmed', {}, { ...END, evidence: [] }).exposedMs).toBeNull());
});

it.each([
  ['SUBKEYexample00001', 'SUBK…0001'],
  ['1234567890123', '1234…0123'],
  ['123456789012', '12…'],
  ['', '…'],
])('shortens %s to %s', (id, expected) => expect(shortened(id)).toBe(expected));
