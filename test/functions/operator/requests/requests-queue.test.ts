import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployed } from '../../../../functions/operator/deployment/connect.ts';
import {
  type Outgoing,
  sendMany,
  sendOne,
  waitingByLane,
  waitingOn,
} from '../../../../functions/operator/requests/requests-queue.ts';
import { awsForThisFile } from '../../../infra/local/aws/aws-in-test.ts';

const seen: string[] = [];
const aws = awsForThisFile({ onCall: ({ action }) => seen.push(action) });
const sqs = new SQSClient({});
let deployed: Deployed;
beforeAll(async () => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'requests' }));
  deployed = { sqs, card: { requestsQueueUrl: QueueUrl } } as Deployed;
});
afterAll(() => sqs.destroy());

const some = (count: number): readonly Outgoing[] =>
  Array.from({ length: count }, (_one, index) => ({
    ...{ requestId: `R-${index}`, attempt: 1, lane: 'requests' },
    body: `{"n":${index}}`,
  }));

describe('sendMany', () => {
  it('sends ten at a time, each under its name', async () => {
    seen.splice(0);
    await sendMany(deployed, some(23));
    expect(seen).toEqual(['SendMessageBatch', 'SendMessageBatch', 'SendMessageBatch']);
    const { ready } = await aws().queues.inspect('requests');
    expect(ready.map(({ body }) => body)).toEqual(some(23).map(({ body }) => body));
    expect(ready[22]?.messageAttributes).toMatchObject({
      requestId: { StringValue: 'R-22' },
      attempt: { StringValue: '1' },
    });
    expect(await waitingOn(deployed, deployed.card.requestsQueueUrl)).toBe(23);
  });

  it('sends each to the queue of its lane', async () => {
    const urlOf = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
    const requestsQueueUrl = await urlOf('others');
    for (const name of ['urgent', 'rechecks']) await urlOf(name);
    const [urgent, rechecks] = ['urgent', 'rechecks'].map((queueName) => ({ queueName, eventSourceMappingId: '' }));
    const card = { requestsQueueUrl, requestsQueueArn: 'arn:others' };
    const withLanes = { sqs, card: { ...card, lanes: { urgent, rechecks } } } as Deployed;
    const mixed = some(4).map((one, index): Outgoing => ({ ...one, lane: index % 2 === 0 ? 'urgent' : 'requests' }));
    const ids = await sendMany(withLanes, mixed);
    await sendOne(withLanes, { requestId: 'R-9', attempt: 1, lane: 'urgent', body: '{}' });
    const { ready } = await aws().queues.inspect('urgent');
    expect(ready.map(({ messageAttributes }) => messageAttributes['requestId'])).toMatchObject(
      ['R-0', 'R-2', 'R-9'].map((StringValue) => ({ StringValue })),
    );
    expect(mixed.map(({ requestId }) => ids.has(requestId))).toEqual([true, true, true, true]);
    expect(await waitingByLane(withLanes)).toEqual({ requests: 2, urgent: 3, rechecks: 0 });
    expect(await waitingByLane({ sqs, card } as Deployed)).toEqual({ requests: 2 });
  });

  it('says so where one is not taken', () => {
    const send = async () => ({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] });
    const failing = { ...deployed, sqs: { send } as unknown as SQSClient };
    return expect(sendMany(failing, some(1))).rejects.toMatchObject({
      exit: 1,
      message: 'Cannot send a request (InternalError)',
    });
  });

  it('sends nothing where there is nothing', async () => {
    seen.splice(0);
    await sendMany(deployed, []);
    expect(seen).toEqual([]);
  });
});
