import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import type { Config } from '../../../../functions/core/ports.ts';
import { ask, isUnasked } from '../../../../functions/core/probe/ask.ts';
import {
  type Asking,
  checkBreaker,
  readWayAround,
  recordAnswer,
  whileBanned,
} from '../../../../functions/core/probe/host-limits.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { questionOf, replyOf, scriptedProvider, withoutSlot } from '../scripted-provider.ts';
import { ACCEPTED, ALIVE, caseOf, delivered, GONE, LEAKED, SELF, system } from '../scripted-system.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const OUT = [undefined];
const BAN_ENDS = after(NOON, 10 * MINUTE);
const BANNED = answerOf('silent', { means: { wait: 'rate-limited', notBefore: BAN_ENDS }, hostWide: true });

/** One host and deliveries that ask it, each for itself. */
const host = () => {
  let answer: Answer | undefined = answerOf('alive');
  const memory = memoryPorts({ reply: () => answer && replyOf(answer) });
  const delivery = (more: Partial<Asking> = {}): Asking => ({
    ports: memory.ports,
    deadline: after(memory.clock.now(), 25_000),
    ...more,
  });
  const heldAs = async (asking = delivery()): Promise<unknown> => {
    const answer = await ask(asking, questionOf('probe'));
    return isUnasked(answer) ? answer.heldUp : 'asked';
  };
  return {
    memory,
    delivery,
    heldAs,
    says: (next: Answer | undefined) => {
      answer = next;
    },
    item: () => memory.items.get('host#api.example.com host'),
  };
};

/** As many deliveries as are let through in so long, one each 100 ms. */
const triesIn = async ({ heldAs, memory }: ReturnType<typeof host>, ms: number): Promise<number> => {
  let tries = 0;
  for (const end = memory.clock.now() + ms; memory.clock.now() < end; memory.clock.forward(100))
    if ((await heldAs()) === 'asked') tries += 1;
  return tries;
};

describe('a host that answers nobody', () => {
  it('is left alone after three silences in a row', async () => {
    const one = host();
    one.says(undefined);
    for (const expected of ['asked', 'asked', 'asked', { code: 'no-reply' }])
      expect(await one.heldAs()).toEqual(expected);
    expect(one.item()).toMatchObject({ silences: 3 });
  });

  it.each([
    ['a broken provider', { means: { wait: 'provider-down' } }, { code: 'provider-down' }],
    ['silence', { means: { wait: 'no-reply' } }, { code: 'no-reply' }],
    ['a limit of one key', { means: { wait: 'rate-limited' } }, 'asked'],
    ['a page of something before it', { means: { wait: 'unrecognised' } }, { code: 'unrecognised' }],
    ['a refusal of the key itself', { means: { wait: 'unrecognised' }, identified: true }, 'asked'],
    ['a refusal that is known', { means: { wait: 'unrecognised' }, fallbackCode: 'permission-missing' }, 'asked'],
    ['a refusal', { means: { end: 'stuck/credential-refused' } }, 'asked'],
  ] as const)('is known by %s', async (_what, more, expected) => {
    const one = host();
    one.says(answerOf('silent', more));
    for (let n = 0; n < 3; n += 1) await one.heldAs();
    expect(await one.heldAs()).toEqual(expected);
  });

  it('is tried by one delivery at a time, after a second at first and every 15 s at last', async () => {
    const one = host();
    one.says(undefined);
    for (let n = 0; n < 3; n += 1) await one.heldAs();
    one.memory.clock.forward(SECOND - 1);
    expect(await one.heldAs()).toEqual({ code: 'no-reply' });
    one.memory.clock.forward(1);
    expect(await Promise.all([one.heldAs(), one.heldAs(), one.heldAs()])).toContainEqual({ code: 'no-reply' });
    expect(await triesIn(one, MINUTE)).toBeLessThanOrEqual(7);
    expect(await triesIn(one, 10 * MINUTE)).toBe(40);
  });

  it('is everybody’s again at its first answer', async () => {
    const one = host();
    one.says(undefined);
    await triesIn(one, 10 * MINUTE);
    one.says(answerOf('alive'));
    await triesIn(one, 15 * SECOND);
    expect(await Promise.all(Array.from({ length: 5 }, () => one.heldAs()))).toEqual(Array(5).fill('asked'));
    expect(one.item()).toMatchObject({ silences: 0 });
  });

  it('is tried by another where the one that tries it crashed', async () => {
    const one = host();
    one.says(undefined);
    for (let n = 0; n < 3; n += 1) await one.heldAs();
    one.memory.clock.forward(SECOND);
    const { send } = one.memory.ports;
    one.memory.ports.send = () => Promise.reject(new Error('killed'));
    await ask(one.delivery(), questionOf('probe')).catch(() => undefined);
    one.memory.ports.send = send;
    one.memory.clock.forward(6 * SECOND - 1);
    expect(await one.heldAs()).toEqual({ code: 'no-reply' });
    one.memory.clock.forward(1);
    expect(await one.heldAs()).toBe('asked');
  });

  it('is asked all the same where the breaker is bypassed for an urgent call', async () => {
    const one = host();
    one.says(undefined);
    for (let n = 0; n < 9; n += 1) expect(await one.heldAs(one.delivery({ bypassesBreaker: true }))).toBe('asked');
  });

  it('trips the breaker under the code that the request waits with', async () => {
    const one = host();
    one.says(undefined);
    for (let n = 0; n < 3; n += 1) await one.heldAs();
    expect(await one.heldAs(one.delivery({ breakerCode: 'not-yet-proved' }))).toEqual({ code: 'not-yet-proved' });
  });
});

describe('one reply that was lost', () => {
  it('holds nobody back, and is forgotten at the next that comes', async () => {
    const one = host();
    for (let n = 0; n < 9; n += 1) {
      one.says(n % 3 === 2 ? answerOf('alive') : undefined);
      expect(await one.heldAs()).toBe('asked');
    }
    expect(one.item()).toMatchObject({ silences: 0 });
  });

  it('costs nothing where there is none', async () => {
    const one = host();
    await one.heldAs();
    expect(one.memory.steps).toEqual(['read', 'send']);
  });

  it('is looked up once in a delivery, and again after a silence of its own', async () => {
    const one = host();
    const asking = one.delivery();
    for (let n = 0; n < 2; n += 1) await one.heldAs(asking);
    expect(one.memory.steps).toEqual(['read', 'send', 'send']);
    one.says(undefined);
    for (let n = 0; n < 3; n += 1) expect(await one.heldAs(asking)).toBe('asked');
    expect(await one.heldAs(asking)).toEqual({ code: 'no-reply' });
  });
});

it('keeps to its own pace whatever a provider in trouble states', async () => {
  const one = host();
  one.says(answerOf('silent', { means: { wait: 'provider-down', notBefore: after(NOON, 10 * MINUTE) } }));
  for (let n = 0; n < 3; n += 1) await one.heldAs();
  one.memory.clock.forward(SECOND);
  expect(await one.heldAs()).toBe('asked');
});

describe('the first answer after a silence', () => {
  /** A delivery that knows of two silences. */
  const knowing = async (): Promise<{ one: ReturnType<typeof host>; asking: Asking }> => {
    const one = host();
    one.says(undefined);
    for (let n = 0; n < 2; n += 1) await one.heldAs();
    one.says(answerOf('alive'));
    return { one, asking: one.delivery() };
  };

  it('is told once', async () => {
    const { one, asking } = await knowing();
    await one.heldAs(asking);
    const { length } = one.memory.steps;
    await one.heldAs(asking);
    expect(one.memory.steps.slice(length)).toEqual(['send']);
  });

  it.each([
    ['told already', (one: ReturnType<typeof host>) => one.heldAs()],
    ['forgotten by the ledger', async ({ memory }: ReturnType<typeof host>) => void memory.items.clear()],
  ])('is not told again where it was %s', async (_what, meanwhile) => {
    const { one, asking } = await knowing();
    const { send } = one.memory.ports;
    let before = 0;
    one.memory.ports.send = async (...call) => {
      one.memory.ports.send = send;
      await meanwhile(one);
      before = one.memory.steps.length;
      return send(...call);
    };
    await one.heldAs(asking);
    expect(one.memory.steps.slice(before)).toEqual(['send', 'read']);
  });
});

describe('a ban of our address', () => {
  it('is a silence like any where nobody says for how long', async () => {
    const one = host();
    one.says({ saw: 'silent', code: '403', hostWide: true });
    await one.heldAs();
    expect(one.item()).toMatchObject({ silences: 3, code: 'no-reply', until: after(NOON, SECOND) });
  });

  it('is kept by all until it ends, the urgent as well', async () => {
    const one = host();
    one.says(BANNED);
    expect(await one.heldAs()).toBe('asked');
    const held = { code: 'rate-limited', notBefore: BAN_ENDS };
    expect(await one.heldAs()).toEqual(held);
    expect(await one.heldAs(one.delivery({ bypassesBreaker: true }))).toEqual(held);
    one.memory.clock.forward(10 * MINUTE);
    expect(await one.heldAs()).toBe('asked');
  });
});

it('is not known to answer by a question that was not asked', async () => {
  const one = host();
  one.says(undefined);
  for (let n = 0; n < 2; n += 1) await one.heldAs();
  expect(isUnasked(await ask(one.delivery(), withoutSlot('probe')))).toBe(true);
  expect(one.item()).toMatchObject({ silences: 2 });
});

describe('a ban of the address of one process', () => {
  const CALL_HELD = { code: 'rate-limited', notBefore: BAN_ENDS };

  /** The process with that id, in a fleet that shares one ledger. */
  const fleet = () => {
    const one = host();
    const process = (processId: string, config: Partial<Config> = {}): Asking => {
      const { ports } = one.memory;
      return one.delivery({ ports: { ...ports, processId, config: { ...ports.config, ...config } } });
    };
    /** Asks, as each delivery does first, and then reads whether the call may leave. */
    const comes = async (asking: Asking) => [await one.heldAs(asking), await readWayAround(asking, HOST)] as const;
    const calls = async (asking: Asking) => {
      await one.heldAs(asking);
      return (await whileBanned(asking, HOST)) ?? 'leaves';
    };
    const banned = async (processId = 'A', config: Partial<Config> = {}) => {
      one.says(BANNED);
      await one.heldAs(process(processId, config));
      one.says(answerOf('alive'));
    };
    return { ...one, process, comes, calls, banned };
  };
  const HOST = 'api.example.com';

  it('holds back the probes of every process, and lets a call leave from another one', async () => {
    const { process, comes, calls, banned, item } = fleet();
    await banned();
    expect(await comes(process('A'))).toEqual([CALL_HELD, 'elsewhere']);
    expect(await comes(process('B'))).toEqual([CALL_HELD, 'here']);
    expect(await calls(process('A'))).toEqual(CALL_HELD);
    expect(await calls(process('B'))).toBe('leaves');
    expect(item()).toMatchObject({ bans: { A: BAN_ENDS }, tries: [{ by: 'B', at: NOON }] });
  });

  it.each([
    ['nothing', undefined],
    ['what an earlier release wrote', { rev: 1, nonce: '', silences: 1, code: 'no-reply', until: NOON }],
  ])('begins with no tries, where the ledger holds %s of the host', async (_what, before) => {
    const { memory, banned, item } = fleet();
    if (before) memory.items.set(`host#${HOST} host`, before as never);
    await banned();
    expect(item()).toMatchObject({ bans: { A: BAN_ENDS }, tries: [] });
  });

  it('holds a call back where the ledger has lost the host since: no try could be written', async () => {
    const { memory, process, banned } = fleet();
    await banned();
    const asking = process('B');
    expect(await checkBreaker(asking, HOST)).toEqual(CALL_HELD);
    memory.items.clear();
    expect(await whileBanned(asking, HOST)).toEqual(CALL_HELD);
    expect(memory.items.size).toBe(0);
  });

  it('lets one exchange leave from each of three processes', async () => {
    const { process, comes, calls, banned, item } = fleet();
    await banned();
    const said: unknown[] = [];
    for (const one of ['B', 'B', 'C', 'D', 'E']) said.push(await calls(process(one)));
    expect(said).toEqual(['leaves', CALL_HELD, 'leaves', 'leaves', CALL_HELD]);
    expect(await comes(process('B'))).toEqual([CALL_HELD, undefined]);
    expect(await comes(process('E'))).toEqual([CALL_HELD, undefined]);
    expect(item()?.['tries']).toHaveLength(3);
  });

  it('lets one of two deliveries of a process leave', async () => {
    const { process, calls, banned } = fleet();
    await banned();
    const said = await Promise.all([calls(process('B')), calls(process('B'))]);
    expect(said.filter((one) => one === 'leaves')).toHaveLength(1);
  });

  it.each([
    [10 * MINUTE - 1, undefined],
    [10 * MINUTE, 'here'],
  ])('counts the tries of ten minutes, to the millisecond: %d', async (ms, way) => {
    const { memory, process, calls, banned } = fleet();
    await banned();
    for (const one of ['B', 'C', 'D']) await calls(process(one));
    memory.clock.forward(ms);
    const until = after(BAN_ENDS, 10 * MINUTE);
    await recordAnswer(process('A'), HOST, { ...BANNED, means: { wait: 'rate-limited', notBefore: until } });
    expect(await readWayAround(process('B'), HOST)).toBe(way);
  });

  it.each<[string, Partial<Config>]>([
    ['the addresses are fixed', { egressAddresses: ['192.0.2.1'] }],
    ['the functions are in a VPC', { inVpc: true }],
  ])('is everybody’s if %s, and no process is named', async (_what, config) => {
    const { process, comes, calls, banned, item } = fleet();
    await banned('A', config);
    expect(await comes(process('B', config))).toEqual([CALL_HELD, undefined]);
    expect(await calls(process('B', config))).toEqual(CALL_HELD);
    expect(item()).not.toHaveProperty('bans');
    expect(item()).not.toHaveProperty('tries');
  });

  it('is everybody’s from the moment on that the addresses are fixed', async () => {
    const { process, comes, banned } = fleet();
    await banned();
    expect(await comes(process('B', { inVpc: true }))).toEqual([CALL_HELD, undefined]);
  });

  it('is everybody’s if an earlier release wrote it down', async () => {
    const { memory, process, comes } = fleet();
    const ban = { rev: 1, nonce: '', silences: 3, code: 'rate-limited', until: BAN_ENDS };
    memory.items.set(`host#${HOST} host`, ban as never);
    expect(await comes(process('B'))).toEqual([CALL_HELD, undefined]);
  });

  it('ends for all when the last address is free, and its end is written down', async () => {
    const { memory, process, heldAs, banned, item } = fleet();
    await banned();
    memory.clock.forward(MINUTE);
    expect(await readWayAround(process('B'), HOST)).toBe('here');
    memory.clock.forward(9 * MINUTE);
    expect(await readWayAround(process('B'), HOST)).toBeUndefined();
    expect(await heldAs(process('B'))).toBe('asked');
    expect(item()).toMatchObject({ silences: 0 });
    expect(item()).not.toHaveProperty('bans');
  });

  it('is not ended by the answer to a call from another process', async () => {
    const { process, comes, calls, banned, item } = fleet();
    await banned();
    const sender = process('B');
    await calls(sender);
    await recordAnswer(sender, HOST, answerOf('accepted'));
    expect(item()).toMatchObject({ silences: 3, until: BAN_ENDS, bans: { A: BAN_ENDS } });
    expect(await comes(sender)).toEqual([CALL_HELD, 'elsewhere']);
  });

  it('is not ended by a lost reply either', async () => {
    const { process, banned, item } = fleet();
    await banned();
    await recordAnswer(process('B'), HOST, answerOf('silent'));
    expect(item()).toMatchObject({ code: 'rate-limited', until: BAN_ENDS, bans: { A: BAN_ENDS } });
  });

  it('keeps the ban of each process apart, with the latest end for all', async () => {
    const { memory, process, calls, item } = fleet();
    await ask(process('A'), questionOf('probe'));
    await recordAnswer(process('A'), HOST, BANNED);
    const sender = process('B');
    await calls(sender);
    memory.clock.forward(MINUTE);
    const later = after(BAN_ENDS, MINUTE);
    await recordAnswer(sender, HOST, { ...BANNED, means: { wait: 'rate-limited', notBefore: later } });
    expect(item()).toMatchObject({ until: later, bans: { A: BAN_ENDS, B: later } });
    memory.clock.forward(9 * MINUTE);
    expect(await readWayAround(process('A'), HOST)).toBe('here');
    await recordAnswer(process('C'), HOST, BANNED);
    expect(item()?.['bans']).toEqual({ B: later, C: later });
  });

  it('holds no call back if no ban held the delivery', async () => {
    const { memory, process, calls } = fleet();
    expect(await calls(process('B'))).toBe('leaves');
    expect(await whileBanned(process('C'), HOST)).toBeUndefined();
    expect(await readWayAround(process('B'), HOST)).toBeUndefined();
    expect(memory.items.get(`host#${HOST} host`)).toBeUndefined();
  });

  it('is waited out where the ledger does not answer', async () => {
    const { memory, process, banned } = fleet();
    await banned();
    const asking = process('B');
    expect(await checkBreaker(asking, HOST)).toEqual(CALL_HELD);
    const refused = (): Promise<never> => Promise.reject(new Unavailable('down'));
    const ledger = { ...memory.ports.ledger, read: refused, write: refused };
    const cut: Asking = { ...asking, ports: { ...asking.ports, ledger } };
    expect(await readWayAround(cut, HOST)).toBeUndefined();
    expect(await whileBanned(cut, HOST)).toEqual(CALL_HELD);
  });
});

it('holds nobody back where the ledger does not answer', async () => {
  const one = host();
  one.says(undefined);
  for (let n = 0; n < 3; n += 1) await one.heldAs();
  const { ledger } = one.memory.ports;
  const refused = (): Promise<never> => Promise.reject(new Unavailable('down'));
  one.memory.ports.ledger = { ...ledger, read: refused, write: refused };
  expect(await one.heldAs()).toBe('asked');
});

it.each(['read', 'write'] as const)('hides no defect of ours that shows when it is %s', async (port) => {
  const one = host();
  one.says(undefined);
  one.memory.ports.ledger = { ...one.memory.ports.ledger, [port]: () => Promise.reject(new TypeError('a defect')) };
  await expect(one.heldAs()).rejects.toThrow('a defect');
});

describe('requests to a host that answers nobody', () => {
  /** Three deliveries of another request find the host silent. */
  const outage = async (memory: Memory): Promise<void> => {
    for (let n = 0; n < 3; n += 1) await revoke(memory.ports, delivered(memory, { ...SELF, requestId: `other-${n}` }));
  };

  it('ask nothing and keep nothing waiting', async () => {
    const memory = system({ probe: OUT });
    await outage(memory);
    const asked = memory.sent.length;
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'no-reply' });
    expect(memory.sent).toHaveLength(asked);
    expect(caseOf(memory)).not.toHaveProperty('lease');
  });

  it('call when urgent, and from then on wait for an answer', async () => {
    const memory = system({ probe: OUT, delete: OUT });
    await outage(memory);
    const asked = memory.sent.length;
    const urgent = { ...SELF, ...LEAKED };
    await revoke(memory.ports, delivered(memory, urgent));
    expect(memory.sent.slice(asked)).toEqual(['probe', 'probe', 'delete']);
    expect(await revoke(memory.ports, delivered(memory, urgent))).toMatchObject({ done: false, code: 'no-reply' });
    expect(memory.sent).toHaveLength(asked + 3);
  });

  it('are asked about at the siblings, whatever is known of those', async () => {
    const sibling = { ...questionOf('elsewhere'), host: 'demo.example.com' };
    const provider = scriptedProvider(() => ({ siblings: [['demo', sibling]] }));
    const memory = system({ probe: [GONE], elsewhere: OUT, delete: [answerOf('rejected')] }, { provider });
    const out = { rev: 1, nonce: '', silences: 9, code: 'no-reply', until: after(NOON, MINUTE) };
    memory.items.set('host#demo.example.com host', out);
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false });
    expect(memory.sent).toEqual(['probe', 'elsewhere', 'probe', 'delete', 'probe']);
    expect(memory.published).toMatchObject([{ outcome: 'retry', wouldEnd: 'stuck/not-recognised', calls: 1 }]);
  });

  it('wait as not yet proved where a probe was answered since the call', async () => {
    const memory = system({ probe: [ALIVE, ALIVE, ...OUT], delete: [ACCEPTED] });
    memory.items.set('host#api.example.com host', { rev: 1, nonce: '', silences: 2, code: 'no-reply', until: NOON });
    const verdict = await revoke(memory.ports, delivered(memory, SELF));
    expect(verdict).toMatchObject({ done: false, code: 'not-yet-proved' });
  });
});
