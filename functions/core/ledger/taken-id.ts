import { type Delivery, isOwnSender } from '../delivery.ts';
import type { Ports } from '../ports.ts';
import { kindOf } from '../provider.ts';
import { isExpiryOrder, namesItsKey, type RevocationRequest } from '../request/revocation-request.ts';
import type { RequestItem } from './request-item.ts';

/** Said to a sender that uses an id of the sweep's. */
export const ID_OF_SWEEP =
  'Cannot accept a requestId of an expiry order from this sender: only the sweep may use such an id first. Send the request again with another requestId';

/**
 * Whether a message may be the first to use an id. The id of an expiry order can be foretold from the tags of its secret: a sender that
 * used the id before the sweep does would stop the expiry.
 */
export const mayUseFirst = (ports: Pick<Ports, 'config'>, delivery: Delivery, requestId: string): boolean =>
  !isExpiryOrder(requestId) || isOwnSender(ports, delivery);

/** How a request whose id another one has is carried out under its message's id. */
export type Apart = Pick<RequestItem, 'onlyKey'>;

/**
 * Whether a request whose id another one has is carried out all the same: only a delete, and only of a key that cannot be mistaken. A request
 * that names its key by `self` or by a stage label is about the key that the other one has pinned, or about none: after a rotation it
 * would kill the new key.
 *
 * @param holder the request that has the id
 * @returns undefined if it is refused
 */
export const apartFrom = (
  ports: Pick<Ports, 'providers'>,
  holder: Pick<RequestItem, 'requestId' | 'planOnly' | 'pin' | 'former'>,
  request: RevocationRequest,
): Apart | undefined => {
  const { requestId, planOnly, pin, former } = holder;
  if (planOnly || isExpiryOrder(requestId) || kindOf(ports.providers, request) !== 'delete') return undefined;
  if (namesItsKey(ports.providers, request)) return {};
  const known = pin ?? former;
  return known && { onlyKey: known.keyName };
};
