import type { SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { LANES } from '../../../../functions/core/lane.ts';
import { sourceIn } from '../../../../functions/edge/messages/record-source.ts';

const urlOf = (name: string): string => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;
const recordOf = (name: string): object => ({ eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${name}` });

/** What was asked of SQS. */
const asked: unknown[] = [];
const sqs = { send: async ({ input }: { readonly input: unknown }) => void asked.push(input) } as unknown as SQSClient;

it.each(LANES)('finds the queue of the lane %s, and hides its message there', async (lane) => {
  asked.length = 0;
  const source = sourceIn(sqs, { requests: urlOf('requests'), urgent: urlOf('urgent'), rechecks: urlOf('rechecks') });
  const found = source(recordOf(lane));
  expect(found?.lane).toBe(lane);
  expect(await found?.hide('handle', 7)).toBe('held');
  expect(asked).toEqual([{ QueueUrl: urlOf(lane), ReceiptHandle: 'handle', VisibilityTimeout: 7 }]);
});

it('knows no other queue', () => {
  const source = sourceIn(sqs, { requests: urlOf('requests'), urgent: urlOf('urgent'), rechecks: urlOf('rechecks') });
  expect([source(recordOf('stuck')), source({}), source(null)]).toEqual([undefined, undefined, undefined]);
});

it('tells no lane where one queue serves all of them, since a message could be sent there again for ever', async () => {
  asked.length = 0;
  const only = urlOf('requests');
  const found = sourceIn(sqs, { requests: only, urgent: only, rechecks: only })(recordOf('requests'));
  expect(found?.lane).toBeUndefined();
  await found?.hide('handle', 1);
  expect(asked).toMatchObject([{ QueueUrl: only }]);
});
