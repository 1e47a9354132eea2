import { afterAll, describe, expect, it } from 'vitest';
import { IS_FULL } from '../../campaign/sample.ts';
import { measure } from './documented-rates.ts';
import { DEPLOYED } from './queue-settings.ts';
import { type Burst, runBurst } from './run-burst.ts';

/** What a leaked key may wait for its call, whatever stands before it on the other queues. */
const MOST_MS = 5_000;

/** An exchange that is not quite given up. */
const SLOW_MS = 4_500;

/** The whole size in the campaign, and few in the gate. */
const size = (whole: number, few: number): number => (IS_FULL ? whole : few);

const BURSTS: readonly (readonly [what: string, burst: Omit<Burst, 'lane'>])[] = [
  ['healthy requests', { sizes: { bybit: size(1_000, 150) }, leakedAt: 'bybit' }],
  ['slow requests', { sizes: { bybit: size(200, 100) }, answersInMs: { bybit: SLOW_MS }, leakedAt: 'requesty' }],
  [
    'requests, half of them slow',
    {
      sizes: { bybit: size(2_500, 100), requesty: size(2_500, 100) },
      answersInMs: { bybit: SLOW_MS },
      leakedAt: 'requesty',
    },
  ],
];

const MINUTES_MS = 60 * 60_000;

const lines: string[] = [];
afterAll(() => console.log([...lines, `bursts: ${lines.length} cases held`].join('\n')));

describe.each(BURSTS)('a leaked key behind %s', (what, burst) => {
  it(
    'is called within seconds, and everything ends as it should',
    async () => {
      const { toDeleteMs, fleets, receipts, sent, lost, endedAt } = await runBurst(
        { ...burst, lane: 'urgent' },
        DEPLOYED,
      );
      expect(toDeleteMs).toBeLessThanOrEqual(MOST_MS);
      expect(receipts.map(({ outcome }) => outcome)).toEqual(Array.from({ length: sent }, () => 'revoked'));
      expect(new Set(receipts.map(({ requestId }) => requestId)).size).toBe(sent);
      const dead = fleets.map(({ sandbox }) => new Set(sandbox.applied().map(({ keyId }) => keyId)).size);
      expect(dead).toEqual(fleets.map(({ orders }) => orders.length));
      expect(lost).toEqual([]);
      // Nothing takes slots for the rate of an address: processes of Lambda have several.
      const rates = fleets.flatMap((fleet) => measure(fleet, 0, endedAt)).filter(({ of }) => of !== 'address');
      for (const { of, peak, most } of rates) expect(peak, of).toBeLessThanOrEqual(most);
      lines.push(`burst of ${sent - 1} ${what}: the leaked key is deleted after ${(toDeleteMs / 1_000).toFixed(1)} s`);
    },
    MINUTES_MS,
  );

  // It shows that the burst is one: without a queue of its own the key waits.
  it.runIf(burst.answersInMs !== undefined && !IS_FULL)('would wait on the requests queue', async () => {
    expect((await runBurst({ ...burst, lane: 'requests' }, DEPLOYED)).toDeleteMs).toBeGreaterThan(MOST_MS);
  });
});
