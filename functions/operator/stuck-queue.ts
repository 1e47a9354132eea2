import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { type EpochMs, epochMs } from '../core/epoch.ts';
import { parseRequest, type RevocationRequest } from '../core/request.ts';
import { fromAws } from './aws-trouble.ts';
import type { Deployed } from './connect.ts';

/** What the stuck queue holds of one request: its latest copy, and the handles of all. */
export interface Stuck {
  readonly requestId: string;
  readonly attempt: number;
  /** As in the receipt; absent in a message that crashed the function again and again. */
  readonly outcome: string | undefined;
  readonly message: string | undefined;
  readonly body: string;
  /** `undefined`: what stands for a message that was no request. */
  readonly request: RevocationRequest | undefined;
  readonly sentAt: EpochMs;
  readonly handles: readonly string[];
}

/** For so long nobody else sees what a command looks at, in seconds; what it does not need it gives back at once. */
const HIDDEN_SECONDS = 120;

/** Empty answers in a row after which a queue that counts messages still is taken to hide them. */
const MOST_EMPTY = 3;

const stuckOf = ({ Body = '', MessageId = '', ReceiptHandle = '', Attributes, MessageAttributes }: Message): Stuck => {
  const attribute = (name: string): string | undefined => MessageAttributes?.[name]?.StringValue;
  const parsed = parseRequest(Body);
  const request = parsed.kind === 'request' ? parsed.request : undefined;
  const [outcome, code] = [attribute('outcome'), attribute('code')];
  return {
    // A crash leaves the message as it was: without an id of its own it was claimed under the message's.
    requestId: attribute('requestId') ?? request?.requestId ?? MessageId,
    attempt: Number(attribute('attempt') ?? 1),
    outcome: outcome && code ? `${outcome}/${code}` : outcome,
    message: attribute('message'),
    body: Body,
    request,
    sentAt: epochMs(Number(Attributes?.SentTimestamp ?? 0)),
    handles: [ReceiptHandle],
  };
};

const isLater = (one: Stuck, other: Stuck): boolean =>
  one.attempt > other.attempt || (one.attempt === other.attempt && one.sentAt > other.sentAt);

/** One for each request, oldest first. */
const grouped = (all: readonly Stuck[]): readonly Stuck[] => {
  const byId = new Map<string, Stuck>();
  for (const one of all) {
    const known = byId.get(one.requestId);
    const handles = [...(known?.handles ?? []), ...one.handles];
    byId.set(one.requestId, { ...(known === undefined || isLater(one, known) ? one : known), handles });
  }
  return [...byId.values()].toSorted((a, b) => a.sentAt - b.sentAt || a.requestId.localeCompare(b.requestId));
};

const receive = async ({ sqs, card }: Deployed, WaitTimeSeconds: number): Promise<readonly Message[]> => {
  const ask = new ReceiveMessageCommand({
    QueueUrl: card.stuckQueueUrl,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: HIDDEN_SECONDS,
    WaitTimeSeconds,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['SentTimestamp'],
  });
  return (await fromAws('look into the stuck queue', sqs.send(ask))).Messages ?? [];
};

const counted = async ({ sqs, card }: Deployed): Promise<{ readonly visible: number; readonly hidden: number }> => {
  const ask = new GetQueueAttributesCommand({
    QueueUrl: card.stuckQueueUrl,
    AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  const { Attributes = {} } = await fromAws('count the stuck queue', sqs.send(ask));
  return {
    visible: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    hidden: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
  };
};

/**
 * Takes every message of the stuck queue in hand, so that nobody else sees it for a while.
 *
 * @returns one for each request, and how many messages somebody else has in hand
 */
export const takeInHand = async (
  deployed: Deployed,
): Promise<{ readonly all: readonly Stuck[]; readonly elsewhere: number }> => {
  const messages: Message[] = [];
  for (let empty = 0; empty < MOST_EMPTY; ) {
    // A short poll asks a part of the queue's servers, a long one all of them.
    const more = await receive(deployed, empty === 0 ? 0 : 1);
    messages.push(...more);
    if (more.length === 0 && (await counted(deployed)).visible === 0) break;
    empty = more.length === 0 ? empty + 1 : 0;
  }
  const { hidden } = await counted(deployed);
  return { all: grouped(messages.map(stuckOf)), elsewhere: Math.max(0, hidden - messages.length) };
};

const forEachHandle = async (
  all: readonly Stuck[],
  act: (handle: string) => Promise<unknown>,
): Promise<readonly PromiseSettledResult<unknown>[]> =>
  Promise.allSettled(all.flatMap(({ handles }) => handles).map(act));

/** Lets others see them again at once; where that fails they do by themselves. */
export const giveBack = async ({ sqs, card }: Deployed, all: readonly Stuck[]): Promise<void> => {
  const QueueUrl = card.stuckQueueUrl;
  await forEachHandle(all, (ReceiptHandle) =>
    sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 })),
  );
};

/** Looks at all that is stuck, and lets others see it again. */
export const look: typeof takeInHand = async (deployed) => {
  const taken = await takeInHand(deployed);
  await giveBack(deployed, taken.all);
  return taken;
};

/** @throws Failure where a copy may still be there */
export const remove = async ({ sqs, card }: Deployed, one: Stuck): Promise<void> => {
  const QueueUrl = card.stuckQueueUrl;
  const ended = await forEachHandle([one], (ReceiptHandle) =>
    fromAws('delete the copy', sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
  );
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
};

/** The one that a name means: its request's id, or its number in the list. */
export const chosen = (all: readonly Stuck[], name: string): Stuck | undefined =>
  all.find(({ requestId }) => requestId === name) ?? (/^\d+$/.test(name) ? all[Number(name) - 1] : undefined);
