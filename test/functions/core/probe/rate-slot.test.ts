import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, epochMs } from '../../../../functions/core/epoch.ts';
import { LANES, type Lane } from '../../../../functions/core/lane.ts';
import { rateKey } from '../../../../functions/core/ledger/keys.ts';
import type { Ledger } from '../../../../functions/core/ports.ts';
import { ask } from '../../../../functions/core/probe/ask.ts';
import type { Asking } from '../../../../functions/core/probe/host-limits.ts';
import { takeRateSlot, takeSlotsAhead } from '../../../../functions/core/probe/rate-slot.ts';
import type { Question, Rate } from '../../../../functions/core/provider.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { simulatedClock } from '../../../faults/simulated/simulated-clock.ts';
import { memoryPorts } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { askedIn, deleteCall, questionOf, replyOf, scriptedProvider } from '../scripted-provider.ts';
import { ALIVE, caseOf, delivered, SELF, system } from '../scripted-system.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const rateOf = (most: number, of = 'kalshi K') => ({ of, most, perMs: SECOND });

interface Wish {
  /** Milliseconds after the wish before. */
  readonly gap: number;
  readonly lane: Lane;
}

interface Left extends Wish {
  readonly wanted: number;
  readonly at: number;
}

/** How many processes the deliveries run in. */
const PROCESSES = 8;

/** When the exchanges left that deliveries wanted, and what they cost. Deliveries that got no slot are not among them. */
const leaving = async (rate: Rate, wishes: readonly Wish[], perDeliveryMs = HOUR) => {
  const clock = simulatedClock(NOON);
  const memory = memoryPorts();
  const processes = Array.from({ length: PROCESSES }, () => ({ ...memory.ports, clock, rates: new Map() }));
  const left: Left[] = [];
  let from: number = NOON;
  const deliveries = wishes.map(async ({ gap, lane }, n) => {
    const ports = processes[n % PROCESSES] as (typeof processes)[number];
    from += gap;
    const wanted = from;
    await clock.until(epochMs(wanted));
    const asking = { ports, deadline: after(epochMs(wanted), perDeliveryMs), lane };
    if (await takeRateSlot(asking, rate)) left.push({ gap, lane, wanted, at: clock.now() });
  });
  await clock.run(Promise.all(deliveries));
  const counted = (step: string): number => memory.steps.filter((name) => name === step).length;
  return { left: left.toSorted((a, b) => a.at - b.at), books: counted('book'), reads: counted('read') };
};

const wishes = (count: number, lane: Lane, gap = 0): readonly Wish[] =>
  Array.from({ length: count }, () => ({ gap, lane }));

/** The most exchanges in any span of a rate. */
const mostIn = (left: readonly Left[], perMs: number): number =>
  Math.max(...left.map(({ at: from }) => left.filter(({ at }) => at >= from && at < from + perMs).length));

const anyWishes = (longestGap: number) =>
  fc.array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: longestGap })),
      lane: fc.constantFrom(...LANES),
    }),
    { minLength: 1, maxLength: 60 },
  );

describe('slots of a rate', () => {
  it.each([
    [1, 1_000],
    [4, 1_000],
    [5, 1_000],
    [10, 1_000],
    [20, 1_000],
    [50, 60_000],
    [3, 7_000],
    [60, HOUR],
  ])('of %i in %i ms are never more in any such span, in whatever lanes they are wanted', (most, perMs) =>
    fc.assert(
      fc.asyncProperty(anyWishes(perMs / 2), async (wanted) => {
        const { left } = await leaving({ of: 'kalshi K', most, perMs }, wanted, 60 * HOUR);
        expect(left).toHaveLength(wanted.length);
        expect(mostIn(left, perMs)).toBeLessThanOrEqual(most);
      }),
      { numRuns: 50 },
    ),
  );

  it.each([5, 10, 20])('of %i a second use nine tenths of the rate', async (perSecond) => {
    const { left } = await leaving(rateOf(perSecond), wishes(100, 'requests'));
    expect((left.at(-1)?.at ?? 0) - NOON).toBeLessThan(1.02 * (100 / (0.9 * perSecond)) * SECOND);
  });

  it('go to urgent requests first, however many others wait', async () => {
    const { left } = await leaving(rateOf(10), [...wishes(100, 'requests'), ...wishes(20, 'urgent', 1)]);
    const urgent = left.filter(({ lane }) => lane === 'urgent');
    expect(urgent).toHaveLength(20);
    expect((urgent.at(-1)?.at ?? 0) - NOON).toBeLessThan(1.3 * 20 * (SECOND / 10));
    expect(left).toHaveLength(120);
    expect((left.at(-1)?.at ?? 0) - NOON).toBeLessThan(1.2 * 120 * (SECOND / 10));
  });

  it('go to other requests before rechecks', async () => {
    const { left } = await leaving(rateOf(10), [...wishes(50, 'rechecks'), ...wishes(10, 'requests', 1)]);
    const requests = left.filter(({ lane }) => lane === 'requests');
    expect((requests.at(-1)?.at ?? 0) - NOON).toBeLessThan(1.4 * 10 * (SECOND / 10));
    expect(left).toHaveLength(60);
  });

  it.each([
    ['1.2 writes each', 1.2, 0],
    ['1.4 where every fifth is urgent, and takes the slots of others', 1.4, 5],
  ])('cost at most %s', async (_what, most, every) => {
    const wanted = wishes(300, 'requests', 20).map(
      (wish, n): Wish => (n % every === 0 ? { ...wish, lane: 'urgent' } : wish),
    );
    const { left, books } = await leaving(rateOf(10), wanted);
    expect(left).toHaveLength(300);
    expect(books / left.length).toBeLessThanOrEqual(most);
  });

  it('cost one write, and no look, where few are before', async () => {
    const { left, books, reads } = await leaving(rateOf(10), wishes(5, 'requests', 150));
    expect(left.map(({ at, wanted }) => at - wanted)).toEqual([0, 0, 0, 0, 0]);
    expect([books, reads]).toEqual([5, 0]);
  });

  it('are taken from others where they are, and only the slots that are needed', async () => {
    const wanted = [...wishes(3, 'requests'), { gap: 50, lane: 'urgent' as const }];
    const { left, reads } = await leaving(rateOf(10), wanted);
    expect(left.map(({ at, lane }) => [lane, at - NOON])).toEqual([
      ['requests', 0],
      ['urgent', 112],
      ['requests', 224],
      ['requests', 336],
    ]);
    // Only those look again who may lose a slot: the second and third request once, and the one that lost its slot once more.
    expect(reads).toBe(3);
  });

  it('of another rate are others', async () => {
    const { ports, clock } = memoryPorts();
    const asking = { ports, deadline: after(NOON, 25_000) };
    for (const rate of [rateOf(10), rateOf(10, 'kalshi L'), undefined])
      expect(await takeRateSlot(asking, rate)).toBe(true);
    expect(clock.now()).toBe(NOON);
  });

  it('of a slow rate come at once for a half of what is used, and then evenly', async () => {
    const { left } = await leaving({ of: 'slow', most: 60, perMs: HOUR }, wishes(30, 'requests'), 60 * HOUR);
    const atOnce = left.filter(({ at }) => at === NOON).length;
    expect(atOnce).toBe(26);
    expect(left.slice(27).map(({ at }, n) => at - (left[26 + n]?.at ?? 0))).toEqual(Array(3).fill(133_334));
  });

  it('of a slow rate that other requests have used are used for urgent requests too', async () => {
    const { left } = await leaving({ of: 'slow', most: 60, perMs: HOUR }, [
      ...wishes(26, 'requests'),
      ...wishes(1, 'urgent'),
    ]);
    expect(left.filter(({ at }) => at === NOON)).toHaveLength(26);
  });

  it('of one in five seconds are evenly apart', async () => {
    const { left } = await leaving({ of: 'slow', most: 1, perMs: 4_500 }, wishes(3, 'requests'));
    expect(left.map(({ at }) => at - NOON)).toEqual([0, 5_000, 10_000]);
  });

  it('are kept in mind for a thousand rates', async () => {
    const { ports, steps } = memoryPorts();
    const take = (n: number) => takeRateSlot({ ports, deadline: after(NOON, 25_000) }, rateOf(10, `key ${n}`));
    for (let n = 0; n < 1_000; n += 1) await take(n);
    expect(ports.rates.size).toBe(1_000);
    await take(1_000);
    expect([...ports.rates.keys()]).toEqual(['rate#key 1000']);
    expect(steps.filter((name) => name === 'book')).toHaveLength(1_001);
  });

  it.each([
    ['kept where the ledger names them within a tenth of the span', 100, 0],
    ['left where the ledger named them later, and one is taken that begins when its answer is there', 101, 223],
  ])('are %s', async (_what, tookMs, slot) => {
    const { ports, clock } = memoryPorts();
    const book: Ledger['book'] = async (...of) => {
      const said = await ports.ledger.book(...of);
      clock.forward(tookMs);
      return said;
    };
    const slow = { ...ports, ledger: { ...ports.ledger, book } };
    expect(await takeRateSlot({ ports: slow, deadline: after(NOON, 25_000) }, rateOf(5))).toBe(true);
    expect(clock.now()).toBe(NOON + Math.max(tookMs, slot));
    expect(await ports.ledger.read(rateKey(rateOf(5)))).toMatchObject({ requests: NOON + slot + 223 });
  });

  it('are none where the deadline leaves no time for the exchange', async () => {
    const { left } = await leaving(rateOf(5), wishes(3, 'requests'), 5_000 + 223);
    expect(left.map(({ at }) => at - NOON)).toEqual([0, 223]);
  });

  it('are not asked for where the process knows that none is left in time', async () => {
    const { ports, clock, steps } = memoryPorts();
    const take = (ms: number) => takeRateSlot({ ports, deadline: after(NOON, ms) }, rateOf(5));
    expect([await take(4_999), await take(5_000), await take(5_222)]).toEqual([false, true, false]);
    expect(steps).toEqual(['book']);
    expect(await take(5_223)).toBe(true);
    expect(clock.now()).toBe(NOON + 223);
  });

  it('are free again where a wrong clock has booked them all', async () => {
    const { ports, clock } = memoryPorts();
    const wrong = { ...clock, now: () => after(NOON, HOUR), until: async () => {} };
    await takeRateSlot({ ports: { ...ports, clock: wrong }, deadline: after(NOON, 2 * HOUR) }, rateOf(5));
    expect(await takeRateSlot({ ports, deadline: after(NOON, 25_000) }, rateOf(5))).toBe(true);
    expect(clock.now()).toBe(NOON);
  });

  it('wait for another delivery where others always come first', async () => {
    const { ports } = memoryPorts();
    let busy = 0;
    const book: Ledger['book'] = async () => {
      busy += 1;
      return {};
    };
    const beaten = { ...ports, ledger: { ...ports.ledger, book } };
    expect(await takeRateSlot({ ports: beaten, deadline: after(NOON, 25_000) }, rateOf(5))).toBe(false);
    expect(busy).toBe(10);
  });
});

describe('a question at a rate', () => {
  const limited = (rate: Rate): Question => {
    const question = questionOf('probe');
    return {
      ...question,
      next: (replies, now) => {
        const next = question.next(replies, now);
        return 'send' in next ? { send: { ...next.send, rate } } : next;
      },
    };
  };

  it.each([
    ['as it is after a second', { most: 10, perMs: 9_000 }, 0],
    ['again after a longer wait', { most: 10, perMs: 9_009 }, 1_001],
  ])('is signed %s', async (_what, shape, signedAt) => {
    const rate = { of: 'kalshi K', ...shape };
    const sent: number[] = [];
    const memory = memoryPorts({
      reply: (call) => {
        sent.push(askedIn(call).signedAt - NOON);
        return replyOf(answerOf('alive'));
      },
    });
    const asking = { ports: memory.ports, deadline: after(NOON, 25_000) };
    const others = {
      ...asking,
      ports: { ...memory.ports, clock: { now: () => NOON, elapsed: () => NOON, until: async () => {} } },
    };
    await takeRateSlot(others, rate);
    expect(await ask(asking, limited(rate))).toMatchObject({ saw: 'alive' });
    expect(sent).toEqual([signedAt]);
  });

  it('is not asked where no rate slot is left, and waits for one', async () => {
    const memory = memoryPorts({ reply: () => replyOf(answerOf('alive')) });
    const asking = { ports: memory.ports, deadline: after(NOON, 5_001) };
    await takeRateSlot(asking, rateOf(5));
    expect(await ask(asking, limited(rateOf(5)))).toEqual({ heldUp: { code: 'rate-limited' } });
    expect(memory.steps).not.toContain('send');
  });
});

describe('a call at a rate', () => {
  const provider = scriptedProvider((order) => {
    const call = deleteCall(order);
    return { call: { ...call, send: (now) => ({ ...call.send(now), rate: rateOf(5) }) } };
  });

  it('is neither written down nor counted where no rate slot is left', async () => {
    const memory = system({ probe: [ALIVE] }, { provider });
    const elsewhere = { now: () => NOON, elapsed: () => NOON, until: async () => {} };
    const others = { ports: { ...memory.ports, clock: elsewhere }, deadline: after(NOON, 60_000) };
    for (let n = 0; n < 100; n += 1) await takeRateSlot(others, rateOf(5));
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'rate-limited' });
    expect(memory.sent).toEqual(['probe']);
    expect(caseOf(memory).attempts['R#1']).toMatchObject({ calls: 0 });
    expect([...memory.items.keys()].filter((key) => key.startsWith('limit#'))).toEqual([]);
  });
});

describe('a slot that was taken ahead', () => {
  const RATE = rateOf(20);
  const STEP_MS = 56;
  /** @returns what takes the next slot, and how many slots were booked */
  const ahead = async (takes = 1, deadline = after(NOON, 25_000)) => {
    const memory = memoryPorts();
    const asking: Asking = { ports: memory.ports, deadline: after(NOON, 25_000) };
    for (let n = 0; n < takes; n += 1) await takeSlotsAhead(asking, RATE, 1, deadline);
    const booked = () => memory.steps.filter((name) => name === 'book').length;
    return { memory, asking, booked, take: () => takeRateSlot(asking, RATE) };
  };

  it('is used by the next exchange, once', async () => {
    const { booked, take } = await ahead();
    expect([await take(), booked()]).toEqual([true, 1]);
    expect([await take(), booked()]).toEqual([true, 2]);
  });

  it('is of one rate only', async () => {
    const { asking, booked } = await ahead();
    expect(await takeRateSlot(asking, rateOf(20, 'another'))).toBe(true);
    expect(booked()).toBe(2);
  });

  it.each([
    ['kept for a tenth of the span of its rate', 100, 1],
    ['replaced by a fresh one where its time has passed', 101, 2],
  ])('is %s', async (_what, ms, books) => {
    const { memory, booked, take } = await ahead();
    memory.clock.forward(ms);
    expect(await take()).toBe(true);
    expect(booked()).toBe(books);
    expect(memory.clock.now()).toBe(NOON + ms);
  });

  it('is waited for where its time has not come, and is lost if urgent requests have taken it', async () => {
    const { memory, take } = await ahead(2);
    expect(await take()).toBe(true);
    await takeRateSlot(
      { ports: { ...memory.ports, rates: new Map() }, deadline: after(NOON, 25_000), lane: 'urgent' },
      RATE,
    );
    expect(memory.clock.now()).toBe(NOON + STEP_MS);
    expect(await take()).toBe(true);
    expect(memory.clock.now()).toBe(NOON + 2 * STEP_MS);
  });

  it('is booked together with others in one write, each a step behind another, and one look serves them all', async () => {
    const memory = memoryPorts();
    const asking: Asking = { ports: memory.ports, deadline: after(NOON, 25_000) };
    expect(await takeSlotsAhead(asking, RATE, 5)).toBe(NOON);
    const left: number[] = [];
    for (let n = 0; n < 5; n += 1) if (await takeRateSlot(asking, RATE)) left.push(memory.clock.now() - NOON);
    expect(left).toEqual([0, 1, 2, 3, 4].map((n) => n * STEP_MS));
    const counted = (step: string) => memory.steps.filter((name) => name === step).length;
    expect([counted('book'), counted('read')]).toEqual([1, 1]);
    expect(await takeRateSlot({ ...asking, slots: new Map() }, RATE)).toBe(true);
    expect(memory.clock.now()).toBe(NOON + 5 * STEP_MS);
  });

  it('is used once where the delivery takes more slots ahead while an exchange waits', async () => {
    const memory = memoryPorts();
    const urgent = {
      ports: { ...memory.ports, rates: new Map() },
      deadline: after(NOON, 25_000),
      lane: 'urgent',
    } as const;
    const during = [() => takeSlotsAhead(asking, RATE, 1), () => takeRateSlot(urgent, RATE)];
    const ledger: Ledger = {
      ...memory.ports.ledger,
      read: async (key) => {
        for (const happens of during.splice(0)) await happens();
        return memory.ports.ledger.read(key);
      },
    };
    const asking: Asking = { ports: { ...memory.ports, ledger }, deadline: after(NOON, 25_000) };
    await takeSlotsAhead(asking, RATE, 3);
    const left: number[] = [];
    for (let n = 0; n < 3; n += 1) if (await takeRateSlot(asking, RATE)) left.push(memory.clock.now() - NOON);
    // The second and the third slot are lost to urgent requests.
    expect(left).toEqual([0, 3, 4].map((n) => n * STEP_MS));
  });

  it('is not booked together with others where the last of them is not free in time', async () => {
    const { asking, booked } = await ahead(0);
    const inTime = after(NOON, 5_000 + 4 * STEP_MS);
    expect(await takeSlotsAhead(asking, RATE, 5, after(inTime, -1))).toBeUndefined();
    expect(booked()).toBe(0);
    expect(await takeSlotsAhead(asking, RATE, 5, inTime)).toBe(NOON);
  });

  it('is not used where an exchange would not be over in time', async () => {
    const { asking, booked } = await ahead(2);
    const short = { ...asking, deadline: after(NOON, 5_000) };
    expect([await takeRateSlot(short, RATE), await takeRateSlot(short, RATE)]).toEqual([true, false]);
    expect(booked()).toBe(2);
  });

  it('is not taken where none is free in time, nor without a rate', async () => {
    const { asking, booked, memory } = await ahead(3, after(NOON, 5_000));
    expect(booked()).toBe(1);
    expect(asking.slots?.get(RATE.of)).toEqual([{ begins: NOON, mayBeTaken: false, looked: {} }]);
    expect(await takeSlotsAhead(asking, undefined, 1)).toBe(memory.clock.now());
    expect(booked()).toBe(1);
  });
});
