import type { OrderUnderTest, Seeded } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { meantBy } from '../world/judge.ts';
import { START } from '../world/world.ts';

/** Another order among the same keys. */
export interface Related {
  readonly name: string;
  /** What tells it from the first. */
  readonly about: Pick<Seeded, 'request' | 'target' | 'signer' | 'world' | 'otherSigners' | 'narrow' | 'landsWithinMs'>;
  /** What the two may come to beside each other. */
  readonly orElse: readonly string[];
}

/**
 * Of two about one key the later finds it gone, or was never able to see it; one may need a key that the other kills; and where one of
 * them lacks a permission, so does the other.
 */
const BESIDE = ['already-revoked', 'stuck/not-recognised', 'stuck/signer-gone', 'stuck/permission-missing'];

/** An update without a managing key cannot tell a key that another request has deleted from an outage, also where the ledger knows. */
const BESIDE_UPDATE = ['stuck/unproven'];

const isUpdate = ({ request }: Seeded): boolean => String(request['operation']).startsWith('update-');

const known = new Map<OrderUnderTest, Promise<Seeded>>();

/** What an order is about; the provider's side that it opens on the way is not used. */
const seededBy = (order: OrderUnderTest): Promise<Seeded> => {
  const seeded = known.get(order) ?? order.seed(() => START).then((opened) => opened.seeded);
  known.set(order, seeded);
  return seeded;
};

/** Whether two orders, among the same keys, get into each other's way: about one key, or about a key that the other signs with. */
const areRelated = (one: Seeded, other: Seeded): boolean =>
  JSON.stringify(one.secrets) === JSON.stringify(other.secrets) &&
  ((one.target === other.target && one.world === other.world) ||
    one.target === other.signer ||
    other.target === one.signer);

const relatedBy = (order: OrderUnderTest, seeded: Seeded, mine: Seeded): Related => {
  const { request, target, signer, world, otherSigners = [], narrow, landsWithinMs } = seeded;
  return {
    name: order.name,
    about: { ...{ request, target, signer, world, otherSigners, landsWithinMs }, ...(narrow && { narrow }) },
    orElse: [
      ...BESIDE,
      ...([mine, seeded].some(isUpdate) ? BESIDE_UPDATE : []),
      ...(['leaked', 'manual'] as const).flatMap((reason) => meantBy({ order, reason })),
    ],
  };
};

/** The other orders of the same provider that are about the same key, or about one that signs. */
export const relatedTo = async (order: OrderUnderTest): Promise<readonly Related[]> => {
  const mine = await seededBy(order);
  const orders = Object.values(PROVIDERS_UNDER_TEST).find((all) => all.includes(order)) ?? [];
  const others = orders.filter((other) => other !== order);
  const seeded = await Promise.all(others.map(async (other) => [other, await seededBy(other)] as const));
  return seeded.filter(([, other]) => areRelated(mine, other)).map(([other, its]) => relatedBy(other, its, mine));
};
