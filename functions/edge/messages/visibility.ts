import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { TIMING } from '../../core/timing.ts';
import { unavailable } from '../aws/unavailable.ts';

/**
 * SQS hides a message for 12 hours in all, counted from its receipt and not from the request. What has passed by then is no more
 * than the function's timeout and the way to it.
 */
const LONGEST_SECONDS = 43_200 - (2 * TIMING.functionTimeoutMs) / 1000;

/** A receipt handle has at most 1,024 characters. What SQS could not even read would look like an outage of SQS. */
const HANDLE = /^[\x21-\x7e]{1,1024}$/;

/**
 * What SQS says of a receipt handle: this delivery of the message is `held` and hidden; its time is over, and the message is deleted or
 * comes again (`late`); or the queue never gave the handle out (`foreign`).
 */
export type HandleState = 'held' | 'late' | 'foreign';

/** What SQS answers, under its names in the JSON protocol and in the query protocol. A handle of another queue is `foreign` too. */
const REFUSALS = new Map<unknown, HandleState>([
  ['ReceiptHandleIsInvalid', 'foreign'],
  ['MessageNotInflight', 'late'],
  ['AWS.SimpleQueueService.MessageNotInflight', 'late'],
  // SQS says so of a message that is deleted or visible again. The number of seconds is always a valid one.
  ['InvalidParameterValue', 'late'],
  ['InvalidParameterValueException', 'late'],
]);

const refusalIn = (error: unknown): HandleState | undefined => {
  const { name, Code } = error as { readonly name?: unknown; readonly Code?: unknown };
  return REFUSALS.get(name) ?? REFUSALS.get(Code);
};

/** Hides a received message for that many seconds from now: rounded up, from 0 to (some) 12 hours. */
export type Hide = (receiptHandle: string, seconds: number) => Promise<HandleState>;

/** @returns what sets one message's visibility timeout; it throws `Unavailable` where SQS did not answer for the handle */
export const hideIn =
  (sqs: SQSClient, queueUrl: string): Hide =>
  async (receiptHandle, seconds) => {
    if (!HANDLE.test(receiptHandle)) return 'foreign';
    const VisibilityTimeout = Math.min(LONGEST_SECONDS, Math.max(0, Math.ceil(seconds)));
    const change = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout };
    try {
      await sqs.send(new ChangeMessageVisibilityCommand(change));
      return 'held';
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal === undefined) throw unavailable('hide the message', error);
      return refusal;
    }
  };

/** A queue's account and name: the last two parts of its URL, and of its ARN. */
const lastTwo = (text: string, separator: string): string => text.split(separator).slice(-2).join('/');

/**
 * Tells whether a record of an event says that it comes from that queue. A function's event source is always in its own region.
 *
 * @param queueUrl as SQS gives it: it ends with the account and the name
 */
export const isFromQueue =
  (queueUrl: string) =>
  (record: unknown): boolean => {
    const { eventSourceARN } = (record ?? {}) as { readonly eventSourceARN?: unknown };
    return typeof eventSourceARN === 'string' && lastTwo(eventSourceARN, ':') === lastTwo(queueUrl, '/');
  };
