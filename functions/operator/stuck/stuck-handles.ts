import { ChangeMessageVisibilityCommand, DeleteMessageCommand } from '@aws-sdk/client-sqs';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Stuck } from './stuck-copy.ts';

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

/** @throws Failure where a copy may still be there */
export const remove = async ({ sqs, card }: Deployed, one: Stuck): Promise<void> => {
  const QueueUrl = card.stuckQueueUrl;
  const ended = await forEachHandle([one], (ReceiptHandle) =>
    fromAws('delete the copy', sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
  );
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
};
