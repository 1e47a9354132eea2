import { describe, expect, it } from 'vitest';
import { type CaseItem, type RequestItem, signerKey, type Work } from '../../../functions/core/ledger-items.ts';
import { finishFromCase } from '../../../functions/core/settle.ts';
import { NO_WORK } from '../../../functions/core/work.ts';
import { type Memory, memoryPorts } from './memory-ports.ts';
import { NOON } from './rounds.ts';

const SIGNED = { arn: 'arn:signer', secretId: 'key-revoker/s', versionId: 'v1', environment: 'prod', keyId: 'M' };
const ITEM = {
  requestId: 'R',
  planOnly: false,
  attempt: 2,
  request: { provider: 'kalshi', operation: 'delete-key', requestId: 'R' },
  pin: { signer: SIGNED, self: false, keyId: 'K', keyName: 'k', signerName: 'm' },
  receivedAt: NOON,
  dueAt: NOON,
  published: false,
  interim: { count: 0 },
} as unknown as RequestItem;

const STUCK: Work = { ...NO_WORK, ended: { outcome: 'stuck/limit', why: '', at: NOON, evidence: [] } };
const LEASE = { holder: 'me', until: NOON };

const caseWith = (works: CaseItem['works'], lease: CaseItem['lease'] = LEASE): CaseItem =>
  ({ rev: 1, nonce: '', seen: {}, facts: {}, state: 'open-case', at: NOON, works, lease }) as unknown as CaseItem;

const kept = (found: CaseItem): Memory => {
  const memory = memoryPorts();
  memory.items.set('request#R request', { ...ITEM, rev: 1, nonce: '' } as never);
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
  it('takes its work out of the case and lets that go', async () => {
    const held = caseWith({ 'R#2': STUCK });
    const memory = kept(held);
    await finishFromCase(memory.ports, ITEM, held, 'me');
    expect(memory.published).toMatchObject([{ receiptId: 'R#2', outcome: 'stuck', code: 'limit' }]);
    expect(caseIn(memory)).toMatchObject({ works: {} });
    expect(caseIn(memory)).not.toHaveProperty('lease');
    expect(isNeeded(memory)).toBe(false);
  });

  it('lets the case go also where another delivery has told of the end meanwhile', async () => {
    const held = caseWith({ 'R#2': STUCK });
    const memory = kept(held);
    await finishFromCase(memory.ports, ITEM, held, undefined);
    expect(caseIn(memory)).toMatchObject({ works: {}, lease: LEASE });
    await finishFromCase(memory.ports, ITEM, held, 'me');
    expect(caseIn(memory)).not.toHaveProperty('lease');
  });

  it('leaves another holder’s lease, and the work of other requests and later attempts', async () => {
    const others = { 'R#3': NO_WORK, 'R#10': NO_WORK, 'S#1': NO_WORK, 'R2#1': NO_WORK };
    const held = caseWith({ 'R#2': STUCK, ...others }, { holder: 'another', until: NOON });
    const memory = kept(held);
    await finishFromCase(memory.ports, ITEM, held, 'me');
    expect(Object.keys(caseIn(memory).works)).toEqual(Object.keys(others));
    expect(caseIn(memory).lease?.holder).toBe('another');
    expect(isNeeded(memory)).toBe(true);
  });

  it('takes out the attempts as well that it has taken over from', async () => {
    const held = caseWith({ 'R#1': { ...NO_WORK, calls: 1 }, 'R#2': STUCK });
    const memory = kept(held);
    await finishFromCase(memory.ports, ITEM, held, 'me');
    expect(caseIn(memory)).toMatchObject({ works: {} });
    expect(isNeeded(memory)).toBe(false);
  });
});
