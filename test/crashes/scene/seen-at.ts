import type { ProviderName } from '../../../infra/key-revocation-props.ts';
import type { Change } from '../../../infra/local/sandbox/index.ts';
import type { Seen } from '../../laws/evidence.ts';
import type { OwnRecord, SentOrder } from './traces.ts';

/**
 * Everything that was seen of the exchanges at one provider. The keys of an order have an account of their own, so that an exchange which
 * one of them signed is the order's own; and nobody changes a key by hand, so that the changes tell what was true of it at any time.
 */
export const seenAt = (
  provider: ProviderName,
  { exchanges, changes, settings }: OwnRecord,
  orders: readonly SentOrder[],
): readonly Seen[] => {
  const seqOf = new Map(exchanges.flatMap(({ applied, seq }) => (applied ? [[applied, seq] as const] : [])));
  const own = orders.filter((order) => order.provider === provider);
  const isOf = (order: SentOrder, keyId: string | undefined): boolean =>
    keyId !== undefined && [order.keyId, order.signerId].includes(keyId);
  return exchanges.map((exchange): Seen => {
    const { keyId, applied, at, seq, method } = exchange;
    const order = own.find((one) => isOf(one, keyId)) ?? own.find((one) => isOf(one, applied?.keyId));
    const ofKey = changes.filter((change) => change.keyId === order?.keyId && change.world === order?.world);
    // At the same instant the order of arrival tells; a late change lands before the next exchange is taken in.
    const isBefore = (change: Change): boolean =>
      change.at < at || (change.at === at && (seqOf.get(change) ?? seq) <= seq);
    const updates = ofKey.filter(({ kind }) => kind === 'updated');
    const now = order && settings?.(order.world, order.keyId);
    return {
      ...exchange,
      ...{ provider, of: order ? String(order.n) : '', attempt: 1, isCall: method !== 'GET' },
      isAlive: order !== undefined && !ofKey.some((change) => change.kind === 'deleted' && isBefore(change)),
      settings: updates.findLast(isBefore)?.after ?? updates.find((change) => !isBefore(change))?.before ?? now,
    };
  });
};
