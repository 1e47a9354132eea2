import { type SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { sendTogether } from '../../../../functions/edge/messages/send-together.ts';

type Batch = SendMessageBatchCommand['input'];

/** How many messages each call carried; a batch is answered by what is given, or with success for all. */
const queue = (answer: (batch: Batch) => unknown = ({ Entries = [] }) => ({ Successful: Entries })) => {
  const calls: (readonly string[])[] = [];
  const send = async (command: SendMessageCommand | SendMessageBatchCommand): Promise<unknown> => {
    if (command instanceof SendMessageCommand) return void calls.push([command.input.MessageBody ?? '']);
    calls.push((command.input.Entries ?? []).map(({ MessageBody = '' }) => MessageBody));
    return answer(command.input);
  };
  return { calls, send: sendTogether({ send } as unknown as SQSClient, 'url') };
};

const bodies = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

it('sends what is handed over in one turn together, ten to a call and in order', async () => {
  const { calls, send } = queue();
  await Promise.all(bodies(25).map((MessageBody) => send({ MessageBody })));
  expect(calls.map(({ length }) => length)).toEqual([10, 10, 5]);
  expect(calls.flat()).toEqual(bodies(25));
});

it('sends a single message at once', async () => {
  const { calls, send } = queue();
  await send({ MessageBody: 'a' });
  await send({ MessageBody: 'b' });
  expect(calls).toEqual([['a'], ['b']]);
});

it('sends no more together than a queue takes', async () => {
  const { calls, send } = queue();
  const large = 'x'.repeat(100_000);
  await Promise.all([1, 2, 3, 4, 5].map(() => send({ MessageBody: large })));
  expect(calls.map(({ length }) => length)).toEqual([2, 2, 1]);
});

it('tells each what became of its own message', async () => {
  const { send } = queue(() => ({ Successful: [{ Id: '0' }], Failed: [{ Id: '1', Code: 'InternalError' }] }));
  const [first, second, third] = await Promise.allSettled(bodies(3).map((MessageBody) => send({ MessageBody })));
  expect(first).toMatchObject({ status: 'fulfilled' });
  expect(second).toMatchObject({ reason: new Unavailable('Cannot send the message: InternalError') });
  expect(third).toMatchObject({ reason: new Unavailable('Cannot send the message: Error') });
});

it('tells all of a call that failed, and no others', async () => {
  let count = 0;
  const { send } = queue((batch) => {
    count += 1;
    if (count === 1) throw Object.assign(new Error('CANARY'), { name: 'RequestThrottled' });
    return { Successful: batch.Entries };
  });
  const ended = await Promise.allSettled(bodies(12).map((MessageBody) => send({ MessageBody })));
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(ended[0]).toMatchObject({ reason: new Unavailable('Cannot send the message: RequestThrottled') });
});
