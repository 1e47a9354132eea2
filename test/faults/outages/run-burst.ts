import { epochMs } from '../../../functions/core/epoch.ts';
import type { Lane } from '../../../functions/core/lane.ts';
import type { Receipt } from '../../../functions/core/receipt.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../../infra/provider-names.ts';
import { simulatedClock } from '../simulated/simulated-clock.ts';
import { type Fleet, fleetAt } from './fleet.ts';
import { functionBehind } from './function-behind-queue.ts';
import { seededRandom } from './seeded-random.ts';
import { type QueueSettings, simulatedSqs } from './simulated-sqs.ts';

const START = epochMs(Date.parse('2026-11-20T10:00:00.000Z'));

/** When the leaked key is sent: Lambda has started all batches for the others that it may. */
const LEAK_AFTER_MS = 2_000;

const LEAKED = 'leaked';

/** Requests that are not urgent, all at once, and soon after them one leaked key. */
export interface Burst {
  /** Requests that are not urgent. */
  readonly sizes: Readonly<Partial<Record<ProviderName, number>>>;
  /** How long a provider takes to answer. @default it answers at once */
  readonly answersInMs?: Readonly<Partial<Record<ProviderName, number>>>;
  readonly leakedAt: ProviderName;
  /** The queue that the leaked key is sent to. */
  readonly lane: Lane;
}

export interface BurstRan {
  /** From the sending of the leaked key until its provider deleted it. */
  readonly toDeleteMs: number;
  readonly fleets: readonly Fleet[];
  /** The final ones. */
  readonly receipts: readonly Receipt[];
  readonly sent: number;
  /** Copies that the function sent to the stuck queue, and messages whose receive count was used up. */
  readonly lost: readonly string[];
  readonly endedAt: number;
}

/** Each key signs for itself in an account of its own, so that no documented rate holds a request up. */
const fleetsOf = ({ sizes, leakedAt }: Burst, now: () => number): Promise<readonly Fleet[]> => {
  const sizeAt = (name: ProviderName): number => (sizes[name] ?? 0) + (name === leakedAt ? 1 : 0);
  const names = PROVIDER_NAMES.filter((name) => sizeAt(name) > 0);
  return Promise.all(names.map((name) => fleetAt(name, { size: sizeAt(name), ownerOf: () => undefined }, now)));
};

/** Runs a burst until every queue is empty. */
export const runBurst = async (burst: Burst, settings: Readonly<Record<Lane, QueueSettings>>): Promise<BurstRan> => {
  const clock = simulatedClock(START);
  const random = seededRandom(1);
  const fleets = await fleetsOf(burst, () => clock.now());
  for (const { provider, sandbox } of fleets) {
    const { [provider]: ms } = burst.answersInMs ?? {};
    const slow = { match: {}, fault: { kind: 'delay', ms: ms ?? 0 }, times: Number.POSITIVE_INFINITY } as const;
    if (ms !== undefined) sandbox.faults.script(slow);
  }
  const queue = simulatedSqs(clock, settings, random);
  const receipts: Receipt[] = [];
  const aside: string[] = [];
  const invoke = functionBehind({
    ...{ fleets, clock, random, queue },
    published: (receipt) => void (receipt.final && receipts.push(receipt)),
    setAside: (body) => void aside.push(body),
  });
  const others = fleets.flatMap(({ provider, orders }) =>
    orders
      .slice(provider === burst.leakedAt ? 1 : 0)
      .map((order, n) => ({ ...order, requestId: `${provider}-${n}`, reason: 'offboarded' })),
  );
  const fleet = fleets.find(({ provider }) => provider === burst.leakedAt) as Fleet;
  const leaked = { ...fleet.orders[0], requestId: LEAKED, reason: 'leaked' };
  const sender = 'AROADESK:person';
  for (const order of others) queue.send(JSON.stringify(order), { lane: 'requests', sender });
  const sentAt = START + LEAK_AFTER_MS;
  let isMoreToCome = true;
  const leak = async (): Promise<void> => {
    await clock.until(epochMs(sentAt));
    queue.send(JSON.stringify(leaked), { lane: burst.lane, sender });
    isMoreToCome = false;
  };
  await clock.run(Promise.all([leak(), queue.work(invoke, () => isMoreToCome)]));
  const keyId = String(fleet.orders[0]?.['secretId']).split('/').at(-1);
  const deleted = fleet.sandbox.applied().find((change) => change.keyId === keyId);
  return {
    toDeleteMs: (deleted?.at ?? Number.POSITIVE_INFINITY) - sentAt,
    fleets,
    receipts,
    sent: others.length + 1,
    lost: [...aside, ...queue.spent],
    endedAt: clock.now(),
  };
};
