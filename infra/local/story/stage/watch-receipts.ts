import { createHash } from 'node:crypto';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import type { Clients, Stage } from './stage.ts';

/** What was published on the results topic since the watch began. */
export interface Receipts {
  readonly all: () => readonly Receipt[];
  /** Resolves with the final receipt of a key once there is one. */
  final(keyId: string): Promise<Receipt>;
  /** Ends the watch. */
  close(): Promise<void>;
}

/** Makes a queue that gets every receipt as its whole body. @returns its URL */
export const subscribeQueue = async ({ sqs, sns }: Clients, name: string, TopicArn: string): Promise<string> => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const Endpoint = (await sqs.send(asked)).Attributes?.['QueueArn'];
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
  return QueueUrl;
};

/** As a receipt names its key. */
export const digestOf = (keyId: string): string => `sha256:${createHash('sha256').update(keyId).digest('hex')}`;

const receive = async ({ sqs }: Clients, QueueUrl: string, abortSignal: AbortSignal): Promise<readonly Receipt[]> => {
  const asked = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });
  const { Messages = [] } = await sqs.send(asked, { abortSignal });
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Body = '' }) => JSON.parse(Body) as Receipt);
};

/** Subscribes to the results topic as a user of the system would. */
export const watchReceipts = async (
  { clients, outputs }: Pick<Stage, 'clients' | 'outputs'>,
  onReceipt: (receipt: Receipt) => void = () => undefined,
): Promise<Receipts> => {
  const queueUrl = await subscribeQueue(clients, 'watched-receipts', outputs.ResultsTopicArn);
  const byId = new Map<string, Receipt>();
  const finals = new Map<string, PromiseWithResolvers<Receipt>>();
  const ended = new AbortController();
  const finalOf = (digest: string): PromiseWithResolvers<Receipt> => {
    const found = finals.get(digest) ?? Promise.withResolvers<Receipt>();
    finals.set(digest, found);
    return found;
  };
  const take = (receipt: Receipt): void => {
    if (byId.has(receipt.receiptId)) return; // a topic may deliver twice
    byId.set(receipt.receiptId, receipt);
    if (receipt.final && receipt.key) finalOf(receipt.key.digest).resolve(receipt);
    onReceipt(receipt);
  };
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) for (const receipt of await receive(clients, queueUrl, ended.signal)) take(receipt);
  };
  const watching = watch().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  return {
    all: () => [...byId.values()],
    final: (keyId) => finalOf(digestOf(keyId)).promise,
    close: async () => {
      ended.abort();
      await watching;
    },
  };
};
