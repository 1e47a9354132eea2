import type { RequestItem } from '../ledger/request-item.ts';
import type { Attributes, Outbox } from '../ports.ts';

/** What every copy of a request carries, so that it is recognised in any message. */
const named = ({ requestId, attempt }: Pick<RequestItem, 'requestId' | 'attempt'>): Attributes => ({
  requestId,
  attempt: String(attempt),
});

/** Puts a request on the requests queue again, with its current attempt. */
export const resend = ({ enqueue }: Outbox, item: RequestItem): Promise<void> =>
  enqueue(JSON.stringify(item.request), named(item), 0);

/** Sends a recheck of the key of a request that has ended. */
export const sendRecheck = ({ enqueue }: Outbox, item: RequestItem, delaySeconds: number): Promise<void> =>
  enqueue(JSON.stringify({ ...item.request, look: true }), named(item), delaySeconds);

/** Sends the copy for the stuck queue: the request, ready to be sent again, or the stub of a body that was not a valid request. */
export const setAside = async (
  { setAside: send }: Outbox,
  item: Pick<RequestItem, 'requestId' | 'attempt' | 'receipt' | 'stub' | 'request'>,
): Promise<void> => {
  const { receipt, stub, request } = item;
  if (receipt === undefined) return;
  const { outcome, code, message } = receipt;
  await send(stub ?? JSON.stringify(request), { ...named(item), outcome, code: code ?? '', message });
};
