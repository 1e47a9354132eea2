import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Attributes, Outbox } from '../../core/ports.ts';
import { LONGEST_DELAY_SECONDS } from '../../core/timing.ts';
import { orUnavailable } from '../aws/unavailable.ts';
import { type PublishOptions, publisher } from './publish.ts';
import { type Message, sendTogether } from './send-together.ts';
import { attributesOf, sendableJson } from './sendable.ts';

export interface OutboxOptions extends PublishOptions {
  readonly sqs: SQSClient;
  readonly requestsQueueUrl: string;
  readonly stuckQueueUrl: string;
}

/** SNS, EventBridge and SQS behind the port. What is published may arrive more than once, never changed. */
export const awsOutbox = (options: OutboxOptions): Outbox => {
  const { sqs, requestsQueueUrl, stuckQueueUrl } = options;
  const messageOf = (body: string, attributes: Attributes): Message => ({
    MessageBody: sendableJson(body),
    MessageAttributes: attributesOf(attributes),
  });
  const sendRequest = sendTogether(sqs, requestsQueueUrl);
  return {
    publish: publisher(options),
    setAside: async (body, attributes) => {
      const message = { QueueUrl: stuckQueueUrl, ...messageOf(body, attributes) };
      await orUnavailable('send the message', sqs.send(new SendMessageCommand(message)));
    },
    enqueue: (body, attributes, delaySeconds) => {
      const DelaySeconds = Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(delaySeconds)));
      return sendRequest({ ...messageOf(body, attributes), DelaySeconds });
    },
  };
};
