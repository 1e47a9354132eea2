import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { after, type EpochMs, earlier } from '../core/epoch.ts';
import { revoke } from '../core/revoke/revoke.ts';
import { TIMING } from '../core/timing.ts';
import type { CreatedPorts } from '../edge/create-ports.ts';
import type { RecordSource } from '../edge/messages/record-source.ts';
import { readRecord } from '../edge/messages/sqs-record.ts';
import type { HandleState, Hide } from '../edge/messages/visibility.ts';

/** Leaves the message on the queue. Its text is all that the runtime may print of it. */
class NotDone extends Error {
  override readonly name = 'NotDone';
}

/** @returns what SQS says of the handle; `unknown` where SQS did not answer */
const hideUntil = async (
  { ports }: CreatedPorts,
  hide: Hide,
  receiptHandle: string,
  instant: EpochMs,
): Promise<HandleState | 'unknown'> => {
  try {
    return await hide(receiptHandle, (instant - ports.clock.now()) / 1_000);
  } catch {
    return 'unknown';
  }
};

/** The message comes back by the timeout that it has: later or earlier than wished, but it comes. */
const warnUnchanged = ({ ports }: CreatedPorts): void => ports.log.warn('visibility not changed', {});

/**
 * Hides the message of a record that SQS has handed out. A caller that may invoke the function can make a record up, with any sender and
 * any request in it. Such a record is not carried out. It is given back, since SQS may be wrong.
 *
 * @returns the queue that handed the record out
 * @throws NotDone if the record is forged or comes too late
 */
const takeRecord = async (
  serving: CreatedPorts,
  source: RecordSource | undefined,
  receiptHandle: string,
  until: EpochMs,
): Promise<RecordSource> => {
  const state = source && (await hideUntil(serving, source.hide, receiptHandle, until));
  // Another delivery of the message does the work.
  if (state === 'late') throw new NotDone('Cannot carry out a delivery whose time is over');
  if (source === undefined || state === 'foreign') {
    // Nothing of the record is told: all of it may be made up.
    serving.ports.log.warn('record forged', { wrong: source ? 'receipt handle' : 'queue' });
    throw new NotDone('Cannot carry out a record that is not of a queue of requests');
  }
  if (state === 'unknown') warnUnchanged(serving);
  return source;
};

const onRecord = async (serving: CreatedPorts, record: unknown, endsAt: EpochMs): Promise<void> => {
  const { ports } = serving;
  const { receiptHandle, ...message } = readRecord(record);
  const deadline = earlier(after(ports.clock.now(), TIMING.recordMs), endsAt);
  const source = serving.sourceOf(record);
  const held = takeRecord(serving, source, receiptHandle, after(deadline, TIMING.crashMarginMs));
  held.catch(() => undefined); // awaited where the message is carried out
  const verdict = await revoke(ports, { ...message, lane: source?.lane, deadline }, held);
  if (verdict.done) return;
  const { hide } = await held;
  if ((await hideUntil(serving, hide, receiptHandle, verdict.notBefore)) !== 'held') warnUnchanged(serving);
  throw new NotDone(`Cannot finish yet: ${verdict.code}`);
};

/** What the middleware makes the batch response of. */
type Settled = readonly PromiseSettledResult<void>[];

/**
 * The function behind the queues of the lanes. The records of a batch run at the same time, each with its own deadline; only
 * records that are not done go back on the queue.
 */
export const serve = (serving: CreatedPorts) =>
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
      serving.tellExchanges();
      return settled;
    });
