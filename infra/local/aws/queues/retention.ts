import * as z from 'zod';

/** Carries out one operation of the emulator and gives its answer. */
export type Ask = (action: string, input: object) => Promise<unknown>;

/** The attribute that a receive has to ask for, so that forgotten messages can be told. */
export const SENT = 'SentTimestamp';

const Request = z.looseObject({
  QueueUrl: z.string(),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
});
const Attributes = z.record(z.string(), z.string()).default({});
const Received = z.object({ Messages: z.array(z.looseObject({ ReceiptHandle: z.string(), Attributes })).default([]) });
const Settings = z.object({ Attributes: z.object({ MessageRetentionPeriod: z.coerce.number() }) });

type Message = z.infer<typeof Received>['Messages'][number];

const withoutSent = ({ Attributes: all, ...message }: Message): object => {
  const others = Object.entries(all).filter(([name]) => name !== SENT);
  return others.length === 0 ? message : { ...message, Attributes: Object.fromEntries(others) };
};

/**
 * Takes out of a receive's answer, and out of the queue, what SQS would have forgotten: messages older than the queue's
 * retention period, counted from when they were first sent (also past a move to a dead-letter queue). As at SQS, fewer
 * than asked for may come.
 *
 * @param request as the client made it, @param received the emulator's answer to it with `SENT` added
 */
export const dropForgotten = async (ask: Ask, request: unknown, received: unknown): Promise<object> => {
  const { QueueUrl, AttributeNames, MessageSystemAttributeNames } = Request.parse(request);
  const { Messages } = Received.parse(received);
  if (Messages.length === 0) return {};
  const period = { QueueUrl, AttributeNames: ['MessageRetentionPeriod'] };
  const settings = Settings.parse(await ask('GetQueueAttributes', period));
  const oldest = Date.now() - settings.Attributes.MessageRetentionPeriod * 1000;
  const [kept, forgotten]: [Message[], Message[]] = [[], []];
  for (const each of Messages) (Number(each.Attributes[SENT]) < oldest ? forgotten : kept).push(each);
  for (const { ReceiptHandle } of forgotten) await ask('DeleteMessage', { QueueUrl, ReceiptHandle });
  const isAsked = [...AttributeNames, ...MessageSystemAttributeNames].some((name) => name === SENT || name === 'All');
  return { Messages: isAsked ? kept : kept.map(withoutSent) };
};
