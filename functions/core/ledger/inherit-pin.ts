import type { Ports } from '../ports.ts';
import { requestKey } from './keys.ts';
import type { RequestItem } from './request-item.ts';
import { updateItem } from './update-item.ts';

/**
 * If a redrive pinned no key, it takes over the previous attempt's pin; otherwise that case stays open with no request behind it. If
 * another delivery has pinned something else in the meantime, the lease for the returned item cannot be taken.
 */
export const inheritPin = async (ports: Pick<Ports, 'ledger' | 'newId'>, item: RequestItem): Promise<RequestItem> => {
  const { former, attempt, requestId, planOnly } = item;
  if (former === undefined || item.pin !== undefined || planOnly) return item;
  await updateItem<RequestItem>(ports, requestKey(requestId, planOnly), (current) =>
    current?.attempt === attempt && !current.receipt && !current.pin ? { ...current, pin: former } : undefined,
  );
  return { ...item, pin: former };
};
