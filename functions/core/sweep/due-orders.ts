import { type EpochMs, epochMs } from '../epoch.ts';
import { DUE_ORDERS, type DueBrief, listsOf } from '../ledger/lists.ts';
import type { Listed, Ports } from '../ports.ts';
import { sweepKey } from '../request/expiry-tags.ts';
import { allOver, someAtOnce } from '../some-at-once.ts';
import { look, type Ready } from './look.ts';
import type { OneByOne } from './one-by-one.ts';

/** An order that is due, by provider. */
export interface OfProvider {
  readonly provider: string;
  readonly at: EpochMs;
}

/** Oldest first, and per provider no more at once than the limit of an hour. @param before what was taken already */
export const withinLimits = <T extends OfProvider>(
  all: readonly T[],
  limit: number,
  before: readonly OfProvider[] = [],
): readonly T[] => {
  const taken = new Map<string, number>();
  for (const { provider } of before) taken.set(provider, (taken.get(provider) ?? 0) + 1);
  return all
    .toSorted((a, b) => a.at - b.at)
    .filter(({ provider }) => {
      const count = (taken.get(provider) ?? 0) + 1;
      taken.set(provider, count);
      return count <= limit;
    });
};

interface DueSecret extends OfProvider {
  readonly arn: string;
}

const dueSecretIn = ({ pk, at, brief }: Listed): DueSecret => {
  const read = DUE_ORDERS.read(brief, '', () => undefined) as DueBrief | undefined;
  return { arn: pk.slice(sweepKey('').pk.length), at, provider: read?.provider ?? '' };
};

/** The due orders of one tick. */
export interface DueOrders {
  readonly ready: readonly Ready[];
  /** Due, but over the limit. */
  readonly past: number;
}

/**
 * Looks at each secret whose order is due: one query of each shard, all at the same time.
 *
 * @throws Unavailable if an AWS service does not answer at all
 */
export const dueOrders = async (ports: Ports, { serve }: OneByOne, horizon: EpochMs): Promise<DueOrders> => {
  const { ledger, config } = ports;
  // Never more than may be sent at once. So a hundred thousand orders take no more memory than a hundred.
  let due: readonly DueSecret[] = [];
  let count = 0;
  await allOver(
    listsOf('due').map(async (list) => {
      for await (const page of ledger.listed(list, epochMs(0), horizon)) {
        const more = page.map(dueSecretIn);
        count += more.length;
        due = withinLimits([...due, ...more], config.limits.other);
      }
    }),
  );
  const ready: Ready[] = [];
  await someAtOnce(due, async ({ arn }) => {
    const one = await serve(arn, () => look(ports, arn, horizon));
    if (typeof one === 'object') ready.push(one);
  });
  return { ready, past: count - due.length };
};
