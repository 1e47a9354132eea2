import { describe, expect, it } from 'vitest';
import { killOf, markSigner, whileSignerNeeded, withinLimit } from '../../../../functions/core/attempt/call-guards.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { type AttemptRecord, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import type { Provider } from '../../../../functions/core/provider.ts';
import type { Reason } from '../../../../functions/core/reason.ts';
import type { RevocationRequest } from '../../../../functions/core/request/revocation-request.ts';
import { memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { scriptedProvider } from '../scripted-provider.ts';

const HOUR = 3_600_000;
const requestFor = (reason: Reason, provider = 'kalshi') => ({ provider, reason }) as RevocationRequest;

describe('a key that signs for an open case', () => {
  const needed = { signerName: 'kalshi/prod/S', keyName: 'kalshi/prod/K' };
  const wait = (memory: ReturnType<typeof memoryPorts>, reason: Reason, name = needed.signerName) =>
    whileSignerNeeded(memory.ports, { name, request: requestFor(reason), receivedAt: NOON });
  const withCase = (item: object = { attempts: { 'R#1': NEW_ATTEMPT } }, name = needed.keyName) => {
    const memory = memoryPorts();
    memory.items.set(`case#${name} case`, { rev: 1, nonce: '', attempts: {}, ...item });
    return memory;
  };

  it.each([
    ['leaked', 60_000],
    ['manual', 600_000],
  ] as const)('waits when %s for %i ms, and then goes', async (reason, ms) => {
    const memory = withCase();
    await markSigner(memory.ports, needed, true);
    memory.clock.forward(ms - 1);
    expect(await wait(memory, reason)).toEqual({ code: 'signer-still-needed' });
    memory.clock.forward(1);
    expect(await wait(memory, reason)).toBeUndefined();
  });

  it('goes at once where it works only on itself', async () => {
    const memory = withCase({ attempts: { 'R#1': NEW_ATTEMPT } }, needed.signerName);
    await markSigner(memory.ports, { ...needed, keyName: needed.signerName }, true);
    expect(await wait(memory, 'manual')).toBeUndefined();
  });

  it('goes at once where the case is over, where it is its own, or where another key signs', async () => {
    const memory = withCase();
    await markSigner(memory.ports, { ...needed, keyName: needed.signerName }, true);
    expect(await wait(memory, 'manual')).toBeUndefined();
    await markSigner(memory.ports, needed, true);
    expect(await wait(memory, 'manual', 'kalshi/prod/T')).toBeUndefined();
    await markSigner(memory.ports, needed, false);
    expect(await wait(memory, 'manual')).toBeUndefined();
  });

  it.each([
    ['nobody is at work', {}],
    ['nobody holds any more', { lease: { holder: 'H', until: NOON } }],
    ['all work has ended', { attempts: { 'R#1': { ...NEW_ATTEMPT, ended: { outcome: 'stuck/limit' } } } }],
  ])('goes at once where a mark was left behind on a case that %s on', async (_what, item) => {
    const memory = withCase(item);
    await markSigner(memory.ports, needed, true);
    await markSigner(memory.ports, { ...needed, keyName: 'kalshi/prod/L' }, true);
    expect(await wait(memory, 'manual')).toBeUndefined();
  });

  it('waits for a case that is held although nothing is written of its work yet', async () => {
    const memory = withCase({ lease: { holder: 'H', until: after(NOON, 1) } });
    await markSigner(memory.ports, { ...needed, keyName: 'kalshi/prod/A' }, true);
    await markSigner(memory.ports, needed, true);
    expect(await wait(memory, 'manual')).toEqual({ code: 'signer-still-needed' });
  });

  it('is marked once', async () => {
    const memory = memoryPorts();
    await markSigner(memory.ports, needed, false);
    expect(memory.items.size).toBe(0);
    await markSigner(memory.ports, needed, true);
    await markSigner(memory.ports, needed, true);
    expect([...memory.items]).toEqual([
      ['signer#kalshi/prod/S case#kalshi/prod/K', { rev: 1, nonce: 'id-1', needed: true }],
    ]);
  });
});

describe('the limit of an hour', () => {
  const limited = (limits = { urgent: 2, other: 1 }) => memoryPorts({ config: { limits } });
  const FULL = { code: 'limit' };

  it('lets as many pass as it says, urgent ones and others apart, each provider apart', async () => {
    const { ports } = limited();
    const tries = ['manual', 'expired', 'leaked', 'incident', 'leaked'] as const;
    const found = [];
    for (const reason of tries) found.push(await withinLimit(ports, requestFor(reason), NEW_ATTEMPT));
    expect(found).toEqual([undefined, FULL, undefined, undefined, FULL]);
    expect(await withinLimit(ports, requestFor('manual', 'bybit'), NEW_ATTEMPT)).toBeUndefined();
  });

  it('asks for an operator’s higher limit only where the hour is full', async () => {
    const memory = limited();
    await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT);
    expect(memory.steps).toEqual(['count']);
    await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT);
    expect(memory.steps.slice(1, 3)).toEqual(['count', 'read']);
  });

  it('begins again with each hour of the clock', async () => {
    const memory = limited();
    await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT);
    memory.clock.forward(HOUR - 1);
    expect(await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT)).toEqual(FULL);
    memory.clock.forward(1);
    expect(await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT)).toBeUndefined();
  });

  it('is reported once an hour', async () => {
    const memory = limited();
    for (let n = 0; n < 4; n += 1) await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT);
    expect(memory.lines).toEqual([['limit reached', { provider: 'kalshi', kind: 'other', max: 1 }]]);
    memory.clock.forward(HOUR);
    for (let n = 0; n < 4; n += 1) await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT);
    expect(memory.lines).toHaveLength(2);
    for (let n = 0; n < 2; n += 1) await withinLimit(memory.ports, requestFor('manual', 'bybit'), NEW_ATTEMPT);
    expect(memory.lines.at(-1)).toEqual(['limit reached', { provider: 'bybit', kind: 'other', max: 1 }]);
  });

  it('keeps its counts for two days', async () => {
    const memory = limited();
    await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT);
    expect(memory.items.get(`limit#kalshi#other ${NOON / HOUR}`)).toMatchObject({
      count: 1,
      expiresAt: after(NOON, 48 * HOUR),
    });
  });

  const refused = { lastAnswer: 'rejected' } as const;

  it.each<[string, Partial<AttemptRecord>, number, object | undefined]>([
    [
      'that were not executed, in the same hour is counted once',
      { calls: 3, notExecuted: 3, ...refused },
      0,
      undefined,
    ],
    [
      'that were not executed, in an earlier hour is counted again',
      { calls: 3, notExecuted: 3, ...refused },
      HOUR,
      FULL,
    ],
    ['of which one may have been executed is counted again', { calls: 3, notExecuted: 2, ...refused }, 0, FULL],
    [
      'of which the last was refused while the key was gone is counted once',
      { calls: 3, notExecuted: 1, ...refused, absentSince: NOON },
      0,
      undefined,
    ],
    [
      'refused while the key was gone, in an earlier hour is counted again',
      { calls: 3, notExecuted: 1, ...refused, absentSince: NOON },
      HOUR,
      FULL,
    ],
    [
      'of which the last was lost while the key was gone is counted again',
      { calls: 3, notExecuted: 1, lastAnswer: 'silent', absentSince: NOON },
      0,
      FULL,
    ],
    [
      'of which the last was accepted before the key lived again is counted again',
      { calls: 3, notExecuted: 3, lastAnswer: 'accepted' },
      0,
      FULL,
    ],
    ['of which there is none yet is counted', refused, 0, FULL],
  ])('a request with calls %s', async (_what, calls, ms, expected) => {
    const memory = limited({ urgent: 2, other: 0 });
    const lastCallAt = calls.calls ? { lastCallAt: after(NOON, -ms) } : {};
    const progress: AttemptRecord = { ...NEW_ATTEMPT, ...calls, ...lastCallAt };
    expect(await withinLimit(memory.ports, requestFor('manual'), progress)).toEqual(expected);
  });

  it.each([
    ['raises it until then', { other: 2, until: NOON + 1 }, undefined],
    ['says nothing of the other kind', { urgent: 9, until: NOON + 1 }, FULL],
    ['is over at its end', { other: 2, until: NOON }, FULL],
    ['never lowers it', { other: 0, until: NOON + 1 }, FULL],
  ])('an override %s', async (_what, override, expected) => {
    const memory = limited();
    memory.items.set('limit#kalshi override', { rev: 1, nonce: '', ...override });
    expect(await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT)).toBeUndefined();
    expect(await withinLimit(memory.ports, requestFor('manual'), NEW_ATTEMPT)).toEqual(expected);
  });
});

describe('a managing key was killed by a delete of this product', () => {
  const provider: Provider = {
    ...scriptedProvider(),
    operations: {
      'delete-key': { kind: 'delete', signers: ['self', 'managing'], needs: {} },
      'update-key': { kind: 'update', signers: ['self', 'managing'], needs: {} },
    },
  };
  const ACCEPTED = { ...NEW_ATTEMPT, calls: 1, acceptedAt: NOON };
  const LOST = { ...NEW_ATTEMPT, calls: 1, lastAnswer: 'silent' } as const;
  const killed = (item: object | undefined, operations: Readonly<Record<string, string | undefined>> = {}) => {
    const memory = memoryPorts({ provider });
    if (item) memory.items.set('case#kalshi/prod/S case', { rev: 1, nonce: '', ...item });
    for (const [requestId, operation] of Object.entries(operations)) {
      const request = operation && { provider: 'kalshi', operation };
      memory.items.set(`request#${requestId} request`, { rev: 1, nonce: '', request });
    }
    return killOf(memory.ports, 'kalshi/prod/S');
  };

  it.each<[string, ...Parameters<typeof killed>, Awaited<ReturnType<typeof killOf>>]>([
    ['that is not known', undefined, {}, undefined],
    ['that no request worked on', {}, {}, undefined],
    ['that was never called on', { attempts: { 'R#1': NEW_ATTEMPT } }, { R: 'delete-key' }, undefined],
    ['that was proved gone', { attempts: {}, proved: { at: NOON } }, {}, 'proved'],
    ['whose delete was accepted', { attempts: { 'S#1': ACCEPTED } }, { S: 'delete-key' }, 'accepted'],
    ['whose delete got no reply', { attempts: { 'R#1': NEW_ATTEMPT, 'S#1': LOST } }, { S: 'delete-key' }, 'lost'],
    [
      'whose delete was refused',
      { attempts: { 'S#1': { ...LOST, lastAnswer: 'rejected' } } },
      { S: 'delete-key' },
      undefined,
    ],
    [
      'whose delete was not executed',
      { attempts: { 'S#1': { ...LOST, notExecuted: 1 } } },
      { S: 'delete-key' },
      undefined,
    ],
    ['of which an update was accepted', { attempts: { 'S#1': ACCEPTED } }, { S: 'update-key' }, undefined],
    ['of which an update got no reply', { attempts: { 'S#1': LOST } }, { S: 'update-key' }, undefined],
    [
      'whose delete was accepted after an update was',
      { attempts: { 'S#1': ACCEPTED, 'T#2': ACCEPTED } },
      { S: 'update-key', T: 'delete-key' },
      'accepted',
    ],
    [
      'whose delete was accepted after another got no reply',
      { attempts: { 'S#1': LOST, 'T#1': ACCEPTED } },
      { S: 'delete-key', T: 'delete-key' },
      'accepted',
    ],
    [
      'whose delete was accepted before another got no reply',
      { attempts: { 'S#1': ACCEPTED, 'T#1': LOST } },
      { S: 'delete-key', T: 'delete-key' },
      'accepted',
    ],
    [
      'of which an update was accepted, and a delete got no reply',
      { attempts: { 'S#1': ACCEPTED, 'T#1': LOST } },
      { S: 'update-key', T: 'delete-key' },
      'lost',
    ],
    ['whose request is not kept', { attempts: { 'S#1': ACCEPTED } }, {}, undefined],
    ['whose request holds no order', { attempts: { 'S#1': ACCEPTED } }, { S: undefined }, undefined],
    ['by an operation that there is not any more', { attempts: { 'S#1': ACCEPTED } }, { S: 'delete-old' }, undefined],
  ])('%s', async (_what, item, operations, expected) => expect(await killed(item, operations)).toBe(expected));
});
