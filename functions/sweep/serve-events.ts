import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Ports } from '../core/ports.ts';
import { someAtOnce } from '../core/some-at-once.ts';
import { discover } from '../core/sweep/discover.ts';

/** Whether the function was called for messages of a queue, and not by its clock. */
export const isQueueEvent = (event: unknown): event is SQSEvent =>
  Array.isArray((event as { readonly Records?: unknown } | null)?.Records);

/**
 * Looks at the secrets that events name. Only the events that failed come back; after three times they go to the queue for lost ones.
 *
 * @param aheadMs how far ahead of its expiry an order is sent, up to 15 minutes
 */
export const serveEvents = async (ports: Ports, aheadMs: number, { Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const batchItemFailures: { readonly itemIdentifier: string }[] = [];
  await someAtOnce(Records, async ({ messageId, body }) => {
    try {
      const led = await discover(ports, String(body), aheadMs);
      if (led === 'sent' || led === 'no event') ports.log.info('secret event', { led });
    } catch (error) {
      ports.log.warn('secret event failed', { problem: error instanceof Error ? error.name : 'unknown' });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  });
  return { batchItemFailures };
};
