import { describe, expect, it } from 'vitest';
import { after, type EpochMs } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { dailyPass } from '../../../../functions/core/sweep/daily-pass.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { copied } from '../scripted-system.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOTE = 'sweep#look-after sweep';
const ago = (ms: number): EpochMs => after(NOON, -ms);

const put = ({ items }: Memory, key: string, item: object): void =>
  void items.set(key, { rev: 1, nonce: 'n', ...item } as never);

const request = (requestId: string, receivedAt: EpochMs, more: object = {}) => ({
  requestId,
  attempt: 2,
  request: { requestId, provider: 'kalshi' },
  receivedAt,
  at: receivedAt,
  ...more,
});

/** A case and the request that keeps it, as `revoke` leaves them. */
const kept = (memory: Memory, name: string, state: string, endedAt: EpochMs): void => {
  const endedBy = `${name}#2`;
  const owners: Readonly<Record<string, object>> = {
    'proved-case': { proved: { at: endedAt, deadAt: endedAt, endedBy } },
    'restricted-case': { restrictedBy: endedBy },
  };
  const owner = owners[state] ?? { leftOpenBy: endedBy };
  const receipt = { outcome: 'stuck', code: 'no-effect', message: 'Said' };
  put(memory, `case#${name} case`, { state, at: endedAt, attempts: {}, ...owner });
  const ended = { outcome: 'stuck/no-effect', why: '', at: endedAt, evidence: [] };
  put(memory, `request#${name} request`, request(name, endedAt, { ended, receipt, published: true }));
};

const sent = ({ enqueued }: Memory) =>
  enqueued.map(({ body, attributes }) => [
    JSON.parse(body).requestId,
    attributes['key-revoker-attempt'],
    JSON.parse(body).look ?? false,
  ]);

/** Moves on to a day's next pass. */
const nextDay = (memory: Memory): void => {
  memory.clock.forward(DAY);
  memory.enqueued.length = 0;
  memory.aside.length = 0;
};

describe('once a day', () => {
  it('runs, however many sweeps there are, and overlapping ones make one', async () => {
    const memory = memoryPorts();
    kept(memory, 'A', 'open-case', ago(DAY));
    const passes = await Promise.all([dailyPass(memory.ports), dailyPass(memory.ports)]);
    expect(passes).toEqual([{ resent: 0, looks: 1, copies: 0 }, undefined]);
    expect(memory.lines).toEqual([['look-after done', { resent: 0, looks: 1, copies: 0 }]]);
    expect(memory.items.get(NOTE)).toMatchObject({ startedAt: NOON, completedAt: NOON });
    memory.clock.forward(DAY - 1);
    expect(await dailyPass(memory.ports)).toBeUndefined();
    memory.clock.forward(1);
    expect(await dailyPass(memory.ports)).toMatchObject({ looks: 1 });
  });

  it('begins again where a pass was broken off, a quarter of an hour later', async () => {
    const memory = memoryPorts();
    kept(memory, 'A', 'open-case', ago(DAY));
    const { outbox } = memory.ports;
    memory.ports.outbox = { ...outbox, enqueue: () => Promise.reject(new Unavailable('down')) };
    await expect(dailyPass(memory.ports)).rejects.toBeInstanceOf(Unavailable);
    memory.ports.outbox = outbox;
    memory.clock.forward(15 * 60_000 - 1);
    expect(await dailyPass(memory.ports)).toBeUndefined();
    memory.clock.forward(1);
    expect(await dailyPass(memory.ports)).toMatchObject({ looks: 1 });
  });
});

it.each([
  ['has begun since', { startedAt: after(NOON, 15 * 60_000), startedBy: 'another', rev: 2 }],
  ['keeps no note of', undefined],
])('does not count as done a day’s pass that another %s', async (_what, note) => {
  const memory = memoryPorts();
  kept(memory, 'A', 'open-case', ago(DAY));
  const { outbox } = memory.ports;
  const enqueue: typeof outbox.enqueue = async () => {
    if (note) put(memory, NOTE, note);
    else memory.items.delete(NOTE);
  };
  memory.ports.outbox = { ...outbox, enqueue };
  expect(await dailyPass(memory.ports)).toMatchObject({ looks: 1 });
  expect(memory.items.get(NOTE)).toEqual(note && { nonce: 'n', ...note });
});

describe('looks', () => {
  it.each([
    ['an open case, however old', 'open-case', 400 * DAY, 1],
    ['an open case whose second look may be on its way', 'open-case', 12 * HOUR - 1, 0],
    ['a proof of twelve hours ago', 'proved-case', 12 * HOUR, 1],
    ['a proof of two days ago', 'proved-case', 2 * DAY, 0],
    ['a proof of three days ago', 'proved-case', 3 * DAY, 1],
    ['a proof of five days ago', 'proved-case', 5 * DAY, 0],
    ['a proof of less than a week and half a day ago', 'proved-case', 7.5 * DAY - 1, 1],
    ['a proof of a week and half a day ago', 'proved-case', 7.5 * DAY, 0],
    ['a restriction of twelve hours ago', 'restricted-case', 12 * HOUR, 1],
    ['a restriction of less than twelve hours ago', 'restricted-case', 12 * HOUR - 1, 0],
    ['a restriction of a week ago', 'restricted-case', 7 * DAY, 1],
    ['a restriction of more than a week ago', 'restricted-case', 8 * DAY, 0],
    ['a case that nothing is left to do for', 'idle-case', DAY, 0],
  ] as const)('are asked for at %s', async (_, state, age, looks) => {
    const memory = memoryPorts();
    kept(memory, 'A', state, ago(age));
    expect(await dailyPass(memory.ports)).toMatchObject({ looks });
    expect(sent(memory)).toEqual(looks === 0 ? [] : [['A', '2', true]]);
  });

  it.each(['proved-case', 'restricted-case'])('are asked for at a %s on days 1, 3 and 7', async (state) => {
    const memory = memoryPorts();
    kept(memory, 'A', state, NOON);
    const days: number[] = [];
    for (let day = 0; day < 12; day += 1) {
      if ((await dailyPass(memory.ports))?.looks === 1) days.push(day);
      nextDay(memory);
    }
    expect(days).toEqual([1, 3, 7]);
  });

  it('are asked for later where their day’s pass was missed', async () => {
    const memory = memoryPorts();
    kept(memory, 'A', 'proved-case', ago(5 * DAY));
    expect(await dailyPass(memory.ports)).toMatchObject({ looks: 0 });
    memory.clock.forward(5 * DAY);
    expect(await dailyPass(memory.ports)).toMatchObject({ looks: 1 });
  });

  it('are spread over a quarter of an hour', async () => {
    const memory = memoryPorts();
    kept(memory, 'A', 'open-case', ago(DAY));
    await dailyPass(memory.ports);
    expect(memory.enqueued.map(({ delaySeconds }) => delaySeconds)).toEqual([450]);
  });

  it.each([
    ['is under way', { ended: undefined, receipt: undefined, published: false }],
    ['has not been published yet', { published: false }],
  ])('are not asked for while the request %s', async (_, more) => {
    const memory = memoryPorts();
    kept(memory, 'A', 'open-case', ago(DAY));
    put(memory, 'request#A request', { ...memory.items.get('request#A request'), ...more });
    expect(await dailyPass(memory.ports)).toMatchObject({ looks: 0 });
  });

  it('are not asked for of a case that no request has ended, nor where its request is unknown', async () => {
    const memory = memoryPorts();
    kept(memory, 'A', 'open-case', ago(DAY));
    put(memory, 'case#B case', { state: 'open-case', at: ago(DAY), attempts: {} });
    memory.items.delete('request#A request');
    expect(await dailyPass(memory.ports)).toMatchObject({ looks: 0 });
    // Nor did it fail for either.
    expect(memory.lines.map(([event]) => event)).toEqual(['look-after done']);
  });
});

describe('requests that never ended', () => {
  const LOST = DAY + 13 * HOUR;

  it.each([
    ['whose message must be lost', LOST + 1, {}, 1],
    ['that may still be on the queue', LOST, {}, 0],
    ['whose body was not a valid request', LOST + 1, { request: undefined, stub: '{}' }, 0],
    ['that was planned because the mode was observe', LOST + 1, { planOnly: true }, 0],
    ['that wanted a plan', LOST + 1, { planOnly: true, request: { requestId: 'A', dryRun: true } }, 1],
    ['whose time began later', LOST + 1, { request: { requestId: 'A', notBefore: '2026-11-21T00:00:00Z' } }, 0],
  ])('%s', async (_, age, more, resent) => {
    const memory = memoryPorts();
    const key = 'planOnly' in more ? 'request#A#plan request' : 'request#A request';
    put(memory, key, request('A', ago(age), { state: 'open-request', ...more }));
    expect(await dailyPass(memory.ports)).toMatchObject({ resent });
    expect(sent(memory)).toEqual(resent === 0 ? [] : [['A', '2', false]]);
  });

  it.each([
    ['that was forgotten', 2, 0],
    ['that was forgotten as an earlier attempt', 1, 1],
  ])('%s', async (_, attempt, resent) => {
    const memory = memoryPorts();
    put(memory, 'request#A request', request('A', ago(LOST + 1), { state: 'open-request' }));
    put(memory, 'forgotten#A forgotten', { requestId: 'A', attempt });
    expect(await dailyPass(memory.ports)).toMatchObject({ resent });
  });

  it('is sent again in the mode observe, where it was planned for and will be again', async () => {
    const memory = memoryPorts({ config: { mode: 'observe' } });
    put(memory, 'request#A#plan request', request('A', ago(LOST + 1), { state: 'open-request', planOnly: true }));
    expect(await dailyPass(memory.ports)).toMatchObject({ resent: 1 });
  });
});

describe('the copy for the stuck queue', () => {
  it('goes out again before the queue forgets it, every ten days', async () => {
    const memory = memoryPorts();
    kept(memory, 'A', 'open-case', ago(9.5 * DAY));
    expect(await dailyPass(memory.ports)).toMatchObject({ copies: 0 });
    nextDay(memory);
    expect(await dailyPass(memory.ports)).toMatchObject({ copies: 1 });
    expect(memory.aside).toEqual([
      {
        body: '{"requestId":"A","provider":"kalshi"}',
        attributes: { ...copied('A', 2), outcome: 'stuck', code: 'no-effect', message: 'Said' },
      },
    ]);
    for (let day = 11; day < 20; day += 1) {
      nextDay(memory);
      expect(await dailyPass(memory.ports)).toMatchObject({ copies: 0 });
    }
    nextDay(memory);
    expect(await dailyPass(memory.ports)).toMatchObject({ copies: 1 });
  });

  it.each([
    ['that are over since the day before', 10.5 * DAY, 1],
    ['that were over before', 11.5 * DAY, 0],
  ])('goes out at the very first pass for ten days %s', async (_what, age, copies) => {
    const memory = memoryPorts();
    kept(memory, 'A', 'open-case', ago(age));
    expect(await dailyPass(memory.ports)).toMatchObject({ copies });
  });

  it('goes out also where a day was missed', async () => {
    const memory = memoryPorts();
    kept(memory, 'A', 'open-case', ago(9.5 * DAY));
    await dailyPass(memory.ports);
    memory.clock.forward(3 * DAY);
    expect(await dailyPass(memory.ports)).toMatchObject({ copies: 1 });
  });

  it.each(['proved-case', 'restricted-case'])('is not made of a %s', async (state) => {
    const memory = memoryPorts();
    kept(memory, 'A', state, ago(7 * DAY));
    // Passes were missed since.
    put(memory, NOTE, { startedAt: ago(5 * DAY), startedBy: 'p', completedAt: ago(5 * DAY) });
    put(memory, 'request#A request', { ...memory.items.get('request#A request'), ended: { at: ago(10.5 * DAY) } });
    expect(await dailyPass(memory.ports)).toMatchObject({ looks: 1, copies: 0 });
  });
});

it('waits while the system is paused', async () => {
  const memory = memoryPorts();
  kept(memory, 'A', 'open-case', ago(DAY));
  put(memory, 'control pause', { pausedAt: NOON, by: 'me', reason: 'x' });
  expect(await dailyPass(memory.ports)).toBeUndefined();
  put(memory, 'control pause', { by: 'me', reason: 'x' });
  expect(await dailyPass(memory.ports)).toMatchObject({ looks: 1 });
});

describe('an item that cannot be served', () => {
  const kinds = [
    ['open-case', { looks: 2 }],
    ['proved-case', { looks: 2 }],
    ['restricted-case', { looks: 2 }],
  ] as const;
  const failingFor = (memory: Memory, name: string, error: Error): void => {
    const { ledger } = memory.ports;
    const isIt = ({ pk }: { readonly pk: string }): boolean => pk === `request#${name}` || pk === `forgotten#${name}`;
    memory.ports.ledger = {
      ...ledger,
      read: (key) => (isIt(key) ? Promise.reject(error) : ledger.read(key)),
    };
  };

  it.each(kinds)('does not stop the others of its state: %s', async (state, expected) => {
    for (const error of [new TypeError('a defect'), new Unavailable('down')]) {
      const memory = memoryPorts();
      for (const name of ['A', 'B', 'C']) kept(memory, name, state, ago(DAY));
      failingFor(memory, 'B', error);
      expect(await dailyPass(memory.ports)).toMatchObject(expected);
      expect(memory.items.get(NOTE)).toMatchObject({ completedAt: NOON });
      expect(memory.lines[0]).toMatchObject(['ledger item failed', { what: 'daily pass' }]);
    }
  });

  it('does not keep a lost request from being sent again', async () => {
    const memory = memoryPorts();
    for (const name of ['A', 'B'])
      put(memory, `request#${name} request`, request(name, ago(3 * DAY), { state: 'open-request' }));
    failingFor(memory, 'A', new TypeError('a defect'));
    expect(await dailyPass(memory.ports)).toMatchObject({ resent: 1 });
    expect(sent(memory)).toEqual([['B', '2', false]]);
  });
});
