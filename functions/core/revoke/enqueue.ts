import type { Delivery, Disposition } from '../delivery.ts';
import { laneOf } from '../lane.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import type { Outbox, Ports } from '../ports.ts';
import { marksOf } from '../request/marks.ts';
import { LONGEST_DELAY_SECONDS, SECOND_MS } from '../timing.ts';
import { DONE } from './wait-for.ts';

/** Puts a request on the queue of its lane again, with its current attempt. */
export const resend = ({ enqueue }: Outbox, item: RequestItem, delaySeconds = 0): Promise<void> =>
  enqueue(JSON.stringify(item.request), marksOf(item), delaySeconds, laneOf(item.request));

/** Sends a recheck of the key of a request that has ended. */
export const sendRecheck = ({ enqueue }: Outbox, item: RequestItem, delaySeconds: number): Promise<void> => {
  const recheck = { ...item.request, look: true };
  return enqueue(JSON.stringify(recheck), marksOf(item), delaySeconds, laneOf(recheck));
};

/**
 * Sends a claimed request that has to wait to its own lane, if another lane has delivered it. Its sender, its age and when it is due are
 * in the ledger. If the copy cannot be sent, the message waits where it is.
 *
 * @returns the end of the message that was delivered, or its wait
 */
export const waitInLane = async (
  { outbox, clock }: Ports,
  { lane }: Delivery,
  item: RequestItem,
  wait: Disposition,
): Promise<Disposition> => {
  if (wait.done || lane === undefined || item.request === undefined || lane === laneOf(item.request)) return wait;
  const seconds = Math.ceil((wait.notBefore - clock.now()) / SECOND_MS);
  return resend(outbox, item, Math.min(LONGEST_DELAY_SECONDS, Math.max(0, seconds))).then(
    () => DONE,
    () => wait,
  );
};

/** Sends the copy for the stuck queue: the request, ready to be sent again, or the stub of a body that was not a valid request. */
export const setAside = async (
  { setAside: send }: Outbox,
  item: Pick<RequestItem, 'requestId' | 'attempt' | 'receipt' | 'stub' | 'request'>,
): Promise<void> => {
  const { receipt, stub, request } = item;
  if (receipt === undefined) return;
  const { outcome, code, message } = receipt;
  await send(stub ?? JSON.stringify(request), { ...marksOf(item), outcome, code: code ?? '', message });
};
