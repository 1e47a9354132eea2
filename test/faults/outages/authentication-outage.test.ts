import { afterAll, describe, expect, it } from 'vitest';
import { SANDBOX_OF, type SandboxName } from '../../../infra/local/sandbox/index.ts';
import { IS_FULL, SEED, sampleOf } from '../../campaign/sample.ts';
import { NOBODY_IS_KNOWN } from '../../laws/trespasses.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { breachesOf } from '../world/evidence-of.ts';
import { type Case, open, outcomeOf, postpone } from '../world/run-case.ts';
import { START, type World } from '../world/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** From the shortest that fooled two probes to one that is over before the hour is. */
const LASTING = { '3 s': 3 * SECOND, '10 minutes': 10 * MINUTE, '50 minutes': 50 * MINUTE } as const;

/** The provider knows nobody from the given exchange on: before the first probe, at the call, at each probe after it. */
interface Outage {
  readonly skip: number;
  readonly lastsMs: number;
  /** A dry run has met the key before. */
  readonly isMet: boolean;
}

const DRY_RUN = 'met-before';

const begin = async (world: World, provider: string, { skip, isMet }: Outage): Promise<void> => {
  const { seeded, sandbox, send, begin: deliver, clock } = world;
  if (isMet) {
    const request = { ...seeded.request, requestId: DRY_RUN, dryRun: true };
    await clock.run(deliver(send(request, 1, { ...seeded, request })));
  }
  const fault = SANDBOX_OF[provider as SandboxName].cast.unknownKey;
  sandbox.faults.script({ match: {}, fault, skip, times: Number.POSITIVE_INFINITY, name: NOBODY_IS_KNOWN });
};

const MOST_DELIVERIES = 60;

const run = async (one: Case, provider: string, outage: Outage): Promise<World> => {
  const world = await open(one);
  await begin(world, provider, outage);
  for (let n = 0; world.queue.length > 0 && n < MOST_DELIVERIES; n += 1) {
    postpone(world, n);
    if ((world.next()?.visibleAt ?? 0) >= START + outage.lastsMs) world.sandbox.faults.clear();
    await world.deliver();
  }
  return world;
};

const OUTAGES: readonly Outage[] = [0, 1, 2, 3].flatMap((skip) =>
  Object.values(LASTING).flatMap((lastsMs) => [true, false].map((isMet) => ({ skip, lastsMs, isMet }))),
);

interface Refused {
  readonly name: string;
  readonly outage: Outage;
  readonly reason: Case['reason'];
}

const casesOf = (order: OrderUnderTest): readonly Refused[] =>
  OUTAGES.flatMap((outage) =>
    (['leaked', 'manual'] as const).map((reason) => ({
      name: [order.name, JSON.stringify({ ...outage, reason })].join(' '),
      ...{ outage, reason },
    })),
  );

/** Each length from each exchange on, each reason, a key that was met before and one that was not. */
const shown = ({ outage: { skip, lastsMs, isMet }, reason }: Refused): readonly string[] => [
  `${lastsMs} from ${skip}`,
  `${reason} ${isMet}`,
];

/** So many answers show a key. Of a key that does not name itself two have to agree. */
const SIGHTED: Readonly<Record<string, number>> = { bybit: 1, kalshi: 1, requesty: 2 } satisfies Record<
  SandboxName,
  number
>;

let count = 0;
afterAll(() => console.log(`outages of authentication: ${count} cases${IS_FULL ? '' : `, seed ${SEED}`} held`));

const isSelf = ({ name }: OrderUnderTest): boolean => name.includes('itself');

describe.each(Object.entries(PROVIDERS_UNDER_TEST))('while %s knows nobody for a time', (provider, orders) =>
  it.each(orders.map((order) => [order.name, order] as const))(
    '%s: no word of death is false, and what signs for itself dies in the end',
    async (_name, order) => {
      const all = casesOf(order);
      for (const { name, outage, reason } of IS_FULL ? all : sampleOf(all, shown)) {
        const world = await run({ name, order, reason }, provider, outage);
        const where = `${name}, seed ${SEED}`;
        expect([where, ...breachesOf(world)]).toEqual([where]);
        // A key that nobody had met, and a managing key that is refused, are given up for a person to see to.
        const isKilled =
          isSelf(order) &&
          order.ends[reason] === 'revoked' &&
          (outage.isMet || outage.skip >= (SIGHTED[provider] ?? 1));
        const outcome = outcomeOf({ ...world, witness: { ...world.witness, receipts: ended(world) } });
        if (isKilled) expect([where, outcome]).toEqual([where, 'revoked']);
        else expect([where, outcome]).not.toContain('already-revoked');
        count += 1;
      }
    },
  ),
);

const ended = ({ witness }: World): World['witness']['receipts'] =>
  witness.receipts.filter(({ receipt }) => receipt.requestId !== DRY_RUN);
