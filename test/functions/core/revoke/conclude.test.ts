import { describe, expect, it } from 'vitest';
import { type AttemptEnded, attemptEnded } from '../../../../functions/core/ledger/attempt-result.ts';
import { type AttemptRecord, type CaseItem, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import { signerKey } from '../../../../functions/core/ledger/keys.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { countedFrom } from '../../../../functions/core/ledger/request-item.ts';
import { conclude, publishFromCase } from '../../../../functions/core/revoke/conclude.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { delivered } from '../scripted-system.ts';

const SIGNED = { arn: 'arn:signer', secretId: 'key-revoker/s', versionId: 'v1', environment: 'prod', keyId: 'M' };
const ITEM = {
  requestId: 'R',
  planOnly: false,
  attempt: 2,
  provider: 'kalshi',
  request: { provider: 'kalshi', operation: 'delete-key', requestId: 'R' },
  pin: { signer: SIGNED, self: false, keyId: 'K', keyName: 'k', signerName: 'm' },
  receivedAt: NOON,
  dueAt: NOON,
  published: false,
  interim: { count: 0 },
} as unknown as RequestItem;

const KEPT = 'request#R request';
const STUCK: AttemptRecord = { ...NEW_ATTEMPT, ended: { outcome: 'stuck/limit', why: '', at: NOON, evidence: [] } };
const LEASE = { holder: 'me', until: NOON };

const caseWith = (attempts: CaseItem['attempts'], lease: CaseItem['lease'] = LEASE): CaseItem =>
  ({
    rev: 1,
    nonce: '',
    sightings: {},
    facts: {},
    state: 'open-case',
    at: NOON,
    attempts,
    lease,
  }) as unknown as CaseItem;

const kept = (found: CaseItem): Memory => {
  const memory = memoryPorts();
  memory.items.set(KEPT, { ...ITEM, rev: 1, nonce: '' } as never);
  memory.items.set('case#k case', found as never);
  memory.items.set('signer#m case#k', { rev: 1, nonce: '', needed: true } as never);
  return memory;
};
const caseIn = ({ items }: Memory): CaseItem => items.get('case#k case') as unknown as CaseItem;
const isNeeded = ({ items }: Memory): unknown => {
  const { pk, sk } = signerKey('m', 'k');
  return items.get(`${pk} ${sk}`)?.['needed'];
};

describe('an end that is in the case', () => {
  it('takes its record out of the case and lets that go', async () => {
    const held = caseWith({ 'R#2': STUCK });
    const memory = kept(held);
    await publishFromCase(memory.ports, ITEM, held, 'me');
    expect(memory.published).toMatchObject([{ receiptId: 'R#2', outcome: 'stuck', code: 'limit' }]);
    expect(caseIn(memory).attempts).toEqual({});
    expect(caseIn(memory)).not.toHaveProperty('lease');
    expect(isNeeded(memory)).toBe(false);
  });

  it('lets the case go also where another delivery has published the end meanwhile', async () => {
    const held = caseWith({ 'R#2': STUCK });
    const memory = kept(held);
    await publishFromCase(memory.ports, ITEM, held, undefined);
    expect(caseIn(memory)).toMatchObject({ lease: LEASE });
    expect(caseIn(memory).attempts).toEqual({});
    await publishFromCase(memory.ports, ITEM, held, 'me');
    expect(caseIn(memory)).not.toHaveProperty('lease');
  });

  it('leaves another holder’s lease, and the records of other requests and later attempts', async () => {
    const others = { 'R#3': NEW_ATTEMPT, 'R#10': NEW_ATTEMPT, 'S#1': NEW_ATTEMPT, 'R2#1': NEW_ATTEMPT };
    const held = caseWith({ 'R#2': STUCK, ...others }, { holder: 'another', until: NOON });
    const memory = kept(held);
    await publishFromCase(memory.ports, ITEM, held, 'me');
    expect(Object.keys(caseIn(memory).attempts)).toEqual(Object.keys(others));
    expect(caseIn(memory).lease?.holder).toBe('another');
    expect(isNeeded(memory)).toBe(true);
  });

  it('takes out the records of its earlier attempts as well', async () => {
    const held = caseWith({ 'R#1': { ...NEW_ATTEMPT, calls: 1 }, 'R#2': STUCK });
    const memory = kept(held);
    await publishFromCase(memory.ports, ITEM, held, 'me');
    expect(caseIn(memory).attempts).toEqual({});
    expect(isNeeded(memory)).toBe(false);
  });

  it('needs its signer no longer where the others on the key have ended as well', async () => {
    const held = caseWith({ 'R#2': STUCK, 'S#1': STUCK });
    const memory = kept(held);
    await publishFromCase(memory.ports, ITEM, held, 'me');
    expect(Object.keys(caseIn(memory).attempts)).toEqual(['S#1']);
    expect(isNeeded(memory)).toBe(false);
  });

  it('is not written again by a delivery that holds nothing once another has taken it out', async () => {
    const memory = kept({ ...caseWith({}), lease: undefined });
    await publishFromCase(memory.ports, ITEM, caseWith({ 'R#2': STUCK }), undefined);
    expect(memory.published).toHaveLength(1);
    expect(caseIn(memory).rev).toBe(1);
  });

  it.each([
    ['no lease', { ...caseWith({ 'R#2': STUCK }), lease: undefined }, {}],
    ['no case any more', undefined, undefined],
  ])('is published where there is %s', async (_what, found, left) => {
    const memory = kept(found as CaseItem);
    if (found === undefined) memory.items.delete('case#k case');
    await publishFromCase(memory.ports, ITEM, caseWith({ 'R#2': STUCK }), 'me');
    expect(memory.published).toHaveLength(1);
    expect(caseIn(memory)?.attempts).toEqual(left);
  });

  it.each([
    ['its attempt continues', ITEM, caseWith({ 'R#2': NEW_ATTEMPT })],
    ['it has no record there', ITEM, caseWith({ 'S#1': STUCK })],
    ['it has no key', { ...ITEM, pin: undefined }, caseWith({ 'R#2': STUCK })],
  ])('is none where %s', async (_what, item, held) => {
    const memory = kept(held);
    await publishFromCase(memory.ports, item, held, 'me');
    expect([memory.steps, memory.published]).toEqual([[], []]);
  });
});

describe('the end of a request', () => {
  const MISSING = attemptEnded('stuck/credential-missing', 'It is gone');
  const concluded = (memory: Memory, item: RequestItem, end: AttemptEnded, holder: string | undefined) =>
    conclude(memory.ports, delivered(memory, {}), item, end, holder);
  const ACCEPTED: AttemptRecord = { ...NEW_ATTEMPT, calls: 1, acceptedAt: NOON };

  it.each([
    ['has no key', { ...ITEM, pin: undefined }, undefined],
    ['has no key, in a delivery that took a lease', { ...ITEM, pin: undefined }, 'me'],
    ['is a plan', { ...ITEM, planOnly: true }, undefined],
    ['has no provider that can be read', { ...ITEM, provider: undefined }, 'me'],
  ])('leaves the case alone where it %s', async (_what, item, holder) => {
    const memory = kept(caseWith({ 'R#2': NEW_ATTEMPT }));
    memory.items.set(`request#R${item.planOnly ? '#plan' : ''} request`, { ...item, rev: 1, nonce: '' } as never);
    expect(await concluded(memory, item, MISSING, holder)).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'credential-missing', calls: 0 }]);
    expect(caseIn(memory).rev).toBe(1);
  });

  it('is in the case before it is published', async () => {
    const memory = kept(caseWith({ 'R#2': { ...NEW_ATTEMPT, calls: 2 } }));
    expect(await concluded(memory, ITEM, MISSING, 'me')).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ code: 'credential-missing', calls: 2 }]);
    expect(memory.published[0]?.message).toContain('It is gone');
    expect(memory.steps.slice(0, 5)).toEqual(['read', 'write case', 'read', 'write request', 'set aside']);
    expect(caseIn(memory)).toMatchObject({ leftOpenBy: 'R#2' });
    expect(caseIn(memory).attempts).toEqual({});
  });

  it('stays as an earlier delivery has written it', async () => {
    const memory = kept(caseWith({ 'R#2': STUCK }));
    await concluded(memory, ITEM, MISSING, 'me');
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'limit' }]);
  });

  it.each<[string, RequestItem, object]>([
    ['another request', ITEM, { windowMs: 600_000, source: 'assumed', urgent: false }],
    [
      'an urgent one',
      { ...ITEM, request: { ...ITEM.request, reason: 'leaked' } as never },
      { windowMs: 600_000, urgent: true },
    ],
    ['a request that cannot be read', { ...ITEM, request: undefined }, { windowMs: 600_000, urgent: false }],
    [
      'a provider that this release does not have',
      { ...ITEM, provider: 'elsewhere' },
      { windowMs: 0, source: 'assumed', urgent: false },
    ],
  ])('has to hold as long as its provider says, of %s', async (_what, item, terms) => {
    const memory = kept(caseWith({ 'R#2': ACCEPTED }));
    await concluded(memory, item, attemptEnded('revoked'), 'me');
    expect(caseIn(memory).settling).toMatchObject({ ...terms, owners: ['R#2'] });
  });

  it.each([
    ['at once where there is a finding that another has not heard of either', { outcome: 'confirmed' }, [0]],
    ['by the readings of another, where there is none yet', undefined, []],
  ])('hears of its window %s', async (_how, finding, delays) => {
    const settling = { as: 'gone', owners: ['X#1'], nextAt: NOON, startedAt: NOON, windowMs: 1, finding };
    const proved = { at: NOON, deadAt: NOON, endedBy: 'X#1' };
    const memory = kept({ ...caseWith({ 'R#2': ACCEPTED }), proved, settling } as never);
    await concluded(memory, ITEM, attemptEnded('already-revoked'), 'me');
    expect(caseIn(memory).settling?.owners).toEqual(['X#1', 'R#2']);
    expect(memory.enqueued.map(({ delaySeconds }) => delaySeconds)).toEqual(delays);
  });

  it('is a denial still after an accepted delete: a grant and a redrive can prove the death', async () => {
    const memory = kept(caseWith({ 'R#2': ACCEPTED }));
    await concluded(memory, ITEM, attemptEnded('stuck/access-denied', 'AWS denies it'), 'me');
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'access-denied', calls: 1 }]);
    expect(memory.published[0]?.message).toContain(
      'The delete was accepted at 2026-11-21T12:00:00.000Z, but not proved yet. AWS denies it. ',
    );
  });

  it('is an unproved death where its credential vanished after an accepted delete', async () => {
    const memory = kept(caseWith({ 'R#2': ACCEPTED }));
    await concluded(memory, ITEM, MISSING, 'me');
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'unproven', calls: 1 }]);
    expect(memory.published[0]?.message).toContain(
      'The delete was accepted at 2026-11-21T12:00:00.000Z, but the credential was removed before the death was proved',
    );
  });

  it('is a missing credential where nothing was done before', async () => {
    const memory = kept(caseWith({}));
    await concluded(memory, ITEM, MISSING, 'me');
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'credential-missing', calls: 0 }]);
  });

  it.each<[string, Pick<AttemptRecord, 'calls' | 'notExecuted' | 'callReplies'>, string, string, string]>([
    [
      'whose call has left',
      { calls: 2, notExecuted: 1 },
      'stuck',
      'unproven',
      'A call was sent at 2026-11-21T12:00:00.000Z, before the request was refused. It is gone',
    ],
    [
      'whose call got no reply',
      { calls: 1, notExecuted: 1, callReplies: ['lost'] },
      'stuck',
      'unproven',
      'A call was sent at 2026-11-21T12:00:00.000Z, before the request was refused. It is gone',
    ],
    ['whose calls were not executed', { calls: 2, notExecuted: 2 }, 'refused', 'provider-off', 'It is gone'],
    ['that has not called', { calls: 0, notExecuted: 0 }, 'refused', 'provider-off', 'It is gone'],
  ])('by a refusal, of a request %s', async (_, calls, outcome, code, said) => {
    const memory = kept(caseWith({ 'R#2': { ...NEW_ATTEMPT, ...calls, lastCallAt: NOON } }));
    await concluded(memory, ITEM, { ...MISSING, outcome: 'refused/provider-off' }, 'me');
    expect(memory.published).toMatchObject([{ outcome, code, calls: calls.calls }]);
    expect(memory.published[0]?.message).toContain(said);
    expect(caseIn(memory).leftOpenBy).toBe(outcome === 'stuck' ? 'R#2' : undefined);
  });

  it('by a refusal that has no more to say tells when the call left', async () => {
    const memory = kept(caseWith({ 'R#2': { ...NEW_ATTEMPT, calls: 1, lastCallAt: NOON } }));
    await concluded(memory, ITEM, { ...MISSING, outcome: 'refused/too-far', why: '' }, 'me');
    expect(memory.published[0]?.message).toMatch(/before the request was refused\. [A-Z]/);
  });

  it('is what else was found after an accepted delete', async () => {
    const memory = kept(caseWith({ 'R#2': ACCEPTED }));
    await concluded(memory, ITEM, { ...MISSING, outcome: 'stuck/region-refused' }, 'me');
    expect(memory.published).toMatchObject([{ code: 'region-refused' }]);
  });
});

it('counts the time of a body that was not a valid request from when it came', () =>
  expect(countedFrom({ ...ITEM, request: undefined })).toBe(NOON));
