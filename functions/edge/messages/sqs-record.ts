import * as z from 'zod';
import type { Delivery } from '../../core/delivery.ts';
import { type EpochMs, epochMs } from '../../core/epoch.ts';
import { REQUEST_ID } from '../../core/request/revocation-request.ts';

/** One record of a Lambda event from SQS. */
export interface QueueRecord extends Omit<Delivery, 'deadline'> {
  /** For hiding this delivery of the message. */
  readonly receiptHandle: string;
  /** When this message was first delivered to anybody. */
  readonly firstReceivedAt: EpochMs;
  /** From the attribute that every copy of ours carries; `undefined` in a message as its sender made it. */
  readonly requestId: string | undefined;
}

const instant = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform((digits) => epochMs(Number(digits)));

/** Attributes come from the sender, so that one that makes no sense counts as absent. */
const attribute = <T extends z.ZodType>(value: T) => z.object({ stringValue: value }).optional().catch(undefined);

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
  messageAttributes: z
    .object({
      attempt: attribute(
        z
          .string()
          .regex(/^[1-9]\d{0,14}$/)
          .transform(Number),
      ),
      requestId: attribute(z.string().regex(REQUEST_ID)),
    })
    .prefault({}),
});

/** Reads one record. @throws Error where it is none of SQS's, naming the field and never its value */
export const readRecord = (record: unknown): QueueRecord => {
  const read = Record.safeParse(record);
  if (!read.success)
    throw new Error(
      `Cannot read ${read.error.issues[0]?.path.join('.') || 'the record'}: it must be a record of an SQS event`,
    );
  const { messageId, receiptHandle, body, attributes, messageAttributes } = read.data;
  return {
    messageId,
    receiptHandle,
    body,
    sender: attributes.SenderId,
    sentAt: attributes.SentTimestamp,
    firstReceivedAt: attributes.ApproximateFirstReceiveTimestamp,
    receiveCount: attributes.ApproximateReceiveCount,
    attempt: messageAttributes.attempt?.stringValue ?? 1,
    requestId: messageAttributes.requestId?.stringValue,
  };
};
