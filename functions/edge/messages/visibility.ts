import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { TIMING } from '../../core/timing.ts';
import { orUnavailable } from '../aws/unavailable.ts';

/**
 * SQS hides a message for 12 hours in all, counted from its receipt and not from the request. What has passed by then is no more
 * than the function's timeout and the way to it.
 */
const LONGEST_SECONDS = 43_200 - (2 * TIMING.functionTimeoutMs) / 1000;

/** Hides a received message for that many seconds from now: rounded up, from 0 to (some) 12 hours. */
export type Hide = (receiptHandle: string, seconds: number) => Promise<void>;

/** @returns what sets one message's visibility timeout; it throws `Unavailable` where SQS did not acknowledge */
export const hideIn =
  (sqs: SQSClient, queueUrl: string): Hide =>
  async (receiptHandle, seconds) => {
    const VisibilityTimeout = Math.min(LONGEST_SECONDS, Math.max(0, Math.ceil(seconds)));
    const change = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout };
    await orUnavailable('hide the message', sqs.send(new ChangeMessageVisibilityCommand(change)));
  };
