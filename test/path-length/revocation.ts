import type { Context, SQSEvent } from 'aws-lambda';
import { requestForm } from '../../functions/core/request/revocation-request.ts';
import { TIMING } from '../../functions/core/timing.ts';
import type { Hide } from '../../functions/edge/messages/visibility.ts';
import { serve } from '../../functions/revoke/serve.ts';
import { PROVIDERS_UNDER_TEST } from '../faults/orders/providers-under-test.ts';
import type { Message } from '../faults/simulated/message-queue.ts';
import { openWorld } from '../faults/world/world.ts';

const ORDERS = Object.values(PROVIDERS_UNDER_TEST).flat();
/** Far more than an order needs where nothing goes wrong. */
const MOST_DELIVERIES = 5;

const eventOf = ({ messageId, body, sentAt, sender }: Message, receiveCount: number): SQSEvent => {
  const attributes = {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(sentAt),
    SenderId: sender,
    ApproximateFirstReceiveTimestamp: String(sentAt),
  };
  const record = { messageId, receiptHandle: messageId, body, attributes, messageAttributes: {} };
  return { Records: [record] } as unknown as SQSEvent;
};

/** One order on the queue of a function whose ports are all in memory. */
export interface Revocation {
  /** Delivers the message until it is done with. @returns the outcome of the receipts */
  readonly run: () => Promise<string>;
}

/** @param name of an order in `test/faults/orders` */
export const revocation = async (name: string): Promise<Revocation> => {
  const order = ORDERS.find((one) => one.name === name);
  if (order === undefined) throw new Error(`Cannot find the order ${name}, wanted one of test/faults/orders`);
  const { clock, ports, seeded, witness, ...world } = await openWorld(order, 86_400_000);
  const message = world.send({ ...seeded.request, reason: 'leaked', requestId: 'path-length' });
  const context = { getRemainingTimeInMillis: () => TIMING.functionTimeoutMs } as Context;
  const hide: Hide = async (_handle, seconds) => {
    message.visibleAt = clock.now() + Math.ceil(seconds) * 1_000;
    return 'held';
  };
  requestForm(ports.providers); // as the ports of the function do it while it loads
  const handler = serve({ ports, sourceOf: () => ({ lane: 'urgent', hide }), tellExchanges: () => undefined });
  const isDone = async (receiveCount: number): Promise<boolean> => {
    clock.advanceTo(message.visibleAt);
    const answer = await clock.run(Promise.resolve(handler(eventOf(message, receiveCount), context)));
    return 'batchItemFailures' in answer && answer.batchItemFailures.length === 0;
  };
  return {
    run: async () => {
      for (let count = 1; count <= MOST_DELIVERIES; count += 1) if (await isDone(count)) break;
      return witness.receipts.map(({ receipt }) => receipt.outcome).join();
    },
  };
};
