import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type PublishCommandInput, type SNSClient } from '@aws-sdk/client-sns';
import { Unavailable } from '../../core/fault.ts';
import type { Log, Outbox } from '../../core/ports.ts';
import { RESULT_DETAIL_TYPE, type Receipt } from '../../core/receipt.ts';
import { orUnavailable } from '../aws/unavailable.ts';
import { isForPeople, notificationOf, subjectOf } from './notification.ts';
import { attributesOf, onlySendable, sendableJson } from './sendable.ts';

export interface PublishOptions {
  readonly sns: SNSClient;
  readonly events: EventBridgeClient;
  readonly log: Log;
  /** Takes every receipt, as JSON. */
  readonly resultsTopicArn: string;
  /** Takes what people should hear of, as they can read it. */
  readonly notificationsTopicArn: string;
  readonly busName: string;
}

/** What both topics tell of a message before it is read, and filter by. */
const envelope = (receipt: Receipt): Pick<PublishCommandInput, 'Subject' | 'MessageAttributes'> => {
  const { provider, operation, environment, outcome, code, keyState, final } = receipt;
  const facts = { provider, operation, environment, outcome, code, reason: receipt.request.reason, keyState };
  return { Subject: subjectOf(receipt), MessageAttributes: attributesOf({ ...facts, final: String(final) }) };
};

const toTopic = async ({ sns, resultsTopicArn }: PublishOptions, receipt: Receipt): Promise<void> => {
  const Message = sendableJson(JSON.stringify(receipt));
  const publish = new PublishCommand({ TopicArn: resultsTopicArn, ...envelope(receipt), Message });
  await orUnavailable('publish the receipt', sns.send(publish));
};

const toBus = async ({ events, busName }: PublishOptions, receipt: Receipt): Promise<void> => {
  const put = new PutEventsCommand({
    Entries: [
      {
        EventBusName: busName,
        Source: 'key-revoker',
        DetailType: RESULT_DETAIL_TYPE,
        Detail: JSON.stringify(receipt),
      },
    ],
  });
  const { FailedEntryCount = 0, Entries = [] } = await orUnavailable('put the receipt on the bus', events.send(put));
  if (FailedEntryCount > 0)
    throw new Unavailable(`Cannot put the receipt on the bus: ${Entries[0]?.ErrorCode ?? 'the entry failed'}`);
};

/** For people, and not the record: it holds nothing up, and where it does not go out, a log line says so. */
const toPeople = async ({ sns, notificationsTopicArn, log }: PublishOptions, receipt: Receipt): Promise<void> => {
  const { chat, mail } = notificationOf(receipt);
  const texts = { default: onlySendable(JSON.stringify(chat)), email: onlySendable(mail) };
  const publish = new PublishCommand({
    TopicArn: notificationsTopicArn,
    ...envelope(receipt),
    MessageStructure: 'json',
    Message: JSON.stringify(texts),
  });
  await orUnavailable('publish the notification', sns.send(publish)).catch((error: unknown) => {
    const problem = error instanceof Error ? error.message : '';
    log.warn('notification not sent', { receiptId: receipt.receiptId, problem });
  });
};

/** @returns what publishes a receipt to all who listen; it throws `Unavailable` where the results topic or the bus did not take it */
export const publisher =
  (options: PublishOptions): Outbox['publish'] =>
  async (receipt) => {
    const told = isForPeople(receipt) ? toPeople(options, receipt) : undefined;
    // All are tried, so that an outage of one keeps nothing from the listeners of the others.
    const sent = await Promise.allSettled([toTopic(options, receipt), toBus(options, receipt), told]);
    const failed = sent.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  };
