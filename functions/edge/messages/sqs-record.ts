import * as z from 'zod';
import type { Delivery } from '../../core/delivery.ts';
import { type EpochMs, epochMs } from '../../core/epoch.ts';
import { marksIn } from '../../core/request/marks.ts';

/** One record of a Lambda event from SQS. */
export interface QueueRecord extends Omit<Delivery, 'deadline'> {
  /** For hiding this delivery of the message. */
  readonly receiptHandle: string;
  /** When this message was first delivered to anybody. */
  readonly firstReceivedAt: EpochMs;
}

const instant = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform((digits) => epochMs(Number(digits)));

/** Attributes come from the sender: one without a text is there all the same. */
const attribute = z.object({ stringValue: z.string() }).catch({ stringValue: '' });

const Record = z.object({
  messageId: z.string().min(1),
  receiptHandle: z.string().min(1),
  body: z.string(),
  attributes: z.object({
    ApproximateReceiveCount: z.coerce.number().int().min(1),
    SentTimestamp: instant,
    SenderId: z.string(),
    ApproximateFirstReceiveTimestamp: instant,
  }),
  messageAttributes: z.record(z.string(), attribute).optional(),
});

/** Reads one record. @throws Error where it is none of SQS's, naming the field and never its value */
export const readRecord = (record: unknown): QueueRecord => {
  const read = Record.safeParse(record);
  if (!read.success)
    throw new Error(
      `Cannot read ${read.error.issues[0]?.path.join('.') || 'the record'}: it must be a record of an SQS event`,
    );
  const { messageId, receiptHandle, body, attributes, messageAttributes = {} } = read.data;
  return {
    messageId,
    receiptHandle,
    body,
    sender: attributes.SenderId,
    sentAt: attributes.SentTimestamp,
    firstReceivedAt: attributes.ApproximateFirstReceiveTimestamp,
    receiveCount: attributes.ApproximateReceiveCount,
    ...marksIn((name) => messageAttributes[name]?.stringValue),
  };
};
