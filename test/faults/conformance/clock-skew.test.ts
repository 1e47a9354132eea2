import { describe, expect, it } from 'vitest';
import { SANDBOX_OF } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { judged, meantBy } from '../world/judge.ts';
import type { Case } from '../world/run-case.ts';
import { runSkewed, type Skew } from './skewed.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const SKEWS = [10 * SECOND, 2 * MINUTE, HOUR].flatMap((ms) => [ms, -ms]);

const ORDERS = Object.values(PROVIDERS_UNDER_TEST).flat();
const REASONS = ['manual', 'leaked'] as const;

const isTimed = (order: string): boolean =>
  Object.entries(SANDBOX_OF).some(([name, { cast }]) => order.startsWith(`${name}/`) && cast.isTimed);

/** A call that was refused for its clock is made again at once; the record does not show why it was refused. */
const AGAIN = 'L3: a further call after too few readings';

const caseOf = (order: OrderUnderTest, reason: Case['reason']): Case => ({ name: order.name, order, reason });

/** What a case with that clock comes to: all that has to be as with the right one, and what it cost. */
const ran = async (one: Case, skew: Skew) => {
  const { world, deliveries } = await runSkewed(one, skew);
  const final = world.witness.receipts.find(({ receipt }) => receipt.final)?.receipt;
  const exchanges = world.sandbox.record.length;
  const { outcome, breaches } = await judged(one.name, world, meantBy(one));
  const evidence = final?.evidence.map(({ at: _, ...line }) => line) ?? [];
  const instants = [...(final?.evidence.map(({ at }) => at) ?? []), ...Object.values(final?.times ?? {})];
  const latest = Math.max(...instants.map((at) => Date.parse(at ?? '') || 0));
  const applied = world.sandbox.applied().length;
  return {
    same: { outcome, breaches, deliveries, evidence, applied },
    exchanges,
    latest,
    toRevokeMs: final?.timeToRevokeMs,
  };
};

describe.each(ORDERS.map((order) => [order.name, order] as const))('%s', (name, order) => {
  const costs = isTimed(name) ? [1, 2] : [0];

  it.each(REASONS)(
    '(%s) comes to the same by a clock that is off, for one refusal of what is asked first',
    async (reason) => {
      const right = await ran(caseOf(order, reason), () => 0);
      for (const ms of SKEWS) {
        const off = await ran(caseOf(order, reason), () => ms);
        expect(off.same, `${ms} ms`).toEqual(right.same);
        expect(costs, `${ms} ms`).toContain(off.exchanges - right.exchanges);
        // What is told is told by our clock.
        expect(off.latest - right.latest).toBeLessThan(SECOND);
        expect((off.toRevokeMs ?? 0) - (right.toRevokeMs ?? 0)).toBeLessThan(SECOND);
      }
    },
  );

  it.each([
    // Once in a delivery it is corrected; what is refused again waits for the next one.
    ['is put wrong', 0, 2 * MINUTE, 1],
    ['is put right', HOUR, 0, 2],
    ['jumps', -2 * MINUTE, HOUR, 2],
  ])('ends as it should where the clock %s at any exchange', async (_how, before, then, most) => {
    const one = caseOf(order, 'manual');
    const { exchanges } = await ran(one, () => before);
    for (let at = 1; at <= exchanges; at += 1) {
      const { same } = await ran(one, (n) => (n < at ? before : then));
      expect(meantBy(one), `at ${at}`).toContain(same.outcome);
      expect(
        same.breaches.filter((breach) => breach !== AGAIN),
        `at ${at}`,
      ).toEqual([]);
      expect(same.applied, `at ${at}`).toBeLessThanOrEqual(1);
      expect(same.deliveries, `at ${at}`).toBeLessThanOrEqual(most);
    }
  });
});
