import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, epochMs } from '../../../../functions/core/epoch.ts';
import { ask } from '../../../../functions/core/probe/ask.ts';
import { takeRateSlot } from '../../../../functions/core/probe/host-limits.ts';
import type { Question, Rate } from '../../../../functions/core/provider.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { memoryPorts } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { askedIn, deleteCall, questionOf, replyOf, scriptedProvider } from '../scripted-provider.ts';
import { ALIVE, caseOf, delivered, SELF, system } from '../scripted-system.ts';

const SECOND = 1_000;
const EXCHANGE_MS = 5_000;
/** Where a window of time begins. */
const BEGINS = epochMs(Math.ceil(NOON / 334) * 334);
const rateOf = (most: number, of = 'kalshi K') => ({ of, most, perMs: SECOND });

/** The instants at which exchanges leave that were wanted so many milliseconds after each other, each by a delivery of its own. */
const leaving = async (rate: Rate, gaps: readonly number[]): Promise<readonly number[]> => {
  const memory = memoryPorts();
  const left: number[] = [];
  let wanted: number = NOON;
  for (const gap of gaps) {
    wanted += gap;
    // What another delivery does is no reason for this one to come later.
    const clock = {
      now: () => epochMs(wanted),
      elapsed: () => wanted,
      until: async (at: number) => void left.push(Math.max(at, wanted)),
    };
    const deadline = after(epochMs(wanted), 3_600_000);
    await takeRateSlot({ ports: { ...memory.ports, clock }, deadline }, rate);
  }
  return left.toSorted((a, b) => a - b);
};

describe('slots of a rate', () => {
  it.each([
    [20, 4, 2],
    [13, 3, 2],
    [4, 1, 1],
  ])('of %i a second: %i in each window for an order, %i for a recheck', async (perSecond, order, recheck) => {
    const taken = async (isRecheck: boolean): Promise<number> => {
      const memory = memoryPorts();
      // No further window begins in this time.
      const deadline = after(NOON, EXCHANGE_MS);
      let count = 0;
      while (await takeRateSlot({ ports: memory.ports, deadline, isRecheck }, rateOf(perSecond))) count += 1;
      return count;
    };
    expect([await taken(false), await taken(true)]).toEqual([order, recheck]);
  });

  it('are never more in any second than it says, for any deliveries at any time', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 25 }),
        fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })), { minLength: 1, maxLength: 60 }),
        async (perSecond, gaps) => {
          const left = await leaving(rateOf(perSecond), gaps);
          expect(left).toHaveLength(gaps.length);
          for (const from of left)
            expect(left.filter((at) => at >= from && at < from + SECOND).length).toBeLessThan(perSecond);
        },
      ),
    ));

  it.each([5, 10, 20])('take no longer than twice as long as they have to, of %i a second', async (perSecond) => {
    const left = await leaving(rateOf(perSecond), Array(100).fill(0));
    expect((left.at(-1) ?? 0) - NOON).toBeLessThan(2 * (100 / perSecond) * SECOND);
  });

  it.each([
    [1, 1_000],
    [4, 1_000],
    [1, 60_000],
    [3, 7_000],
  ])('are never more than %i in any %i ms, for any deliveries at any time', (most, perMs) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: perMs })), { minLength: 1, maxLength: 30 }),
        async (gaps) => {
          const left = await leaving({ of: 'slow', most, perMs }, gaps);
          expect(left).toHaveLength(gaps.length);
          for (const from of left)
            expect(left.filter((at) => at >= from && at < from + perMs).length).toBeLessThanOrEqual(most);
        },
      ),
    ),
  );

  it.each([
    [1, 1_000, 1_000],
    [4, 1_000, 250],
    [3, 7_000, 2_334],
  ])('of %i in %i ms are %i ms apart, and no farther', async (most, perMs, apartMs) => {
    const begins = Math.ceil(NOON / apartMs) * apartMs;
    const left = await leaving({ of: 'slow', most, perMs }, [begins - NOON, 0, 0]);
    expect(left.map((at) => at - begins)).toEqual([0, apartMs, 2 * apartMs]);
  });

  it('are never of a window that is over when the ledger has answered', async () => {
    const { ports, clock, items } = memoryPorts();
    clock.forward(BEGINS - NOON);
    await takeRateSlot({ ports, deadline: after(BEGINS, 25_000) }, rateOf(5));
    const { ledger } = ports;
    const count: typeof ledger.count = (...of) => {
      clock.forward(700);
      return ledger.count(...of);
    };
    expect(
      await takeRateSlot(
        { ports: { ...ports, ledger: { ...ledger, count } }, deadline: after(BEGINS, 25_000) },
        rateOf(5),
      ),
    ).toBe(true);
    expect([...items.keys()]).toEqual([`rate#kalshi K ${BEGINS}`, `rate#kalshi K ${BEGINS + 668}`]);
  });

  it('come at once where few are before', async () => {
    const { ports, clock, steps } = memoryPorts();
    const asking = { ports, deadline: after(NOON, 25_000) };
    clock.forward(7);
    for (const rate of [rateOf(10), rateOf(10), rateOf(10, 'kalshi L'), undefined])
      expect(await takeRateSlot(asking, rate)).toBe(true);
    expect(clock.now()).toBe(NOON + 7);
    expect(steps).toEqual(['count', 'count', 'count']);
  });

  it('are none where the deadline leaves no time for the exchange', async () => {
    const { ports, clock, items } = memoryPorts();
    const asking = { ports, deadline: after(BEGINS, 5_333) };
    clock.forward(BEGINS - NOON);
    expect(await takeRateSlot(asking, rateOf(5))).toBe(true);
    expect(await takeRateSlot(asking, rateOf(5))).toBe(false);
    expect(clock.now()).toBe(BEGINS);
    expect(await takeRateSlot({ ...asking, deadline: after(BEGINS, 5_334) }, rateOf(5))).toBe(true);
    expect(clock.now()).toBe(BEGINS + 334);
    expect([...items.keys()]).toEqual([`rate#kalshi K ${BEGINS}`, `rate#kalshi K ${BEGINS + 334}`]);
    expect(items.get(`rate#kalshi K ${BEGINS}`)).toMatchObject({ expiresAt: BEGINS + 3_600_000 });
  });
});

describe('a question at a rate', () => {
  const limited = (): Question => {
    const question = questionOf('probe');
    return {
      ...question,
      next: (replies, now) => {
        const next = question.next(replies, now);
        return 'send' in next ? { send: { ...next.send, rate: rateOf(5) } } : next;
      },
    };
  };

  it.each([
    ['as it is after a short wait', 2, 0, 0],
    ['as it is after a second', 3, 2, 2],
    ['again after a longer one', 3, 1, 1_002],
  ])('is signed %s', async (_what, before, begins, signedAt) => {
    const sent: number[] = [];
    const memory = memoryPorts({
      reply: (call) => {
        sent.push(askedIn(call).signedAt - BEGINS);
        return replyOf(answerOf('alive'));
      },
    });
    memory.clock.forward(BEGINS - NOON + begins);
    const asking = { ports: memory.ports, deadline: after(BEGINS, 25_000) };
    const others = {
      ...asking,
      ports: { ...memory.ports, clock: { now: () => BEGINS, elapsed: () => BEGINS, until: async () => {} } },
    };
    for (let n = 0; n < before; n += 1) await takeRateSlot(others, rateOf(5));
    expect(await ask(asking, limited())).toMatchObject({ saw: 'alive' });
    expect(sent).toEqual([signedAt]);
  });

  it('is not asked where no rate slot is left, and waits for one', async () => {
    const memory = memoryPorts({ reply: () => replyOf(answerOf('alive')) });
    const asking = { ports: memory.ports, deadline: after(NOON, 5_001) };
    await takeRateSlot(asking, rateOf(5));
    expect(await ask(asking, limited())).toEqual({ heldUp: { code: 'rate-limited' } });
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
