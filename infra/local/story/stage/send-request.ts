import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { laneOf } from '../../../../functions/core/lane.ts';
import type { Chapter, StoredCredential } from '../chapters/chapter.ts';
import type { Stage } from './stage.ts';

type Way = (stage: Stage, request: string) => Promise<unknown>;

const overTheBus: Way = async ({ clients, outputs }, Detail) => {
  const entry = { EventBusName: outputs.BusName, Source: 'story', DetailType: 'Key Revocation Requested', Detail };
  const { FailedEntryCount } = await clients.events.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount !== 0) throw new Error(`Cannot put an event on ${outputs.BusName}: the bus did not take it`);
};

const WAYS: Readonly<Record<Chapter['comes'], Way>> = {
  queue: ({ clients, outputs }, MessageBody) => {
    const QueueUrl = laneOf(JSON.parse(MessageBody)) === 'urgent' ? outputs.UrgentQueueUrl : outputs.RequestsQueueUrl;
    return clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  },
  bus: overTheBus,
  tag: ({ running }) => Promise.all(running.tickers.map((ticker) => ticker.tick())),
};

const tagsOf = (provider: string, { expiry }: StoredCredential): { Key: string; Value: string }[] => {
  if (expiry === undefined) return [];
  const tags = {
    'expires-at': new Date(Date.now() + expiry.inMs).toISOString(),
    provider,
    operation: expiry.operation,
  };
  return Object.entries(tags).map(([name, Value]) => ({ Key: `key-revoker:${name}`, Value }));
};

/** Stores a credential as a user would, with its tags. */
export const store = async ({ clients }: Stage, provider: string, stored: StoredCredential): Promise<void> => {
  const { name: Name, credential } = stored;
  const SecretString = JSON.stringify(credential);
  await clients.secrets.send(new CreateSecretCommand({ Name, SecretString, Tags: tagsOf(provider, stored) }));
};

/** Asks for a chapter's key, in the way in which the chapter says; a tag is found because the clock of the schedule ticks. */
export const sendRequest = async (stage: Stage, chapter: Chapter): Promise<void> => {
  const { provider, operation, comes, request } = chapter;
  const id = comes === 'queue' ? { requestId: crypto.randomUUID() } : {};
  await WAYS[comes](stage, JSON.stringify({ provider, operation, ...request, ...id, requestedBy: 'npm start' }));
};
