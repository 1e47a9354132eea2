import { describe, expect, it } from 'vitest';
import type { KeyRecord } from '../../../../functions/core/answer.ts';
import { after, toIso } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { Restriction } from '../../../../functions/core/provider.ts';
import { WIDENED } from '../../../../functions/core/receipts/sentences.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { changeItem, type Given, type Memory } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { deleteCall, scriptedProvider } from '../scripted-provider.ts';
import {
  ACCEPTED,
  ALIVE,
  caseOf,
  delivered,
  GONE,
  KEY,
  LEAKED,
  MANAGED,
  OTHER,
  type Script,
  SELF,
  system,
} from '../scripted-system.ts';

const OWN = { sender: 'AROAOWNROLE:key-revoker', messageId: 'L' };
const RECHECK = { ...SELF, look: true };
const HELD = answerOf('silent', { means: { end: 'stuck/ip-not-allowed' }, blocksCall: true, identified: true });
const MINUTES = 60_000;
const CASE = `case#kalshi/prod/${KEY} case`;

/** A request that ended with what the first answers say; the others are for the rechecks. */
const ended = async (script: Script, given: Given = {}, body: object = SELF): Promise<ReturnType<typeof system>> => {
  const memory = system(script, given);
  await revoke(memory.ports, delivered(memory, body));
  memory.clock.forward(10 * MINUTES);
  return memory;
};

const updating = {
  provider: scriptedProvider(() => ({
    call: { call: () => deleteCall({ target: { self: true } as never }), reach: () => 'wider', narrower: (a) => a },
  })),
};

/** An update by a managing key, whose list named the target and does not any more. */
const deletedInList = () => ended({ probe: [HELD, answerOf('unlisted')] }, updating, MANAGED);

const rechecked = (memory: Memory, rest: object = {}) =>
  revoke(memory.ports, delivered(memory, RECHECK, { ...OWN, ...rest }));
const reported = ({ published }: Memory) =>
  published
    .slice(1)
    .map(({ receiptId, outcome, code, keyState, final }) => [receiptId, outcome, code, keyState, final]);

/** A request whose key is confirmed dead: six probes for it and for its end, and what comes after is for the rechecks. */
const confirmed = async (...later: Script['probe']) => {
  const gone = Array.from({ length: 5 }, () => GONE);
  const memory = await ended({ probe: [ALIVE, ...gone, ...later], delete: [ACCEPTED] });
  await rechecked(memory);
  expect(reported(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', false]]);
  memory.published.pop();
  return memory;
};

describe('a recheck of a dead key', () => {
  it.each([
    ['that ended stuck', SELF, [HELD]],
    ['that was a plan', { ...SELF, dryRun: true }, [ALIVE]],
  ])('is not asked for after a request %s', async (_, body, probe) => {
    expect((await ended({ probe }, {}, body)).enqueued).toEqual([]);
  });

  it('stays on the queue that holds it, also on the one of an older release', async () => {
    const memory = await confirmed(undefined, undefined);
    const { length } = memory.enqueued;
    expect(await rechecked(memory, { lane: 'requests' })).toMatchObject({ done: false, code: 'no-reply' });
    expect(memory.enqueued).toHaveLength(length);
  });

  it('makes two probes and no call, reports nothing, and leaves the case as it was', async () => {
    const memory = await confirmed(GONE);
    const { rev: _, nonce: __, ...asItWas } = caseOf(memory);
    const before = memory.sent.length;
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(memory.sent.slice(before)).toEqual(['probe', 'probe']);
    expect(reported(memory)).toEqual([]);
    const { rev: ___, nonce: ____, ...left } = caseOf(memory);
    expect(left).toEqual({ ...asItWas, attempts: {} });
    expect(memory.lines.at(-1)).toEqual(['look done', { requestId: 'R', saw: 'unknown', finding: '' }]);
  });

  it('reports a key that lives again, opens its case, and makes no call', async () => {
    const memory = await confirmed(ALIVE);
    const before = memory.sent.length;
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(memory.sent.slice(before)).toEqual(['probe']);
    expect(reported(memory)).toEqual([['R#1!2', 'resurrected', null, 'alive', false]]);
    expect(memory.published[1]?.message).toMatch(
      /The key was proved gone at 2026-11-21T12:00:02.000Z\. Send the request again/,
    );
    expect(memory.aside).toMatchObject([
      { attributes: { requestId: 'R', attempt: '1', outcome: 'resurrected', message: memory.published[1]?.message } },
    ]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1', findings: 2 });
    expect(caseOf(memory).attempts).toEqual({});
    expect(caseOf(memory)).not.toHaveProperty('proved');
    expect(memory.lines).toContainEqual([
      'resurrected',
      { requestId: 'R', provider: 'kalshi', key: expect.any(String) },
    ]);
  });

  it('takes back its word: the same request, sent again, is the next attempt, and a late copy of its message is not', async () => {
    const memory = await confirmed(ALIVE, ALIVE, GONE);
    await rechecked(memory);
    const before = memory.published.length;
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M1' }));
    expect(memory.published).toHaveLength(before);
    memory.clock.forward(MINUTES);
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', sentAt: memory.clock.now() }));
    expect(memory.published.at(-1)).toMatchObject({ receiptId: 'R#2', outcome: 'revoked', calls: 1 });
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M3', sentAt: memory.clock.now() }));
    expect(memory.published.at(-1)?.receiptId).toBe('R#2');
  });

  it.each<[string, (items: Memory['items']) => unknown, unknown]>([
    ['is at its next attempt by then', (items) => changeItem({ items }, 'request#R request', { attempt: 2 }), 2],
    ['is lost by then', (items) => items.delete('request#R request'), undefined],
  ])('takes back the word of no request that %s', async (_what, happen, attempt) => {
    const memory = await confirmed(ALIVE);
    const { outbox } = memory.ports;
    const publish: typeof outbox.publish = async (receipt) => {
      happen(memory.items);
      return outbox.publish(receipt);
    };
    memory.ports.outbox = { ...outbox, publish };
    await rechecked(memory);
    expect(reported(memory).map(([, outcome]) => outcome)).toEqual(['resurrected']);
    const stored = memory.items.get('request#R request');
    expect([stored?.['attempt'], stored?.['withdrawnAt']]).toEqual([attempt, undefined]);
  });

  it('reports it once more each time, by a number of its own', async () => {
    const memory = await confirmed(ALIVE);
    await rechecked(memory);
    await rechecked(memory);
    expect(reported(memory).map(([id, outcome]) => [id, outcome])).toEqual([
      ['R#1!2', 'resurrected'],
      ['R#1!3', 'resurrected'],
    ]);
  });

  it('says nothing where nobody answers, and comes again', async () => {
    const memory = await confirmed(undefined);
    expect(await rechecked(memory)).toMatchObject({ done: false, code: 'no-reply' });
    expect(caseOf(memory)).not.toHaveProperty('lease');
    expect(reported(memory)).toEqual([]);
    expect(memory.lines.map(([event]) => event)).not.toContain('aws did not answer');
    memory.clock.forward(24 * 60 * MINUTES);
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(memory.lines.at(-1)).toEqual(['look given up', { requestId: 'R', code: 'no-reply' }]);
    expect(caseOf(memory).attempts).toEqual({});
  });
});

describe('a recheck of a case that was left open', () => {
  it('reports each time a key that still lives', async () => {
    const memory = await ended({ probe: [HELD, ALIVE] });
    const { at, leftOpenBy } = caseOf(memory);
    await rechecked(memory);
    await rechecked(memory);
    expect(caseOf(memory)).toMatchObject({ at, leftOpenBy, state: 'open-case' });
    expect(reported(memory)).toEqual([
      ['R#1!1', 'stuck', 'ip-not-allowed', 'alive', false],
      ['R#1!2', 'stuck', 'ip-not-allowed', 'alive', false],
    ]);
    expect(memory.published[1]?.message).toMatch(
      /ended as stuck\/ip-not-allowed at 2026-11-21T12:00:00.000Z, and the key is still alive\. Call from/,
    );
    expect(memory.sent).not.toContain('delete');
  });

  it('leaves it open without a word where the key is gone: it sends no delete, and an outage looks the same', async () => {
    const memory = await ended({ probe: [HELD, GONE] });
    expect(await rechecked(memory)).toEqual({ done: true });
    expect([memory.sent, reported(memory)]).toEqual([['probe', 'probe'], []]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1', attempts: {} });
    expect(caseOf(memory)).not.toHaveProperty('proved');
    expect(memory.lines.at(-1)).toEqual(['look done', { requestId: 'R', saw: 'unknown', finding: '' }]);
  });

  it('leaves it to a redrive to send the delete again, and so to close it', async () => {
    const memory = await ended({ probe: [HELD, GONE], delete: [ACCEPTED] });
    await rechecked(memory);
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', attempt: 2 }));
    expect(memory.published[1]).toMatchObject({ receiptId: 'R#2', outcome: 'revoked', calls: 1 });
    expect(caseOf(memory)).toMatchObject({ state: 'settling-case', proved: { endedBy: 'R#2' }, attempts: {} });
  });

  it('closes it with a proof where the managing key’s list does not name any more what was to be updated', async () => {
    const memory = await deletedInList();
    await rechecked(memory);
    expect(reported(memory)).toEqual([['R#1!1', 'already-revoked', null, 'gone', false]]);
    expect(memory.published[1]?.message).toMatch(/\. The key has been handled since, but not by this request$/);
    expect(memory.published[1]?.evidence).toHaveLength(2);
    expect(caseOf(memory, OTHER)).toMatchObject({ state: 'proved-case', proved: { endedBy: 'R#1' } });
    expect(caseOf(memory, OTHER).attempts).toEqual({});
    expect(caseOf(memory, OTHER).leftOpenBy).toBeUndefined();
    const firstAbsence = after(NOON, 10 * MINUTES);
    expect(caseOf(memory, OTHER).proved).toMatchObject({ deadAt: firstAbsence, at: after(firstAbsence, 2_000) });
    const done = { requestId: 'R', saw: 'unknown', finding: 'already-revoked' };
    expect(memory.lines.at(-1)).toEqual(['look done', done]);
  });

  it('comes again for an hour where only the key’s own word says that it is gone, which was to be updated', async () => {
    const memory = await ended({ probe: [HELD, GONE] }, updating);
    for (const ms of [20 * MINUTES, 20 * MINUTES, 20 * MINUTES - 1, 1]) {
      expect(await rechecked(memory)).toMatchObject({ done: false, code: 'not-yet-proved' });
      memory.clock.forward(ms);
    }
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual([]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1', attempts: {} });
    expect(memory.sent).toEqual(Array(6).fill('probe'));
  });

  it('closes it without a proof where someone else has restricted the key as it was asked', async () => {
    const asAsked: Restriction = {
      call: () => deleteCall({ target: { self: true } as never }),
      reach: () => 'as-asked',
      narrower: (a) => a,
    };
    const alive = answerOf('alive', { identified: true, record: { readOnly: 1, ips: [], permissions: {} } });
    const memory = await ended({ probe: [HELD, alive] }, { provider: scriptedProvider(() => ({ call: asAsked })) });
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual([['R#1!1', 'restricted', null, 'alive', false]]);
    expect(memory.published[1]?.message).toMatch(/\. The key has been handled since, but not by this request$/);
    expect(caseOf(memory)).toMatchObject({ state: 'restricted-case', restrictedBy: 'R#1', findings: 1 });
    expect(caseOf(memory).attempts).toEqual({});
    expect(caseOf(memory)).not.toHaveProperty('leftOpenBy');
    expect(caseOf(memory)).not.toHaveProperty('proved');
  });

  it('closes none that another request has called for and has not ended', async () => {
    const asAsked: Restriction = {
      call: () => deleteCall({ target: { self: true } as never }),
      reach: () => 'as-asked',
      narrower: (a) => a,
    };
    const alive = answerOf('alive', { identified: true, record: { readOnly: 1, ips: [], permissions: {} } });
    const memory = await ended({ probe: [HELD, alive] }, { provider: scriptedProvider(() => ({ call: asAsked })) });
    const attempts = { 'S#1': { ...NEW_ATTEMPT, calls: 1 } };
    memory.items.set(CASE, { ...caseOf(memory), attempts } as never);
    await rechecked(memory);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', attempts });
    expect(caseOf(memory)).not.toHaveProperty('leftOpenBy');
  });

  it('is silent where nothing tells how the key stands', async () => {
    const memory = await ended({
      probe: [HELD, answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true })],
    });
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual([]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
    expect(caseOf(memory).attempts).toEqual({});
  });

  it('is over where the credential is gone, and nobody has seen the key', async () => {
    const memory = await ended({ probe: [HELD] });
    const { sightings } = caseOf(memory);
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual([]);
    expect(caseOf(memory)).not.toHaveProperty('lease');
    expect(caseOf(memory).sightings).toEqual(sightings);
  });

  it.each([
    ['nothing, where nothing was seen', {}, []],
    ['the key that it saw alive', { keyState: 'alive' }, [['R#1!1', 'stuck', 'ip-not-allowed', 'alive', false]]],
  ])('reports, where the credential went while it waited, %s, and leaves no record', async (_what, seen, findings) => {
    const memory = await ended({ probe: [HELD] });
    memory.items.set(CASE, { ...caseOf(memory), attempts: { '~R#1': { ...NEW_ATTEMPT, ...seen } } } as never);
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual(findings);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
    expect(caseOf(memory).attempts).toEqual({});
    expect(caseOf(memory)).not.toHaveProperty('lease');
  });

  it('waits for another delivery’s lease where the credential is gone', async () => {
    const memory = await ended({ probe: [HELD] });
    const until = after(memory.clock.now(), 9_000);
    memory.items.set(CASE, { ...caseOf(memory), lease: { holder: 'else', until } } as never);
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
    expect(await rechecked(memory)).toMatchObject({ done: false, code: 'in-progress' });
    expect([reported(memory), caseOf(memory).lease?.holder]).toEqual([[], 'else']);
  });

  it('leaves no record of itself where the credential went while it waited', async () => {
    const memory = await ended({ probe: [HELD, undefined] });
    expect(await rechecked(memory)).toMatchObject({ done: false, code: 'no-reply' });
    expect(Object.keys(caseOf(memory).attempts)).toEqual(['~R#1']);
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual([]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
    expect(caseOf(memory).attempts).toEqual({});
    expect(caseOf(memory)).not.toHaveProperty('lease');
  });

  it('makes its findings again where a crash came between', async () => {
    const memory = await deletedInList();
    const { publish } = memory.ports.outbox;
    memory.ports.outbox = { ...memory.ports.outbox, publish: () => Promise.reject(new Unavailable('down')) };
    expect(await rechecked(memory)).toMatchObject({ done: false, code: 'aws-down' });
    memory.ports.outbox = { ...memory.ports.outbox, publish };
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual([['R#1!1', 'already-revoked', null, 'gone', false]]);
  });
});

describe('a recheck of a restricted key', () => {
  const READS = answerOf('alive', { identified: true, record: { readOnly: 1, groups: ['Spot'] } });
  const TRADES = answerOf('alive', { identified: true, record: { readOnly: 0, groups: ['Spot'] } });
  const SILENT = answerOf('silent', { means: { wait: 'provider-down' } });
  const SINCE = '2026-11-21T12:00:04.000Z';
  const reach = ({ readOnly, groups }: KeyRecord, before: KeyRecord) => {
    const hasMore = (groups as readonly string[]).length > (before['groups'] as readonly string[]).length;
    if (readOnly !== 1) return 'wider';
    return hasMore ? 'web-only' : 'as-asked';
  };
  const restricts: Restriction = {
    call: () => deleteCall({ target: { self: true } as never }),
    reach,
    narrower: (a) => a,
  };
  const given = { provider: scriptedProvider(() => ({ call: restricts })) };

  /** As an update's receipt has it. The scripted operation counts as a delete. */
  const changed = ({ items }: Memory): void => {
    const item = items.get('request#R request') as object as RequestItem;
    const change = { before: TRADES.record, after: READS.record };
    items.set('request#R request', { ...item, receipt: { ...item.receipt, change } } as never);
  };

  /** A key that an update restricted and whose settle window is over. @param later what it shows to the rechecks */
  const restricted = async (...later: Script['probe']) => {
    const whole = [TRADES, TRADES, ...Array.from({ length: 5 }, () => READS)];
    const memory = await ended({ probe: [...whole, ...later], delete: [ACCEPTED] }, given);
    await rechecked(memory);
    expect(reported(memory)).toEqual([['R#1!1', 'confirmed', null, 'alive', false]]);
    memory.published.pop();
    changed(memory);
    memory.clock.forward(24 * 60 * MINUTES);
    expect(memory.sent).toHaveLength(8);
    return memory;
  };

  it('that is as asked makes one probe, reports nothing, and leaves the case as it was', async () => {
    const memory = await restricted(READS);
    const { rev: _, nonce: __, ...asItWas } = caseOf(memory);
    expect(asItWas).toMatchObject({ state: 'restricted-case', restrictedBy: 'R#1' });
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(memory.sent.slice(8)).toEqual(['probe']);
    expect([reported(memory), memory.aside]).toEqual([[], []]);
    const { rev: ___, nonce: ____, ...left } = caseOf(memory);
    expect(left).toEqual(asItWas);
  });

  it.each([
    ['by what the call would take away', TRADES],
    [
      'by what only a person can take away, beside what the request did not ask about',
      answerOf('alive', { identified: true, record: { readOnly: 1, groups: ['Spot', 'Wallet'] } }),
    ],
  ])('that may do more, %s, is reported, opens its case, and makes no call', async (_how, wider) => {
    const memory = await restricted(wider);
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(memory.sent.slice(8)).toEqual(['probe']);
    expect(reported(memory)).toEqual([['R#1!2', 'widened', null, 'alive', false]]);
    const message = `${WIDENED}. The key had been restricted since ${SINCE}. Send the request again to restrict the key`;
    expect(memory.published[1]).toMatchObject({ message, confirms: null, calls: 0 });
    expect(memory.aside).toMatchObject([
      { attributes: { requestId: 'R', attempt: '1', outcome: 'widened', code: '', message } },
    ]);
    expect(caseOf(memory)).toMatchObject({
      ...{ state: 'open-case', leftOpenBy: 'R#1', findings: 2, attempts: {}, at: memory.clock.now() },
    });
    expect(caseOf(memory)).not.toHaveProperty('restrictedBy');
    expect(caseOf(memory)).not.toHaveProperty('lease');
    expect(memory.lines).toContainEqual(['widened', { requestId: 'R', provider: 'kalshi', key: expect.any(String) }]);
  });

  it('takes back its word: the same request, sent again, is the next attempt and restricts the key', async () => {
    const memory = await restricted(TRADES, TRADES, TRADES, READS);
    await rechecked(memory);
    memory.clock.forward(MINUTES);
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', sentAt: memory.clock.now() }));
    expect(memory.published.at(-1)).toMatchObject({ receiptId: 'R#2', outcome: 'restricted', calls: 1 });
    expect(caseOf(memory)).toMatchObject({ state: 'settling-case', restrictedBy: 'R#2' });
    expect(caseOf(memory)).not.toHaveProperty('leftOpenBy');
  });

  it('reports it once more each day, with one copy, and does not move the instant of its withdrawal', async () => {
    const memory = await restricted(TRADES);
    await rechecked(memory);
    const { at } = caseOf(memory);
    const { withdrawnAt } = memory.items.get('request#R request') as object as { readonly withdrawnAt: number };
    memory.clock.forward(24 * 60 * MINUTES);
    await rechecked(memory);
    expect(reported(memory).map(([id, outcome]) => [id, outcome])).toEqual([
      ['R#1!2', 'widened'],
      ['R#1!3', 'widened'],
    ]);
    expect(memory.aside).toHaveLength(1);
    expect(memory.lines.filter(([line]) => line === 'widened')).toHaveLength(1);
    expect(memory.items.get('request#R request')).toMatchObject({ withdrawnAt });
    expect(caseOf(memory)).toMatchObject({ at, state: 'open-case', leftOpenBy: 'R#1' });
  });

  it('is closed again where a person has restricted the key', async () => {
    const memory = await restricted(TRADES, READS);
    await rechecked(memory);
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory).at(-1)).toEqual(['R#1!3', 'restricted', null, 'alive', false]);
    expect(caseOf(memory)).toMatchObject({ state: 'restricted-case', restrictedBy: 'R#1' });
  });

  it.each([
    ['the key is gone', GONE],
    ['the key is refused', answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true })],
  ])('reports nothing where %s, and leaves the case as it was', async (_what, answer) => {
    const memory = await restricted(answer);
    expect(await rechecked(memory)).toEqual({ done: true });
    expect([reported(memory), memory.sent.slice(8)]).toEqual([[], ['probe']]);
    expect(caseOf(memory)).toMatchObject({ state: 'restricted-case', restrictedBy: 'R#1', attempts: {} });
  });

  it('comes again where nobody answers', async () => {
    const memory = await restricted(SILENT, READS);
    const sentAt = memory.clock.now();
    expect(await rechecked(memory, { sentAt })).toMatchObject({ done: false, code: 'provider-down' });
    expect(caseOf(memory)).not.toHaveProperty('lease');
    expect(await rechecked(memory, { sentAt })).toEqual({ done: true });
    expect(reported(memory)).toEqual([]);
  });

  it('says since when a recheck had found the key restricted, of an update that had ended stuck', async () => {
    const memory = await ended({ probe: [HELD, ...Array(11).fill(READS), TRADES] }, given);
    await rechecked(memory);
    const { at, state } = caseOf(memory);
    expect(state).toBe('restricted-case');
    memory.clock.forward(24 * 60 * MINUTES);
    memory.sent.push(...Array(12).fill('probe'));
    await rechecked(memory);
    expect(reported(memory).at(-1)).toEqual(['R#1!2', 'widened', null, 'alive', false]);
    expect(memory.published.at(-1)?.message).toContain(`had been restricted since ${toIso(at)}`);
  });

  it('leaves the key to the request that has taken it over since', async () => {
    const memory = await restricted(TRADES);
    memory.items.set(CASE, { ...caseOf(memory), state: 'open-case', attempts: { 'S#1': NEW_ATTEMPT } } as never);
    expect(await rechecked(memory)).toEqual({ done: true });
    expect([memory.sent.slice(8), reported(memory)]).toEqual([[], []]);
  });

  it('leaves it also to one that takes it over before the recheck has the lease', async () => {
    const memory = await restricted(TRADES);
    const { vault } = memory.ports;
    const attempts = { 'S#1': { ...NEW_ATTEMPT, calls: 1 } };
    const open: typeof vault.open = (...of) => {
      changeItem(memory, CASE, { state: 'open-case', attempts });
      return vault.open(...of);
    };
    memory.ports.vault = { ...vault, open };
    expect(await rechecked(memory)).toEqual({ done: true });
    expect([reported(memory), memory.aside]).toEqual([[], []]);
    expect(caseOf(memory)).toMatchObject({
      state: 'open-case',
      restrictedBy: 'R#1',
      attempts: { 'S#1': { calls: 1 } },
    });
    expect(caseOf(memory)).not.toHaveProperty('leftOpenBy');
  });

  it.each(['before', 'after'] as const)('reports it once where a step fails %s it is done', async (when) => {
    for (let step = 1; step < 40; step += 1) {
      const memory = await restricted(TRADES);
      memory.fail(step, when, new Unavailable('down'));
      await rechecked(memory);
      memory.clock.forward(MINUTES);
      await rechecked(memory);
      const said = new Map(memory.published.slice(1).map((receipt) => [receipt.receiptId, JSON.stringify(receipt)]));
      for (const receipt of memory.published.slice(1))
        expect(JSON.stringify(receipt)).toBe(said.get(receipt.receiptId));
      expect(said.has('R#1!2')).toBe(true);
      expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
      expect(memory.items.get('request#R request')).toHaveProperty('withdrawnAt');
    }
  });
});

describe('a recheck', () => {
  it.each([['AROAOTHER:key-revoker'], ['AROAOWNROLE2:key-revoker'], ['AIDAUSER']])(
    'is refused from %s',
    async (sender) => {
      const memory = await ended({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
      const before = memory.sent.length;
      expect(await rechecked(memory, { sender })).toEqual({ done: true });
      expect(memory.sent.slice(before)).toEqual([]);
      expect(memory.published[1]).toMatchObject({ requestId: 'L', outcome: 'refused', code: 'malformed' });
      expect(memory.published[1]?.message).toMatch(/Cannot accept look from this sender/);
    },
  );

  it('for a request that nobody knows, or that has not ended, does nothing', async () => {
    const memory = system({ probe: [undefined] });
    expect(await rechecked(memory)).toEqual({ done: true });
    await revoke(memory.ports, delivered(memory, SELF));
    const before = memory.sent.length;
    expect(await rechecked(memory)).toEqual({ done: true });
    expect([memory.sent.slice(before), memory.published]).toEqual([[], []]);
  });

  it('leaves the key to the request that has continued with it since', async () => {
    const memory = await ended({ probe: [HELD, ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'R2' }, { messageId: 'M2' }));
    const before = memory.sent.length;
    expect(await rechecked(memory)).toEqual({ done: true });
    expect([memory.sent.slice(before), memory.published.length]).toEqual([[], 2]);
  });

  it('leaves nothing of itself to the request that has continued with the key while it waited', async () => {
    const memory = await ended({ probe: [HELD, undefined, ALIVE, GONE], delete: [ACCEPTED] });
    expect(await rechecked(memory)).toMatchObject({ done: false, code: 'no-reply' });
    await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'R2' }, { messageId: 'M2' }));
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(caseOf(memory).attempts).toEqual({});
  });

  it('for a request that ended before its key was known does nothing', async () => {
    const memory = await ended({}, { secrets: {} });
    expect(memory.published).toMatchObject([{ code: 'credential-missing' }]);
    expect(await rechecked(memory)).toEqual({ done: true });
    expect([memory.sent, memory.published.length]).toEqual([[], 1]);
  });

  it('without a request’s id, or at a key that has no case, does nothing', async () => {
    const memory = await ended({ probe: [HELD] });
    const { requestId: _, ...bare } = RECHECK;
    expect(await revoke(memory.ports, delivered(memory, bare, OWN))).toEqual({ done: true });
    memory.items.delete(CASE);
    expect(await rechecked(memory)).toEqual({ done: true });
    expect([memory.sent, memory.published.length, memory.items.has(CASE)]).toEqual([['probe'], 1, false]);
  });

  it('counts its probes under a name that no request can have', async () => {
    const memory = await ended({ probe: [HELD, undefined] });
    await rechecked(memory);
    expect(Object.keys(caseOf(memory).attempts)).toEqual(['~R#1']);
  });

  it('does not ask again at once where the host has answered nobody so often', async () => {
    const memory = await ended({ probe: [HELD, answerOf('silent', { means: { wait: 'provider-down' } })] });
    while (memory.sent.length < 4) await rechecked(memory);
    const before = memory.sent.length;
    expect(await rechecked(memory)).toMatchObject({ done: false, code: 'provider-down' });
    expect([memory.sent.length - before, caseOf(memory).lease]).toEqual([0, undefined]);
  });

  it('comes again where AWS does not answer, and leaves the case to others meanwhile', async () => {
    const memory = await ended({ probe: [HELD] });
    memory.ports.vault = { ...memory.ports.vault, open: () => Promise.reject(new Unavailable('down')) };
    expect(await rechecked(memory)).toMatchObject({ done: false, code: 'aws-down' });
    expect(caseOf(memory).lease).toBeUndefined();
    expect(memory.lines.at(-1)).toEqual(['aws did not answer', { requestId: 'R', problem: 'down' }]);
  });

  it('is made also where the provider has been switched off since: it is no order', async () => {
    const memory = await ended({ probe: [HELD, ALIVE] });
    memory.ports.config = { ...memory.ports.config, providers: [] };
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual([['R#1!1', 'stuck', 'ip-not-allowed', 'alive', false]]);
  });

  it('is made also where the record of its request could not be read once', async () => {
    const memory = await ended({ probe: [HELD, ALIVE] });
    memory.items.set('request#R request', { ...memory.items.get('request#R request'), salvagedAt: NOON } as never);
    expect(await rechecked(memory)).toEqual({ done: true });
    expect(reported(memory)).toEqual([['R#1!1', 'stuck', 'ip-not-allowed', 'alive', false]]);
  });

  describe('that has lost the case', () => {
    /** Another delivery has taken it. */
    const lose = (memory: Memory) => {
      const lease = { holder: 'else', until: after(memory.clock.now(), 9_000) };
      return changeItem(memory, CASE, { lease });
    };

    it('before its first probe is written comes again, and writes nothing more', async () => {
      let taken: unknown;
      const memory = await ended({
        probe: [
          HELD,
          () => {
            taken = lose(memory);
            return GONE;
          },
        ],
      });
      expect(await rechecked(memory)).toMatchObject({ done: false, code: 'in-progress' });
      expect(caseOf(memory)).toEqual(taken);
    });

    it('before its end is written comes again, and writes nothing more', async () => {
      let taken: unknown;
      const memory = await ended({ probe: [HELD, ALIVE] });
      const publish = async () => {
        taken = lose(memory);
      };
      memory.ports.outbox = { ...memory.ports.outbox, publish };
      expect(await rechecked(memory)).toMatchObject({ done: false, code: 'in-progress' });
      expect(caseOf(memory)).toEqual(taken);
    });
  });

  it('waits while another delivery holds the case', async () => {
    const memory = await ended({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    const until = after(NOON, 20 * MINUTES);
    memory.items.set(CASE, { ...caseOf(memory), lease: { holder: 'other', until } } as never);
    const seen = caseOf(memory);
    const sentBefore = (ms: number) => rechecked(memory, { sentAt: after(memory.clock.now(), -ms) });
    expect(await sentBefore(24 * 60 * MINUTES - 1)).toMatchObject({ done: false, code: 'in-progress' });
    expect(caseOf(memory)).toEqual(seen);
    expect(await sentBefore(24 * 60 * MINUTES)).toEqual({ done: true });
    expect(memory.lines.at(-1)).toEqual(['look given up', { requestId: 'R', code: 'in-progress' }]);
  });

  it('comes again as soon as its request would, by the age of its own message', async () => {
    const memory = await ended({ probe: [HELD, undefined] }, {}, { ...SELF, ...LEAKED });
    memory.clock.forward(120 * MINUTES);
    const verdict = await rechecked(memory, { sentAt: memory.clock.now(), receiveCount: 20 });
    expect(verdict).toEqual({ done: false, code: 'no-reply', notBefore: after(memory.clock.now(), 45_000) });
  });
});

it('goes by its message where the stored request cannot be read', async () => {
  const memory = await ended({ probe: [ALIVE, GONE, GONE, ALIVE], delete: [ACCEPTED] });
  const { request: _, ...item } = memory.items.get('request#R request') as object as { readonly request: object };
  memory.items.set('request#R request', item as never);
  expect(await rechecked(memory)).toEqual({ done: true });
  expect(reported(memory)).toEqual([['R#1!1', 'resurrected', null, 'alive', false]]);
});
