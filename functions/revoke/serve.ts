import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { after, type EpochMs, earlier } from '../core/epoch.ts';
import type { Ports } from '../core/ports.ts';
import { revoke } from '../core/revoke/revoke.ts';
import { TIMING } from '../core/timing.ts';
import { readRecord } from '../edge/messages/sqs-record.ts';
import type { Hide } from '../edge/messages/visibility.ts';

/** Leaves the message on the queue. Its text is all that the runtime may print of it. */
class NotDone extends Error {
  override readonly name = 'NotDone';
}

export interface Serving {
  readonly ports: Ports;
  readonly hide: Hide;
}

const hideUntil = async ({ ports, hide }: Serving, receiptHandle: string, instant: EpochMs): Promise<void> => {
  try {
    await hide(receiptHandle, (instant - ports.clock.now()) / 1_000);
  } catch {
    // The message comes back by the timeout that it has: later or earlier than wished, but it comes.
    ports.log.warn('visibility not changed', {});
  }
};

const onRecord = async (serving: Serving, record: unknown, endsAt: EpochMs): Promise<void> => {
  const { ports } = serving;
  const { receiptHandle, ...message } = readRecord(record);
  const deadline = earlier(after(ports.clock.now(), TIMING.recordMs), endsAt);
  await hideUntil(serving, receiptHandle, after(deadline, TIMING.crashMarginMs));
  const verdict = await revoke(ports, { ...message, deadline });
  if (verdict.done) return;
  await hideUntil(serving, receiptHandle, verdict.notBefore);
  throw new NotDone(`Cannot finish yet: ${verdict.code}`);
};

/** What the middleware makes the batch response of. */
type Settled = readonly PromiseSettledResult<void>[];

/**
 * The function behind the requests queue. The records of a batch run at the same time, each with its own deadline; only
 * records that are not done go back on the queue.
 */
export const serve = (serving: Serving) =>
  middy<SQSEvent, SQSBatchResponse | Settled>()
    // The middleware's own logger prints the record, whose body nobody has checked for secrets yet.
    .use(sqsPartialBatchFailure({ logger: () => undefined }))
    .handler(async (event, context): Promise<Settled> => {
      const { clock, log } = serving.ports;
      const endsAt = after(clock.now(), context.getRemainingTimeInMillis() - TIMING.reportMarginMs);
      const settled = await Promise.allSettled(event.Records.map((record) => onRecord(serving, record, endsAt)));
      for (const result of settled)
        if (result.status === 'rejected' && !(result.reason instanceof NotDone))
          log.warn('record failed', { problem: result.reason instanceof Error ? result.reason.name : 'unknown' });
      return settled;
    });
