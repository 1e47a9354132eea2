import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, UntagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { CrashOrder, Stored } from '../orders/crash-order.ts';
import type { Scene } from './scene.ts';
import type { SentOrder } from './traces.ts';

type Reach = Pick<Scene, 'clients' | 'outputs'>;

/** Stores a credential as a user would, with its tags. */
export const store = async ({ clients }: Reach, { name, credential, tags }: Stored): Promise<void> => {
  const Tags = Object.entries(tags).map(([tag, Value]) => ({ Key: `key-revoker:${tag}`, Value }));
  const secret = { Name: name, SecretString: JSON.stringify(credential), Tags };
  await clients.secrets.send(new CreateSecretCommand(secret));
};

/** Takes the expiry tag off every secret of an order. */
export const takeBack = async ({ clients }: Reach, { stored }: CrashOrder): Promise<void> => {
  const TagKeys = ['key-revoker:expires-at'];
  for (const { name: SecretId } of stored) await clients.secrets.send(new UntagResourceCommand({ SecretId, TagKeys }));
};

/** @returns the ids that a receipt may have: what is no request ends under its message's id */
const onQueue = async ({ clients, outputs }: Reach, { body }: CrashOrder): Promise<readonly string[]> => {
  const message = { QueueUrl: outputs.RequestsQueueUrl, MessageBody: JSON.stringify(body) };
  const { MessageId = '' } = await clients.sqs.send(new SendMessageCommand(message));
  return [body['requestId'], MessageId].filter((id) => id !== undefined).map(String);
};

const onBus = async ({ clients, outputs }: Reach, { body }: CrashOrder): Promise<readonly string[]> => {
  const entry = {
    EventBusName: outputs.BusName,
    Source: 'crash-runs',
    DetailType: 'Key Revocation Requested',
    Detail: JSON.stringify(body),
  };
  const { Entries = [] } = await clients.events.send(new PutEventsCommand({ Entries: [entry] }));
  return Entries.map(({ EventId = '' }) => EventId);
};

/** Sends an order as its recipe says, once or twice. A tag is found by the sweep: nothing is sent for it. */
export const sendOrder = async (reach: Reach, order: CrashOrder): Promise<SentOrder> => {
  const { comes } = order.recipe;
  if (comes === 'tag') return { ...order, requestIds: [] };
  const send = comes === 'bus' ? onBus : onQueue;
  const first = await send(reach, order);
  return { ...order, requestIds: [...first, ...(order.isSentTwice ? await send(reach, order) : [])] };
};
