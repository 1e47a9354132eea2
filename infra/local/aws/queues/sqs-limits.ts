import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import type { ReceiptHandles } from './receipt-handles.ts';
import { SENT } from './retention.ts';

/** SQS's longest delay; the emulator behind takes any, which would hide a message that SQS refuses. */
const MAX_DELAY_SECONDS = 900;
/** How long a message stays hidden at most, counted from its receive, however often that is changed. */
const MAX_HIDDEN_SECONDS = 43_200;

const Entry = z.looseObject({
  Id: z.string().default(''),
  DelaySeconds: z.number().default(0),
  ReceiptHandle: z.string().default(''),
  VisibilityTimeout: z.number().default(0),
});
const Asked = z.looseObject({ QueueUrl: z.string().default('') });
const Batch = Asked.extend({ Entries: z.array(z.looseObject({})).default([]) });
const Names = z.array(z.string()).default([]);
const Receive = z.looseObject({ MessageAttributeNames: Names, MessageSystemAttributeNames: Names });

/** What SQS answers in place of doing what is asked. */
interface Refused {
  readonly Code: string;
  readonly Message: string;
}

type Refusal = (entry: z.infer<typeof Entry>, queueUrl: string, handles: ReceiptHandles) => Refused | undefined;

const invalid = (Message: string): Refused => ({ Code: 'InvalidParameterValue', Message });

const refuseDelay: Refusal = ({ DelaySeconds }) =>
  Number.isInteger(DelaySeconds) && DelaySeconds >= 0 && DelaySeconds <= MAX_DELAY_SECONDS
    ? undefined
    : invalid(
        `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: must be >= 0 and <= ${MAX_DELAY_SECONDS}.`,
      );

/** A handle that was never a handle, or is one of another queue. */
const refuseHandle: Refusal = ({ ReceiptHandle }, queueUrl, handles) => {
  const Message = handles.whyUnknown(queueUrl, ReceiptHandle);
  return Message === undefined ? undefined : { Code: 'ReceiptHandleIsInvalid', Message };
};

const refuseHiding: Refusal = ({ VisibilityTimeout, ReceiptHandle }, _queueUrl, handles) => {
  const value = `Value ${VisibilityTimeout} for parameter VisibilityTimeout is invalid`;
  const reason = `Total VisibilityTimeout for the message is beyond the limit [${MAX_HIDDEN_SECONDS} seconds]`;
  return handles.age(ReceiptHandle) / 1000 + VisibilityTimeout > MAX_HIDDEN_SECONDS
    ? invalid(`${value}. Reason: ${reason}`)
    : undefined;
};

/** By operation on one message; the batch of it asks the same of each entry. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  SendMessage: refuseDelay,
  ChangeMessageVisibility: (...asked) => refuseHandle(...asked) ?? refuseHiding(...asked),
  DeleteMessage: refuseHandle,
};

export interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: true;
  readonly Code: string;
  readonly Message: string;
}

/** A call as it goes to the emulator, `undefined` where nothing of it is left, and the entries that SQS would have failed. */
export interface Limited {
  readonly input: object | undefined;
  readonly failed: readonly FailedEntry[];
}

const limitBatch = (input: unknown, refuse: Refusal, handles: ReceiptHandles): Limited => {
  const batch = Batch.parse(input);
  const judged = batch.Entries.map((entry) => {
    const { Id, ...rest } = Entry.parse(entry);
    return { entry, Id, refused: refuse({ Id, ...rest }, batch.QueueUrl, handles) };
  });
  const failed = judged.flatMap(({ Id, refused }) =>
    refused === undefined ? [] : [{ Id, SenderFault: true, ...refused } as const],
  );
  const Entries = judged.filter(({ refused }) => refused === undefined).map(({ entry }) => entry);
  return { input: failed.length > 0 && Entries.length === 0 ? undefined : { ...batch, Entries }, failed };
};

/** SQS hands over only the message attributes that are asked for by name; the emulator all of them when none is named. */
const limitReceive = (input: unknown): Limited => {
  const receive = Receive.parse(input);
  const names = receive.MessageAttributeNames.length > 0 ? receive.MessageAttributeNames : ['none.asked.for'];
  const system = [...receive.MessageSystemAttributeNames, SENT];
  return { input: { ...receive, MessageAttributeNames: names, MessageSystemAttributeNames: system }, failed: [] };
};

/**
 * Holds a call to the limits of SQS that the emulator behind does not know.
 *
 * @throws {AwsError} `InvalidParameterValue`, or `ReceiptHandleIsInvalid`
 */
export const limited = (action: string, body: string, handles: ReceiptHandles): Limited => {
  const input: object = JSON.parse(body);
  if (action === 'ReceiveMessage') return limitReceive(input);
  const refuse = REFUSALS[action.replace(/Batch$/, '')];
  if (refuse === undefined) return { input, failed: [] };
  if (action.endsWith('Batch')) return limitBatch(input, refuse, handles);
  const refused = refuse(Entry.parse(input), Asked.parse(input).QueueUrl, handles);
  if (refused?.Code === 'ReceiptHandleIsInvalid') throw new AwsError(refused.Code, refused.Message, 404);
  if (refused !== undefined) throw new AwsError(refused.Code, refused.Message);
  return { input, failed: [] };
};
