import type { Message } from '@aws-sdk/client-sqs';
import { type EpochMs, epochMs } from '../../core/epoch.ts';
import type { Providers } from '../../core/provider.ts';
import { marksIn } from '../../core/request/marks.ts';
import { parseRequest } from '../../core/request/parse-request.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import { targetName } from '../requests/target-name.ts';

/** What the stuck queue holds of one request: its latest copy, and the handles of all. */
export interface Stuck {
  readonly requestId: string;
  readonly attempt: number;
  /** As in the receipt; absent in a message that crashed the function again and again. */
  readonly outcome: string | undefined;
  readonly message: string | undefined;
  readonly body: string;
  /** `undefined` in the stub of a message that was not a valid request. */
  readonly request: RevocationRequest | undefined;
  /** What the request is about, in one word. */
  readonly target: string | undefined;
  readonly sentAt: EpochMs;
  readonly handles: readonly string[];
  /** The ledger holds this very request. Otherwise all of it is only what the message says of itself. */
  readonly isKnown: boolean;
  readonly messageId: string;
  /** SQS `SenderId`: who sent the message first, to whichever queue. */
  readonly sender: string | undefined;
  /** ARN of the queue that SQS has moved the message from; absent in a copy that the function put there. */
  readonly movedFrom: string | undefined;
}

/** A message as it was received, and nobody has looked into the ledger yet. */
export const stuckOf = (
  providers: Providers,
  { Body = '', MessageId = '', ReceiptHandle = '', Attributes, MessageAttributes }: Message,
): Stuck => {
  const attribute = (name: string): string | undefined =>
    MessageAttributes?.[name] && (MessageAttributes[name].StringValue ?? '');
  const { mark = {}, formerMark = {} } = marksIn(attribute);
  const marked = [mark.attempt, formerMark.attempt].find((attempt) => typeof attempt === 'number');
  // Which topics are named, only the deployment knows. It decides when the message is sent again.
  const parsed = parseRequest(providers, Body, { isRequestTopic: () => true });
  const request = parsed.kind === 'request' ? parsed.request : undefined;
  const [outcome, code] = [attribute('outcome'), attribute('code')];
  return {
    // A crash leaves the message as it was: without an id of its own it was claimed under the message's.
    requestId: request?.requestId ?? mark.requestId ?? formerMark.requestId ?? MessageId,
    attempt: Number(marked ?? 1),
    outcome: outcome && code ? `${outcome}/${code}` : outcome,
    message: attribute('message'),
    body: Body,
    request,
    target: request && targetName(providers, request),
    sentAt: epochMs(Number(Attributes?.SentTimestamp ?? 0)),
    handles: [ReceiptHandle],
    isKnown: false,
    messageId: MessageId,
    sender: Attributes?.SenderId,
    movedFrom: Attributes?.DeadLetterQueueSourceArn,
  };
};

const isLater = (one: Stuck, other: Stuck): boolean =>
  one.attempt > other.attempt || (one.attempt === other.attempt && one.sentAt > other.sentAt);

/** One for each request, oldest first. */
export const grouped = (all: readonly Stuck[]): readonly Stuck[] => {
  const byId = new Map<string, Stuck>();
  for (const one of all) {
    const known = byId.get(one.requestId);
    const handles = [...(known?.handles ?? []), ...one.handles];
    byId.set(one.requestId, { ...(known === undefined || isLater(one, known) ? one : known), handles });
  }
  return [...byId.values()].toSorted((a, b) => a.sentAt - b.sentAt || a.requestId.localeCompare(b.requestId));
};

/** Whether it ended with that code: `malformed` of `refused/malformed`, or that whole outcome. */
export const endedWith = ({ outcome }: Stuck, code: string): boolean =>
  outcome !== undefined && (outcome === code || outcome.split('/')[1] === code);

/** The one that a name means: its request's id, or its number in the list. */
export const chosen = (all: readonly Stuck[], name: string): Stuck | undefined =>
  all.find(({ requestId }) => requestId === name) ?? (/^\d+$/.test(name) ? all[Number(name) - 1] : undefined);
