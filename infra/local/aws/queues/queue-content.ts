import type { Emulator } from './emulator.ts';

/** A message as it lies in a queue; `sentTimestamp` and `delayUntil` in epoch milliseconds. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly messageAttributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue?: string }>>;
  readonly sentTimestamp: number;
  readonly approximateReceiveCount: number;
  readonly delayUntil?: number;
}

interface InFlight {
  readonly message: QueuedMessage;
  readonly receiptHandle: string;
  /** In epoch milliseconds. */
  readonly visibilityDeadline: number;
}

export interface QueueContent {
  readonly ready: readonly QueuedMessage[];
  readonly delayed: readonly QueuedMessage[];
  readonly inflight: readonly InFlight[];
}

/** Looks into a queue without receiving. @throws Error where there is no queue of that name */
export const inspectQueue = async (app: Emulator, queueName: string): Promise<QueueContent> => {
  const reply = await app.inject({ method: 'GET', url: `/_fauxqs/queues/${queueName}` });
  if (reply.statusCode !== 200)
    throw new Error(`Cannot inspect queue "${queueName}", wanted the name of one that exists`);
  return (reply.json() as { messages: QueueContent }).messages;
};
