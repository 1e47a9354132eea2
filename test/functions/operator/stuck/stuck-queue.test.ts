import { expect, it } from 'vitest';
import { viewStuck } from '../../../../functions/operator/stuck/stuck-queue.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

/** A queue that hands out the same message whenever it is asked. */
const repeating = () => {
  let received = 0;
  const send = async ({ constructor: { name } }: object) => {
    if (name === 'GetQueueAttributesCommand') return { Attributes: { ApproximateNumberOfMessages: '1' } };
    if (name !== 'ReceiveMessageCommand') return {};
    received += 1;
    return { Messages: [{ MessageId: 'm-1', ReceiptHandle: `h-${received}`, Body: '{}' }] };
  };
  const ledger = { read: async () => undefined };
  const deployed = { sqs: { send }, ledger, card: { stuckQueueUrl: 'queue' }, providers: PROVIDERS };
  return { deployed: deployed as never, received: () => received };
};

it('stops when the queue hands out nothing but what was received before', async () => {
  const { deployed, received } = repeating();
  const { all } = await viewStuck(deployed);
  expect(all.map(({ requestId }) => requestId)).toEqual(['m-1']);
  expect(received()).toBe(4);
});
