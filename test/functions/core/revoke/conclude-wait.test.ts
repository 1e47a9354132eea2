import { describe, expect, it } from 'vitest';
import type { Retry } from '../../../../functions/core/backoff.ts';
import { after, epochMs, toIso } from '../../../../functions/core/epoch.ts';
import { attemptEnded, attemptWaiting } from '../../../../functions/core/ledger/attempt-result.ts';
import { type AttemptRecord, type CaseItem, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { conclude } from '../../../../functions/core/revoke/conclude.ts';
import { waitUnclaimed } from '../../../../functions/core/revoke/wait-for.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { delivered } from '../scripted-system.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const PIN = {
  signer: { arn: 'arn:s', secretId: 'key-revoker/s', versionId: 'v1', environment: 'prod', keyId: 'K' },
  self: true,
  keyId: 'K',
  realm: 'prod',
  keyName: 'kalshi/prod/K',
};
const REQUEST = { provider: 'kalshi', operation: 'delete-key', requestId: 'R', reason: 'manual' };
const ITEM = {
  requestId: 'R',
  planOnly: false,
  attempt: 1,
  provider: 'kalshi',
  request: REQUEST,
  pin: PIN,
  receivedAt: NOON,
  dueAt: NOON,
  published: false,
  interim: { count: 0 },
} as unknown as RequestItem;
const URGENT = { ...ITEM, request: { ...REQUEST, reason: 'leaked' } } as RequestItem;
const UNPINNED: RequestItem = { ...ITEM, pin: undefined };

const REQUEST_KEY = 'request#R request';
const CASE_KEY = 'case#kalshi/prod/K case';

/** The ledger as earlier deliveries have left it, some time after the request came. */
const later = (age: number, item: RequestItem, progress?: Partial<AttemptRecord>): Memory => {
  const memory = memoryPorts();
  memory.items.set(REQUEST_KEY, { ...item, rev: 1, nonce: '' } as never);
  const { provider, pin } = item;
  const found = { rev: 1, nonce: '', provider, sightings: {}, facts: {}, state: 'idle-case', attempts: {}, at: NOON };
  if (pin) memory.items.set(CASE_KEY, found);
  if (progress) memory.items.set(CASE_KEY, { ...found, attempts: { 'R#1': { ...NEW_ATTEMPT, ...progress } } } as never);
  memory.clock.forward(age);
  return memory;
};
const caseIn = ({ items }: Memory): CaseItem => items.get(CASE_KEY) as unknown as CaseItem;

const NO_REPLY: Retry = { code: 'no-reply' };

const waited = (
  memory: Memory,
  item: RequestItem,
  wait = NO_REPLY,
  { receiveCount = 40, holder = undefined as string | undefined } = {},
) => conclude(memory.ports, delivered(memory, {}, { receiveCount }), item, attemptWaiting(wait), holder);

describe('a request whose time is up', () => {
  it.each<[string, string, Retry, Partial<AttemptRecord>]>([
    ['nothing, where nothing was proved', 'unproven', NO_REPLY, {}],
    [
      'the limit that it waited for',
      'limit',
      { code: 'limit', fallbackCode: 'no-effect' },
      { fallbackCode: 'no-effect' },
    ],
    ['what this delivery was answered', 'region-refused', { ...NO_REPLY, fallbackCode: 'region-refused' }, {}],
    [
      'what its attempt was answered, before all',
      'permission-missing',
      { ...NO_REPLY, fallbackCode: 'region-refused' },
      { fallbackCode: 'permission-missing' },
    ],
    [
      'the refusal that it waited out, before what its attempt was answered',
      'credential-refused',
      { code: 'refused-for-now', fallbackCode: 'credential-refused' },
      { fallbackCode: 'permission-missing' },
    ],
  ])('ends as stuck over %s', async (_what, code, retry, progress) => {
    const memory = later(DAY, ITEM, progress);
    expect(await waited(memory, ITEM, retry)).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code, evidence: [] }]);
    expect(memory.published[0]?.message).toContain(
      `The request ran out of time. It was last waiting for: ${retry.code}`,
    );
    expect(caseIn(memory)).toMatchObject({ leftOpenBy: 'R#1' });
    expect(caseIn(memory).attempts).toEqual({});
    expect(caseIn(memory).sightings).toEqual({});
    expect(caseIn(memory)).not.toHaveProperty('lease');
  });

  it('says what was denied, where a denial is what it waited out', async () => {
    const refused = { wouldEnd: 'stuck/access-denied', why: 'AWS denies it', since: NOON, at: NOON, until: NOON };
    const item = { ...ITEM, refused } as RequestItem;
    const memory = later(DAY, item, {});
    await waited(memory, item, { code: 'refused-for-now', fallbackCode: 'access-denied' });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'access-denied' }]);
    expect(memory.published[0]?.message).toContain('. AWS denies it. The request ran out of time. ');
  });

  it.each([
    ['waits as long as the hour of its key’s absence is under way', DAY + HOUR / 2, HOUR - 1, false],
    ['ends after that hour', DAY + HOUR / 2, HOUR, true],
    ['gets no further hour where its key was seen and is gone again', DAY + 1.5 * HOUR, HOUR / 2, true],
    ['gets the whole hour otherwise', DAY + 1.5 * HOUR - 1, HOUR / 2, false],
  ])('%s', async (_what, age, absentFor, done) => {
    const memory = later(age, ITEM, { calls: 1, absentSince: after(NOON, age - absentFor) });
    expect(await waited(memory, ITEM)).toMatchObject({ done });
    expect(memory.published.map(({ code }) => code)).toEqual(done ? ['unproven'] : []);
    expect(Object.keys(caseIn(memory).attempts)).toEqual(done ? [] : ['R#1']);
  });

  it.each([
    ['a request without a key', UNPINNED, REQUEST_KEY],
    ['a plan', { ...ITEM, planOnly: true }, 'request#R#plan request'],
  ])('takes no case where it is %s', async (_what, item, key) => {
    const memory = memoryPorts();
    memory.items.set(key, { ...item, rev: 1, nonce: '' } as never);
    memory.clock.forward(DAY);
    expect(await waited(memory, item)).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ code: 'unproven' }]);
    expect([...memory.items.keys()]).toEqual([key]);
  });

  it('ends inside the case of its earlier attempt, where it came to no key of its own', async () => {
    const redriven = { ...UNPINNED, attempt: 2, former: PIN } as unknown as RequestItem;
    const memory = later(DAY, redriven);
    const found = { provider: 'kalshi', realm: 'prod', keyId: 'K', sightings: {}, facts: {}, attempts: {}, at: NOON };
    memory.items.set(CASE_KEY, { ...found, state: 'open-case', leftOpenBy: 'R#1', rev: 1, nonce: '' });
    expect(await waited(memory, redriven)).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ receiptId: 'R#2', code: 'unproven', key: { id: expect.anything() } }]);
    expect(caseIn(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#2', attempts: {} });
  });

  it('leaves the case of its earlier attempt to another delivery that has pinned a key since', async () => {
    const redriven = { ...UNPINNED, attempt: 2, former: PIN } as unknown as RequestItem;
    const memory = later(DAY, redriven);
    const { ledger } = memory.ports;
    const pin = { ...PIN, signer: { ...PIN.signer, versionId: 'v2' } };
    let reads = 0;
    const read = (async (key) => {
      if (key.sk === 'request' && ++reads === 2)
        memory.items.set(REQUEST_KEY, { ...redriven, pin, rev: 2, nonce: '' } as never);
      return ledger.read(key);
    }) as typeof ledger.read;
    memory.ports.ledger = { ...ledger, read };
    expect(await waited(memory, redriven)).toMatchObject({ done: false, code: 'in-progress' });
    expect(memory.published).toEqual([]);
    expect(memory.items.get(REQUEST_KEY)).toMatchObject({ pin });
  });

  it('is concluded by this delivery once another lets the case go', async () => {
    const memory = later(DAY, ITEM, {});
    const until = after(memory.clock.now(), 9_000);
    memory.items.set(CASE_KEY, { ...caseIn(memory), lease: { holder: 'else', until } } as never);
    // Half of the spread after the end of the lease, as with any wait for another's lease.
    const notBefore = after(until, 1_000);
    const verdict = await waited(memory, ITEM, NO_REPLY, { receiveCount: 1 });
    expect(verdict).toEqual({ done: false, code: 'in-progress', notBefore });
    expect(memory.published).toEqual([]);
  });

  it('is left at once to another delivery that has ended it meanwhile', async () => {
    const memory = later(DAY, ITEM, {});
    const { ledger } = memory.ports;
    const ended = { ended: { outcome: 'revoked' }, rev: 2 };
    const write: typeof ledger.write = (key, item) => {
      if (key.sk === 'case') memory.items.set(REQUEST_KEY, { ...ITEM, nonce: '', ...ended } as never);
      return ledger.write(key, item);
    };
    memory.ports.ledger = { ...ledger, write };
    const notBefore = after(memory.clock.now(), 1_500);
    const verdict = await waited(memory, ITEM, NO_REPLY, { receiveCount: 1 });
    expect(verdict).toEqual({ done: false, code: 'in-progress', notBefore });
    expect(caseIn(memory)).not.toHaveProperty('lease');
    expect(memory.published).toEqual([]);
  });

  it.each<[string, Partial<RequestItem>, Partial<AttemptRecord>]>([
    ['the request', { ended: { outcome: 'revoked', why: '', at: NOON, evidence: [] } }, {}],
    ['the case', {}, { ended: { outcome: 'revoked', why: '', at: NOON, evidence: [] } }],
  ])('has ended where %s says so: the next delivery publishes it', async (_what, fields, progress) => {
    const item = { ...URGENT, ...fields };
    const memory = later(DAY, item, progress);
    expect(await waited(memory, URGENT, { code: 'aws-down' })).toMatchObject({ done: false, code: 'aws-down' });
    expect([memory.published, caseIn(memory).rev]).toEqual([[], 1]);
  });
});

describe('a request that continues later', () => {
  it('says so, and lets the case go', async () => {
    const memory = later(0, ITEM, {});
    memory.items.set(CASE_KEY, { ...caseIn(memory), lease: { holder: 'me', until: NOON } } as never);
    expect(await waited(memory, ITEM, NO_REPLY, { holder: 'me' })).toMatchObject({ done: false, code: 'no-reply' });
    expect(caseIn(memory)).not.toHaveProperty('lease');
    expect(memory.lines).toEqual([['request goes on later', { requestId: 'R', attempt: 1, code: 'no-reply' }]]);
  });

  it.each([
    ['that another attempt has taken over', { ...ITEM, attempt: 2, ended: {} }],
    ['that nothing is known of', undefined],
  ])('continues as the attempt that it was claimed as, also one %s', async (_what, now) => {
    const memory = later(0, ITEM);
    if (now) memory.items.set(REQUEST_KEY, { ...now, rev: 2, nonce: '' } as never);
    else memory.items.delete(REQUEST_KEY);
    await waited(memory, ITEM);
    expect(memory.lines.at(-1)).toMatchObject(['request goes on later', { attempt: 1 }]);
  });

  it.each<[string, Retry['code'], number]>([
    ['as a young one, while a refusal has to hold', 'refused-for-now', 15 * MINUTE],
    ['by its own age otherwise', 'no-reply', HOUR],
  ])('waits %s', async (_what, code, longest) => {
    const since = after(NOON, 3 * DAY);
    const refused = { wouldEnd: 'stuck/access-denied', since, at: since, until: after(since, HOUR) } as const;
    const item: RequestItem = { ...ITEM, refused, interim: { count: 1, at: since } };
    const memory = later(3 * DAY, item, {});
    memory.ports.config = { ...memory.ports.config, giveUpAfterMs: 9 * DAY };
    const { notBefore = NOON } = (await waited(memory, item, { code })) as { notBefore?: number };
    expect(notBefore - memory.clock.now()).toBe(longest * 0.75);
  });

  // Of the longest wait at that age three quarters, since half of it is random and that is a half here.
  it.each<[string, number, number, RequestItem]>([
    ['an urgent one in its first hour', HOUR - 1, MINUTE, URGENT],
    ['an urgent one from then on', HOUR, 4 * MINUTE, URGENT],
    ['one that is not urgent', HOUR, 15 * MINUTE, ITEM],
    [
      'one that was to wait for a date',
      3 * HOUR - 1,
      MINUTE,
      {
        ...URGENT,
        request: { ...URGENT.request, notBefore: toIso(after(NOON, 2 * HOUR)) },
      } as RequestItem,
    ],
    ['one whose body was not a valid request', HOUR, 15 * MINUTE, { ...ITEM, request: undefined }],
  ])('waits by its age: %s', async (_what, age, longest, item) => {
    const memory = later(age, item);
    const notBefore = after(memory.clock.now(), longest * 0.75);
    expect(await waited(memory, item)).toEqual({ done: false, code: 'no-reply', notBefore });
  });
});

describe('an urgent request that waits', () => {
  it.each<[string, Partial<RequestItem>, string[]]>([
    ['is reported', {}, ['R#1~1']],
    ['is not reported where that delivery has ended it', { ended: { outcome: 'revoked' } as RequestItem['ended'] }, []],
  ])('with its end for another delivery’s lease %s', async (_what, since, published) => {
    const memory = later(MINUTE, URGENT, {});
    memory.items.set(REQUEST_KEY, { ...URGENT, ...since, rev: 2, nonce: '' } as never);
    const until = after(memory.clock.now(), 9_000);
    memory.items.set(CASE_KEY, { ...caseIn(memory), lease: { holder: 'else', until } } as never);
    const delivery = delivered(memory, {}, { receiveCount: 1 });
    const verdict = await conclude(memory.ports, delivery, URGENT, attemptEnded('refused/provider-off'), undefined);
    expect(verdict).toEqual({ done: false, code: 'in-progress', notBefore: after(until, 1_000) });
    expect(memory.published.map(({ receiptId }) => receiptId)).toEqual(published);
    expect(memory.lines.at(-1)).toMatchObject(['request goes on later', { code: 'in-progress' }]);
  });

  it('is counted for its attempt', async () => {
    const memory = later(MINUTE, URGENT, { keyState: 'alive' });
    await waited(memory, URGENT);
    expect(memory.published).toMatchObject([{ receiptId: 'R#1~1', code: 'no-reply', keyState: 'alive' }]);
    expect(memory.items.get(REQUEST_KEY)).toMatchObject({ interim: { count: 1, at: after(NOON, MINUTE) } });
  });

  it.each([
    ['has ended', { ...URGENT, receipt: { receiptId: 'R#1' } }],
    ['was redriven', { ...URGENT, attempt: 2 }],
    ['was forgotten', undefined],
  ])('is not counted where it %s meanwhile', async (_what, now) => {
    const memory = later(MINUTE, URGENT);
    const { outbox } = memory.ports;
    const publish: typeof outbox.publish = async () => {
      if (now) memory.items.set(REQUEST_KEY, now as never);
      else memory.items.delete(REQUEST_KEY);
    };
    memory.ports.outbox = { ...outbox, publish };
    await waited(memory, URGENT);
    expect(memory.items.get(REQUEST_KEY)).toEqual(now);
  });
});

it.each([
  ['its first hour', HOUR - 1, MINUTE],
  ['from then on', HOUR, 4 * MINUTE],
])('lets a message that could not be claimed wait as if it were urgent, by its age: %s', (_what, age, longest) => {
  const memory = memoryPorts();
  const delivery = delivered(memory, {}, { receiveCount: 40, sentAt: epochMs(NOON - age) });
  const notBefore = after(NOON, longest * 0.75);
  expect(waitUnclaimed(memory.ports, delivery)).toEqual({ done: false, code: 'aws-down', notBefore });
});
