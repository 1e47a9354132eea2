import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Lane } from '../../core/lane.ts';
import type { Attributes, Outbox } from '../../core/ports.ts';
import { LONGEST_DELAY_SECONDS } from '../../core/timing.ts';
import { orUnavailable } from '../aws/unavailable.ts';
import { type PublishOptions, publisher } from './publish.ts';
import { type Message, sendTogether } from './send-together.ts';
import { attributesOf, sendableJson } from './sendable.ts';

export interface OutboxOptions extends PublishOptions {
  readonly sqs: SQSClient;
  /** By lane. */
  readonly queueUrls: Readonly<Record<Lane, string>>;
  readonly stuckQueueUrl: string;
}

/** SNS, EventBridge and SQS behind the port. What is published may arrive more than once, never changed. */
export const awsOutbox = (options: OutboxOptions): Outbox => {
  const { sqs, queueUrls, stuckQueueUrl } = options;
  const messageOf = (body: string, attributes: Attributes): Message => ({
    MessageBody: sendableJson(body),
    MessageAttributes: attributesOf(attributes),
  });
  const sendTo = {
    requests: sendTogether(sqs, queueUrls.requests),
    urgent: sendTogether(sqs, queueUrls.urgent),
    rechecks: sendTogether(sqs, queueUrls.rechecks),
  };
  return {
    publish: publisher(options),
    setAside: async (body, attributes) => {
      const message = { QueueUrl: stuckQueueUrl, ...messageOf(body, attributes) };
      await orUnavailable('send the message', sqs.send(new SendMessageCommand(message)));
    },
    enqueue: (body, attributes, delaySeconds, lane) => {
      const DelaySeconds = Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(delaySeconds)));
      return sendTo[lane]({ ...messageOf(body, attributes), DelaySeconds });
    },
  };
};
