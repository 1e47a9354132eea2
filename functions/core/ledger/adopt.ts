import type { Ports } from '../ports.ts';
import { requestKey } from './keys.ts';
import type { RequestItem } from './request-item.ts';
import { updateItem } from './update-item.ts';

/**
 * A redrive that came to no key of its own is about its earlier attempt's, whose case would stay open for nobody. Where another delivery
 * has pinned something else meanwhile, the lease for what is returned is not to be had.
 */
export const inheritPin = async (ports: Pick<Ports, 'ledger' | 'newId'>, item: RequestItem): Promise<RequestItem> => {
  const { former, attempt, requestId, planOnly } = item;
  if (former === undefined || item.pin !== undefined || planOnly) return item;
  await updateItem<RequestItem>(ports, requestKey(requestId, planOnly), (current) =>
    current?.attempt === attempt && !current.receipt && !current.pin ? { ...current, pin: former } : undefined,
  );
  return { ...item, pin: former };
};
