import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { marksOf } from '../../core/request/marks.ts';
import { attributesOf, sendableJson } from '../../edge/messages/sendable.ts';
import { fromAws, trouble } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';

/** A message as it goes onto the requests queue; its attributes name it wherever it travels. */
export interface Outgoing {
  readonly requestId: string;
  readonly attempt: number;
  readonly body: string;
}

const messageOf = ({ requestId, attempt, body }: Outgoing) => ({
  MessageBody: sendableJson(body),
  MessageAttributes: attributesOf(marksOf({ requestId, attempt })),
});

/**
 * @returns the id of the message. A request that is refused for its id ends under it
 * @throws Failure where SQS did not take it
 */
export const sendOne = async ({ sqs, card }: Deployed, message: Outgoing): Promise<string | undefined> => {
  const send = new SendMessageCommand({ QueueUrl: card.requestsQueueUrl, ...messageOf(message) });
  const { MessageId } = await fromAws('send the request', sqs.send(send));
  return MessageId;
};

const PER_BATCH = 10;

/**
 * Sends many, ten at a time.
 *
 * @returns by request id, the ids that SQS gave the messages
 * @throws Failure where SQS did not take one of them; those before it are sent
 */
export const sendMany = async (
  { sqs, card }: Deployed,
  messages: readonly Outgoing[],
): Promise<ReadonlyMap<string, string | undefined>> => {
  const sent = new Map<string, string | undefined>();
  for (let from = 0; from < messages.length; from += PER_BATCH) {
    const Entries = messages
      .slice(from, from + PER_BATCH)
      .map((message, index) => ({ Id: String(index), ...messageOf(message) }));
    const batch = new SendMessageBatchCommand({ QueueUrl: card.requestsQueueUrl, Entries });
    const { Failed = [], Successful = [] } = await fromAws('send the requests', sqs.send(batch));
    const [failed] = Failed;
    if (failed !== undefined) throw trouble(`send a request (${failed.Code})`, undefined);
    for (const { Id, MessageId } of Successful) sent.set(messages[from + Number(Id)]?.requestId ?? '', MessageId);
  }
  return sent;
};

/** About how many messages lie on a queue: ready, hidden during a delivery or until the next try, and delayed. */
export const waitingOn = async ({ sqs }: Deployed, QueueUrl: string): Promise<number> => {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] });
  const { Attributes = {} } = await fromAws('count the messages on a queue', sqs.send(ask));
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
};
