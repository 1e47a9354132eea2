import { after, type EpochMs } from '../epoch.ts';
import { pausedSince } from '../ledger/operator-items.ts';
import {
  type CurrentVersionItem,
  currentVersionKey,
  SECRET_EVENTS_KEY,
  type SecretEventsItem,
} from '../ledger/sweep-items.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Described, Ports } from '../ports.ts';
import { readSecretEvent, type SecretEvent } from '../request/secret-events.ts';
import { outOfReach } from '../request/secret-reach.ts';
import { MINUTE_MS } from '../timing.ts';
import { horizonOf, look, sendOrder } from './look.ts';

/** What an event led to. */
export type Discovered = 'no event' | 'own' | 'outside' | 'nothing to send' | 'unreadable' | 'sent';

const SEEN_AT = { tags: 'tagEventAt', label: 'labelEventAt' } as const;

/** Notes that such events arrive, once a minute at most. */
const noteSeen = async (ports: Ports, of: SecretEvent['of'], now: EpochMs): Promise<void> => {
  await updateItem<SecretEventsItem>(ports, SECRET_EVENTS_KEY, (item) => {
    const seenAt = item?.[SEEN_AT[of]];
    return seenAt !== undefined && now < after(seenAt, MINUTE_MS) ? undefined : { ...item, [SEEN_AT[of]]: now };
  });
};

/** Notes which version is the current one. */
const noteVersion = async (ports: Ports, { arn, stages }: Described, now: EpochMs): Promise<void> => {
  const { AWSCURRENT: versionId } = stages;
  if (versionId === undefined) return;
  await updateItem<CurrentVersionItem>(ports, currentVersionKey(arn), (item) =>
    item?.versionId === versionId ? undefined : { versionId, seenAt: now },
  );
};

/**
 * Looks at the secret that an event names. An order that is due before the next ticks is sent at once, and its message is delayed until its
 * instant. Tags that change in between withdraw the order: they are read again right before its call. While the system is paused the
 * order stays among those that are due.
 *
 * @param body the whole event
 * @param aheadMs how far ahead of its expiry an order is sent, up to 15 minutes
 * @throws Unavailable if AWS does not answer; Fault `stuck/access-denied`
 */
export const discover = async (ports: Ports, body: string, aheadMs: number): Promise<Discovered> => {
  const event = readSecretEvent(body);
  if (event === undefined) return 'no event';
  const now = ports.clock.now();
  await noteSeen(ports, event.of, now);
  const { of, secretId, byRole } = event;
  if (byRole !== undefined && ports.config.ownRoles.includes(byRole)) return 'own';
  if (secretId === undefined || outOfReach(secretId, ports.config) !== undefined) return 'outside';
  const horizon = horizonOf(now, aheadMs);
  const found = await look(ports, secretId, horizon, async (secret) => {
    if (of === 'label') await noteVersion(ports, secret, now);
  });
  if (typeof found !== 'object') return found ?? 'nothing to send';
  if ((await pausedSince(ports)) !== undefined) return 'nothing to send';
  await sendOrder(ports, found);
  return 'sent';
};
