import { epochMs } from '../../../functions/core/epoch.ts';
import { type Lane, laneOf } from '../../../functions/core/lane.ts';
import type { Receipt } from '../../../functions/core/receipt.ts';
import type { ProviderName } from '../../../infra/provider-names.ts';
import { simulatedClock } from '../simulated/simulated-clock.ts';
import { type Fleet, fleetAt, OWNERS } from './fleet.ts';
import { functionBehind, NAMES } from './function-behind-queue.ts';
import { KINDS, MINUTE, type Outage } from './outage.ts';
import { seededRandom } from './seeded-random.ts';
import { type QueueSettings, type SimulatedSqs, simulatedSqs } from './simulated-sqs.ts';

const START = epochMs(Date.parse('2026-11-20T10:00:00.000Z'));

/** When most requests come, once the outage has begun: something has happened, and many keys have to go. */
const CROWD_MS = 5 * MINUTE;
/** An urgent call that is made in doubt at the very instant when the provider comes back can be proved by nothing. */
const LAST_MS = MINUTE;

/** A request with what came of it. */
export interface Followed {
  readonly requestId: string;
  readonly provider: ProviderName;
  readonly isUrgent: boolean;
  readonly sentAt: number;
  readonly body: string;
  readonly finals: { readonly at: number; readonly receipt: Receipt }[];
}

export interface Ran {
  readonly requests: readonly Followed[];
  /** The fleet at the provider that was out. */
  readonly fleet: Fleet;
  readonly healsAt: number;
  readonly queue: SimulatedSqs;
  /** Copies that the function sent to the stuck queue. */
  readonly aside: readonly string[];
}

const followed = ({ provider, orders }: Fleet, at: (n: number) => number): readonly Followed[] =>
  orders.map((order, n) => {
    const [requestId, isUrgent] = [`${provider}-${n}`, n % 5 === 0];
    const body = JSON.stringify({ ...order, requestId, reason: isUrgent ? 'leaked' : 'manual' });
    return { requestId, provider, isUrgent, sentAt: Math.floor(at(n)), body, finals: [] };
  });

/** Two thirds come in a crowd, the rest by and by; without an outage all at once. */
const arrivals = (ms: number, random: () => number) => {
  if (ms === 0) return { atTheOneThatIsOut: () => START + random() * 1_000, elsewhere: () => START };
  const byAndBy = (): number => START + random() * (ms - LAST_MS);
  return {
    atTheOneThatIsOut: (n: number): number => (n % 3 < 2 ? START + random() * CROWD_MS : byAndBy()),
    /** A third at the height of the outage's beginning, a third by and by, a third while the queue drains. */
    elsewhere: (n: number): number =>
      [START + random() * CROWD_MS, byAndBy(), START + ms + random() * 3 * CROWD_MS][n % 3] ?? START,
  };
};

/** Runs one outage from its first request until every queue is empty. */
export const runOutage = async (outage: Outage, settings: Readonly<Record<Lane, QueueSettings>>): Promise<Ran> => {
  const clock = simulatedClock(START);
  const random = seededRandom(outage.seed);
  const healsAt = START + outage.ms;
  const ownerOf = OWNERS[outage.owners ?? 'many'];
  const sizeOf = (name: ProviderName): number => (name === outage.provider ? outage.size : outage.elsewhere);
  const fleets = await Promise.all(
    NAMES.map((name) => fleetAt(name, { size: sizeOf(name), ownerOf }, () => clock.now())),
  );
  const fleet = fleets.find(({ provider }) => provider === outage.provider) as Fleet;
  const { atTheOneThatIsOut, elsewhere } = arrivals(outage.ms, random);
  const requests = fleets
    .flatMap((one) => followed(one, one === fleet ? atTheOneThatIsOut : elsewhere))
    .toSorted((a, b) => a.sentAt - b.sentAt);
  const queue = simulatedSqs(clock, settings, random);
  const aside: string[] = [];
  const byId = new Map(requests.map((request) => [request.requestId, request]));
  const published = (receipt: Receipt): void => {
    if (receipt.final) byId.get(receipt.requestId)?.finals.push({ at: clock.now(), receipt });
  };
  const invoke = functionBehind({ fleets, clock, random, queue, published, setAside: (body) => void aside.push(body) });

  const { faults } = fleet.sandbox;
  if (outage.ms > 0) faults.script({ match: {}, fault: KINDS[outage.kind](healsAt), times: Number.POSITIVE_INFINITY });
  let isMoreToCome = true;
  const arrive = async (): Promise<void> => {
    for (const { sentAt, body } of requests) {
      await clock.until(epochMs(sentAt));
      queue.send(body, { lane: laneOf(JSON.parse(body)), sender: 'AROADESK:person' });
    }
    isMoreToCome = false;
  };
  const heal = async (): Promise<void> => {
    await clock.until(epochMs(healsAt));
    faults.clear();
  };
  await clock.run(Promise.all([arrive(), heal(), queue.work(invoke, () => isMoreToCome)]));
  return { requests, fleet, healsAt, queue, aside };
};
