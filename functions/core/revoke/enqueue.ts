import type { RequestItem } from '../ledger/request-item.ts';
import type { Outbox } from '../ports.ts';
import { marksOf } from '../request/marks.ts';

/** Puts a request on the requests queue again, with its current attempt. */
export const resend = ({ enqueue }: Outbox, item: RequestItem): Promise<void> =>
  enqueue(JSON.stringify(item.request), marksOf(item), 0);

/** Sends a recheck of the key of a request that has ended. */
export const sendRecheck = ({ enqueue }: Outbox, item: RequestItem, delaySeconds: number): Promise<void> =>
  enqueue(JSON.stringify({ ...item.request, look: true }), marksOf(item), delaySeconds);

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
