import { describe, expect, it } from 'vitest';
import { after, type EpochMs, toIso } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { gauge } from '../../../../functions/core/sweep/gauges.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';

const MINUTE = 60_000;
const ago = (ms: number): EpochMs => after(NOON, -ms);

const request = (fields: object = {}, sent: object = {}) => ({
  requestId: 'R',
  planOnly: false,
  state: 'open-request',
  request: { provider: 'kalshi', requestId: 'R', ...sent },
  receivedAt: ago(10 * MINUTE),
  at: ago(10 * MINUTE),
  ...fields,
});

const held = (fields: object) => ({
  state: 'open-case',
  provider: 'kalshi',
  realm: 'prod',
  keyId: 'A',
  attempts: {},
  at: ago(90 * MINUTE),
  ...fields,
});

const withItems = (...items: readonly object[]): Memory => {
  const memory = memoryPorts();
  for (const [n, item] of items.entries()) memory.items.set(`item${n} x`, { rev: 1, nonce: 'n', ...item });
  return memory;
};

/** How many are open, and the age of the oldest in minutes. */
const read = async (memory: Memory): Promise<readonly [number, number]> => {
  const { openCases, oldestOpenCaseSeconds } = await gauge(memory.ports);
  return [openCases, oldestOpenCaseSeconds / 60];
};

const STUCK = { leftOpenBy: 'Q#1' };
const ATTEMPTED = { attempts: { 'R#1': { calls: 1, calledAt: ago(3 * MINUTE) }, 'S#1': { calls: 0 } } };
const ON_A = { pin: { keyName: 'kalshi/prod/A' } };

it('does not name a request whose message crashed and that was forgotten since, until it is sent again', async () => {
  const day = 24 * 60 * MINUTE;
  for (const [attempt, age, open] of [
    [2, day + 1, 0],
    [1, day + 1, 1],
    // Within its time it is under way, as far as anybody knows.
    [2, day, 1],
  ] as const) {
    const memory = withItems(request({ attempt: 2, receivedAt: ago(age) }));
    memory.items.set('forgotten#R forgotten', { requestId: 'R', attempt, rev: 1, nonce: '' });
    expect((await read(memory))[0]).toBe(open);
  }
});

describe('what is open', () => {
  it.each([
    ['nothing', [], [0, 0]],
    ['a request since it came', [request()], [1, 10]],
    ['a request since its time', [request({}, { notBefore: toIso(ago(4 * MINUTE)) })], [1, 4]],
    ['a request at its time', [request({}, { notBefore: toIso(NOON) })], [1, 0]],
    ['no request before its time', [request({}, { notBefore: toIso(after(NOON, 1)) })], [0, 0]],
    ['no plan', [request({ planOnly: true })], [0, 0]],
    ['a request of which nothing can be read', [{ ...request(), request: undefined, salvagedAt: NOON }], [1, 10]],
    ['no message that was not a valid request', [{ ...request(), request: undefined }], [0, 0]],
    ['a key that an end left alive, since then', [held(STUCK)], [1, 90]],
    ['a key that is under way, since its first call', [held(ATTEMPTED)], [1, 3]],
    ['nothing that is closed', [held({ ...STUCK, state: 'idle-case' }), held({ state: 'proved-case' })], [0, 0]],
    ['a key and its request once', [request(ON_A), held(ATTEMPTED)], [1, 10]],
    ['two requests for one key once', [request(ON_A), request({ ...ON_A, requestId: 'S' })], [1, 10]],
    ['two keys, and the older of them', [held(STUCK), held({ ...ATTEMPTED, keyId: 'B' })], [2, 90]],
    ['two requests whose keys are not known yet', [request(), request({ requestId: 'S' })], [2, 10]],
    ['a case that says nothing of itself, as of now', [held({})], [1, 0]],
  ] as const)('is %s', async (_what, items, expected) => {
    expect(await read(withItems(...items))).toEqual(expected);
  });
});

describe('the time since a pause', () => {
  const paused = (fields: object): Memory => {
    const memory = memoryPorts();
    memory.items.set('control pause', { rev: 1, nonce: 'n', by: 'me', reason: 'x', ...fields });
    return memory;
  };

  it.each([
    ['counted in seconds', { pausedAt: ago(90_500) }, 90],
    ['nothing after it was resumed', {}, 0],
    ['nothing where a clock is ahead', { pausedAt: after(NOON, 5_000) }, 0],
  ])('is %s', async (_what, fields, pausedSeconds) => {
    expect(await gauge(paused(fields).ports)).toMatchObject({ pausedSeconds });
  });

  it('is nothing where there never was one', async () => {
    expect(await gauge(memoryPorts().ports)).toMatchObject({ pausedSeconds: 0 });
  });
});

it('is told in one line', async () => {
  const memory = withItems(held(STUCK));
  const gauges = await gauge(memory.ports);
  expect(memory.lines).toEqual([['gauges read', gauges]]);
});

it('counts the others where one cannot be judged', async () => {
  const memory = withItems(request(), held(STUCK), held({ keyId: 'B', attempts: null }));
  expect(await read(memory)).toEqual([2, 90]);
  expect(memory.lines[0]).toEqual(['ledger item failed', { what: 'gauge', name: 'kalshi/prod/B', problem: 'defect' }]);
});

it('fails where the ledger answers for none', async () => {
  const memory = withItems(request({ receivedAt: ago(2 * 24 * 60 * MINUTE) }));
  const { ledger } = memory.ports;
  memory.ports.ledger = {
    ...ledger,
    read: (key) => (key.pk.startsWith('forgotten#') ? Promise.reject(new Unavailable('down')) : ledger.read(key)),
  };
  await expect(gauge(memory.ports)).rejects.toBeInstanceOf(Unavailable);
});
