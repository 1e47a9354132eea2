import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Unavailable } from '../core/fault.ts';
import type { Attributes, Outbox } from '../core/ports.ts';
import type { Receipt } from '../core/receipt.ts';
import { orUnavailable } from './unavailable.ts';

export interface OutboxOptions {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly events: EventBridgeClient;
  readonly requestsQueueUrl: string;
  readonly stuckQueueUrl: string;
  readonly resultsTopicArn: string;
  readonly busName: string;
}

/** The longest that SQS delays a message, in seconds. */
const MAX_DELAY_SECONDS = 900;

/** SQS and SNS refuse these two characters, which JSON may hold as they are. */
const sendable = (json: string): string =>
  json.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);

/** All that SQS and SNS take in an attribute's value; anything else would be refused on every delivery. */
const NOT_SENDABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** An empty attribute is refused, so that it is not sent. */
const attributesOf = (attributes: Readonly<Record<string, string | null>>) =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === null || value === ''
        ? []
        : [[name, { DataType: 'String', StringValue: value.replace(NOT_SENDABLE, '?') }]],
    ),
  );

/** At most 100 printable ASCII characters, the first of them a letter. */
const subjectOf = ({ outcome, code, provider, operation, environment }: Receipt): string => {
  const what = [provider, operation].filter(Boolean).join('/');
  const words = ['Key', code ? `${outcome} (${code})` : outcome, what, environment].filter(Boolean);
  return words
    .join(' ')
    .replace(/[^ -~]/g, '?')
    .slice(0, 100);
};

const toTopic = async ({ sns, resultsTopicArn }: OutboxOptions, receipt: Receipt): Promise<void> => {
  const { provider, operation, environment, outcome, code, keyState, final } = receipt;
  const facts = { provider, operation, environment, outcome, code, reason: receipt.request.reason, keyState };
  const publish = new PublishCommand({
    TopicArn: resultsTopicArn,
    Subject: subjectOf(receipt),
    Message: sendable(JSON.stringify(receipt)),
    MessageAttributes: attributesOf({ ...facts, final: String(final) }),
  });
  await orUnavailable('publish the receipt', sns.send(publish));
};

const toBus = async ({ events, busName }: OutboxOptions, receipt: Receipt): Promise<void> => {
  const put = new PutEventsCommand({
    Entries: [
      {
        EventBusName: busName,
        Source: 'key-revoker',
        DetailType: 'Key Revocation Result',
        Detail: JSON.stringify(receipt),
      },
    ],
  });
  const { FailedEntryCount = 0, Entries = [] } = await orUnavailable('put the receipt on the bus', events.send(put));
  if (FailedEntryCount > 0)
    throw new Unavailable(`Cannot put the receipt on the bus: ${Entries[0]?.ErrorCode ?? 'the entry failed'}`);
};

/** SNS, EventBridge and SQS behind the port. What is published may arrive more than once, never changed. */
export const awsOutbox = (options: OutboxOptions): Outbox => {
  const { sqs, requestsQueueUrl, stuckQueueUrl } = options;
  const send = async (QueueUrl: string, body: string, attributes: Attributes, DelaySeconds?: number): Promise<void> => {
    const message = {
      QueueUrl,
      MessageBody: sendable(body),
      MessageAttributes: attributesOf(attributes),
      DelaySeconds,
    };
    await orUnavailable('send the message', sqs.send(new SendMessageCommand(message)));
  };
  return {
    publish: async (receipt) => {
      // Both are tried, so that an outage of one keeps nothing from the listeners of the other.
      const sent = await Promise.allSettled([toTopic(options, receipt), toBus(options, receipt)]);
      const failed = sent.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    setAside: (body, attributes) => send(stuckQueueUrl, body, attributes),
    enqueue: (body, attributes, delaySeconds) =>
      send(requestsQueueUrl, body, attributes, Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil(delaySeconds)))),
  };
};
