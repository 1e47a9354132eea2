import { GetQueueAttributesCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { isSameRequest } from '../../core/ledger/same-request.ts';
import { isExpiryOrder } from '../../core/request/revocation-request.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import { grouped, type Stuck, stuckOf } from './stuck-copy.ts';
import { giveBack } from './stuck-handles.ts';

/** For so long nobody else sees what a command looks at, in seconds; what it does not need it gives back at once. */
const HIDDEN_SECONDS = 120;

/** Empty answers in a row after which a queue that counts messages still is taken to hide them. */
const MOST_EMPTY = 3;

const receive = async ({ sqs, card }: Deployed, WaitTimeSeconds: number): Promise<readonly Message[]> => {
  const ask = new ReceiveMessageCommand({
    QueueUrl: card.stuckQueueUrl,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: HIDDEN_SECONDS,
    WaitTimeSeconds,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['SentTimestamp', 'SenderId', 'DeadLetterQueueSourceArn'],
  });
  return (await fromAws('read the stuck queue', sqs.send(ask))).Messages ?? [];
};

const counted = async ({ sqs, card }: Deployed): Promise<{ readonly visible: number; readonly hidden: number }> => {
  const ask = new GetQueueAttributesCommand({
    QueueUrl: card.stuckQueueUrl,
    AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  const { Attributes = {} } = await fromAws('count the messages on the stuck queue', sqs.send(ask));
  return {
    visible: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    hidden: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
  };
};

/** Receives what there is into `messages`, until nothing new comes. @returns how many more messages other commands hold */
const receiveAll = async (deployed: Deployed, messages: Message[]): Promise<number> => {
  const known = new Set<string | undefined>();
  for (let empty = 0; empty < MOST_EMPTY; ) {
    // A short poll asks a part of the queue's servers, a long one all of them.
    const more = await receive(deployed, empty === 0 ? 0 : 1);
    messages.push(...more);
    if (more.length === 0 && (await counted(deployed)).visible === 0) break;
    // A long read comes to messages again that are hidden no longer.
    empty = more.every(({ MessageId }) => known.has(MessageId)) ? empty + 1 : 0;
    for (const { MessageId } of more) known.add(MessageId);
  }
  return Math.max(0, (await counted(deployed)).hidden - messages.length);
};

/** The item of the very request in a copy, or of the very stub. */
const itemOf = async (
  deployed: Deployed,
  { requestId, request, body }: Stuck,
): Promise<Pick<RequestItem, 'attempt' | 'sender'> | undefined> => {
  // The mode of the deployment may have changed since.
  for (const planOnly of [false, true]) {
    const item = await deployed.ledger.read<RequestItem>(requestKey(requestId, planOnly));
    if (item === undefined) continue;
    if (request === undefined ? item.stub === body : isSameRequest(deployed, item, request)) return item;
  }
  return undefined;
};

/** The report of a sweep about tags that it cannot read. No item holds it, and nothing of it can be sent. */
const isSwept = ({ request, requestId }: Stuck): boolean => request === undefined && isExpiryOrder(requestId);

/**
 * Tells the copies of requests that the ledger holds from messages that it does not know: one that crashed the function before its request
 * was claimed, or one that a principal has put there. Such a message may name another's request, so only its own id names it.
 */
const recognised = async (deployed: Deployed, all: readonly Stuck[]): Promise<readonly Stuck[]> => {
  const found = new Map<Stuck, Stuck>();
  await someAtOnce(all, async (one) => {
    const item = isSwept(one) ? one : await itemOf(deployed, one);
    // An attempt that the ledger has not come to is only what the message says of itself.
    if (item !== undefined)
      found.set(one, {
        ...one,
        isKnown: true,
        attempt: Math.min(one.attempt, item.attempt),
        // A copy is the function's own. The ledger holds who sent the message that it is of.
        sender: item.sender || one.sender,
      });
    else found.set(one, { ...one, requestId: one.messageId, attempt: 1 });
  });
  return all.flatMap((one) => found.get(one) ?? []);
};

/** What a command has in hand of the stuck queue. */
export interface InHand {
  /** One for each request. */
  readonly all: readonly Stuck[];
  /** How many messages other commands hold. */
  readonly elsewhere: number;
}

/**
 * Takes every message of the stuck queue in hand, so that nobody else sees it for a while.
 *
 * @throws Failure where AWS does not answer; what was received by then is given back
 */
export const takeInHand = async (deployed: Deployed): Promise<InHand> => {
  const messages: Message[] = [];
  const copies = () => messages.map((message) => stuckOf(deployed.providers, message));
  try {
    const elsewhere = await receiveAll(deployed, messages);
    return { all: grouped(await recognised(deployed, copies())), elsewhere };
  } catch (error) {
    await giveBack(deployed, copies());
    throw error;
  }
};

/** Looks at all that is stuck, and lets others see it again. */
export const viewStuck: typeof takeInHand = async (deployed) => {
  const taken = await takeInHand(deployed);
  await giveBack(deployed, taken.all);
  return taken;
};
