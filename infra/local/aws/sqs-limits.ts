import * as z from 'zod';
import { AwsError } from './aws-error.ts';

/** SQS's longest delay; the emulator behind takes any, which would hide a message that SQS refuses. */
const MAX_DELAY_SECONDS = 900;

const Delay = z.looseObject({ DelaySeconds: z.number().optional() });
const Entry = Delay.extend({ Id: z.string() });
const Single = Delay;
const Batch = z.looseObject({ Entries: z.array(Entry).default([]) });
const Receive = z.looseObject({ MessageAttributeNames: z.array(z.string()).default([]) });

export interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: true;
  readonly Code: string;
  readonly Message: string;
}

/** A call as it goes to the emulator, and the entries that SQS would have failed. */
export interface Limited {
  readonly input: object;
  readonly failed: readonly FailedEntry[];
}

const refusal = ({ DelaySeconds = 0 }: z.infer<typeof Delay>): AwsError | undefined => {
  if (Number.isInteger(DelaySeconds) && DelaySeconds >= 0 && DelaySeconds <= MAX_DELAY_SECONDS) return undefined;
  const reason = `Reason: DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`;
  return new AwsError(
    'InvalidParameterValue',
    `Value ${DelaySeconds} for parameter DelaySeconds is invalid. ${reason}`,
  );
};

const limitSingle = (input: unknown): Limited => {
  const single = Single.parse(input);
  const error = refusal(single);
  if (error !== undefined) throw error;
  return { input: single, failed: [] };
};

const limitBatch = (input: unknown): Limited => {
  const batch = Batch.parse(input);
  const judged = batch.Entries.map((entry) => ({ entry, error: refusal(entry) }));
  const failed = judged.flatMap(({ entry, error }) =>
    error ? [{ Id: entry.Id, SenderFault: true as const, Code: error.code, Message: error.message }] : [],
  );
  return { input: { ...batch, Entries: judged.filter(({ error }) => !error).map(({ entry }) => entry) }, failed };
};

/** SQS hands over only the message attributes that are asked for by name; the emulator all of them when none is named. */
const limitReceive = (input: unknown): Limited => {
  const receive = Receive.parse(input);
  const names = receive.MessageAttributeNames.length > 0 ? receive.MessageAttributeNames : ['none.asked.for'];
  return { input: { ...receive, MessageAttributeNames: names }, failed: [] };
};

const LIMITS: Readonly<Record<string, (input: unknown) => Limited>> = {
  SendMessage: limitSingle,
  SendMessageBatch: limitBatch,
  ReceiveMessage: limitReceive,
};

/**
 * Holds a call to the limits of SQS that the emulator behind does not know.
 *
 * @throws {AwsError} `InvalidParameterValue`
 */
export const limited = (action: string, body: string): Limited => {
  const input: unknown = JSON.parse(body);
  return LIMITS[action]?.(input) ?? { input: input as object, failed: [] };
};
