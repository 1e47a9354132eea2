import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Lane } from '../../core/lane.ts';
import { laneIn, lanesIn } from '../../core/request/deployment-card.ts';
import { marksOf } from '../../core/request/marks.ts';
import { attributesOf, sendableJson } from '../../edge/messages/sendable.ts';
import { fromAws, trouble } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';

/** A message as it goes onto the queue of its lane; its attributes name it wherever it travels. */
export interface Outgoing {
  readonly lane: Lane;
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
  const send = new SendMessageCommand({ QueueUrl: laneIn(card, message.lane).queueUrl, ...messageOf(message) });
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
  const byLane = Map.groupBy(messages, ({ lane }) => lane);
  for (const [lane, all] of byLane)
    for (let from = 0; from < all.length; from += PER_BATCH) {
      const Entries = all
        .slice(from, from + PER_BATCH)
        .map((message, index) => ({ Id: String(index), ...messageOf(message) }));
      const batch = new SendMessageBatchCommand({ QueueUrl: laneIn(card, lane).queueUrl, Entries });
      const { Failed = [], Successful = [] } = await fromAws('send the requests', sqs.send(batch));
      const [failed] = Failed;
      if (failed !== undefined) throw trouble(`send a request (${failed.Code})`, undefined);
      for (const { Id, MessageId } of Successful) sent.set(all[from + Number(Id)]?.requestId ?? '', MessageId);
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

/** The same for each lane that the deployment has a queue for. */
export const waitingByLane = async (deployed: Deployed): Promise<Readonly<Partial<Record<Lane, number>>>> =>
  Object.fromEntries(
    await Promise.all(
      lanesIn(deployed.card).map(
        async (lane) => [lane, await waitingOn(deployed, laneIn(deployed.card, lane).queueUrl)] as const,
      ),
    ),
  );
