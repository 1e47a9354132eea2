import { nextDelivery, type Retry } from '../backoff.ts';
import type { Delivery, Disposition } from '../delivery.ts';
import { after } from '../epoch.ts';
import { countedFrom, type RequestItem } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import { isUrgent } from '../reason.ts';
import { LONGEST_DELAY_MS } from '../timing.ts';

/** The message is finished. */
export const DONE: Disposition = { done: true };

/** Back on the queue. @param since the instant from which the waits grow */
export const waitFor = (
  { clock, random }: Ports,
  { receiveCount }: Delivery,
  item: RequestItem,
  wait: Retry,
  since = countedFrom(item),
): Disposition => {
  const now = clock.now();
  const urgent = item.request !== undefined && isUrgent(item.request.reason);
  const circumstances = { now, age: now - since, receiveCount, urgent, random: random() };
  return { done: false, code: wait.code, notBefore: nextDelivery(wait, circumstances) };
};

/**
 * The wait of a message that comes while the system is paused. It is as long as any delay of a queue: a queue delivers a message a thousand
 * times at most, and these are ten days.
 */
export const waitPaused = ({ clock }: Pick<Ports, 'clock'>): Disposition => ({
  done: false,
  code: 'paused',
  notBefore: after(clock.now(), LONGEST_DELAY_MS),
});

const UNCLAIMED = { code: 'aws-down' } as const;

/** The wait of a message whose request could not even be claimed. */
export const waitUnclaimed = ({ clock, random }: Ports, { receiveCount, sentAt }: Delivery): Disposition => {
  const now = clock.now();
  const circumstances = { now, age: now - sentAt, receiveCount, urgent: true, random: random() };
  return { done: false, ...UNCLAIMED, notBefore: nextDelivery(UNCLAIMED, circumstances) };
};
