import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsForThisFile } from './aws-in-test.ts';

let now = Date.parse('2026-11-20T10:00:00Z');
const aws = awsForThisFile({ now: () => now });
const scheduler = new SchedulerClient({});
const sqs = new SQSClient({});
afterAll(() => [scheduler, sqs].forEach((client) => void client.destroy()));
beforeAll(async () => {
  await scheduler.send(new CreateScheduleGroupCommand({ Name: 'group' }));
});

const queue = async (QueueName: string): Promise<string> => {
  await sqs.send(new CreateQueueCommand({ QueueName }));
  return `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
};

interface Wanted {
  readonly at: string;
  readonly arn: string;
  readonly deadLetters?: string;
  readonly action?: 'DELETE' | 'NONE';
  readonly group?: string;
}

const create = (Name: string, { at, arn, deadLetters, action = 'DELETE', group = 'group' }: Wanted) =>
  scheduler.send(
    new CreateScheduleCommand({
      Name,
      GroupName: group,
      ScheduleExpression: `at(${at})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: action,
      Target: {
        Arn: arn,
        RoleArn: 'arn:aws:iam::000000000000:role/r',
        Input: `{"name":"${Name}"}`,
        ...(deadLetters && { DeadLetterConfig: { Arn: deadLetters } }),
      },
    }),
  );
const get = (Name: string) => scheduler.send(new GetScheduleCommand({ Name, GroupName: 'group' }));
const bodies = async (name: string): Promise<readonly string[]> =>
  (await aws().queues.inspect(name)).ready.map(({ body }) => body);

it('sends its input once, at its time and not before, and is gone', async () => {
  await create('once', { at: '2026-11-20T10:05:00', arn: await queue('once') });
  now = Date.parse('2026-11-20T10:04:59Z');
  await aws().schedules.deliverDue();
  expect(await bodies('once')).toEqual([]);
  expect((await get('once')).Target?.Input).toBe('{"name":"once"}');
  now = Date.parse('2026-11-20T10:05:00Z');
  await Promise.all([aws().schedules.deliverDue(), aws().schedules.deliverDue()]);
  expect(await bodies('once')).toEqual(['{"name":"once"}']);
  await expect(get('once')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('stays, and does nothing more, where it is not to be deleted', async () => {
  await create('kept', { at: '2026-11-20T10:00:00', arn: await queue('kept'), action: 'NONE' });
  await aws().schedules.deliverDue();
  await aws().schedules.deliverDue();
  expect(await bodies('kept')).toEqual(['{"name":"kept"}']);
});

it('goes to its dead-letter queue where the target is none', async () => {
  const arn = 'arn:aws:sqs:us-east-1:000000000000:nothing';
  await create('lost', { at: '2026-11-20T10:00:00', arn, deadLetters: await queue('letters') });
  await aws().schedules.deliverDue();
  expect(await bodies('letters')).toEqual(['{"name":"lost"}']);
});

it('can be taken back before its time', async () => {
  await create('cancelled', { at: '2027-01-01T00:00:00', arn: await queue('cancelled') });
  await scheduler.send(new DeleteScheduleCommand({ Name: 'cancelled', GroupName: 'group' }));
  await expect(get('cancelled')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('is listed with its group, page by page, without its input', async () => {
  const arn = await queue('listed');
  for (const name of ['l-1', 'l-2', 'l-3']) await create(name, { at: '2027-01-01T00:00:00', arn });
  const asked = { GroupName: 'group', NamePrefix: 'l-', MaxResults: 2 };
  const { Schedules = [], NextToken } = await scheduler.send(new ListSchedulesCommand(asked));
  expect(Schedules.map(({ Name, Target }) => [Name, Target])).toEqual([
    ['l-1', { Arn: arn }],
    ['l-2', { Arn: arn }],
  ]);
  const rest = await scheduler.send(new ListSchedulesCommand({ ...asked, NextToken }));
  expect([rest.Schedules?.map(({ Name }) => Name), rest.NextToken]).toEqual([['l-3'], undefined]);
});

it.each<[string, () => Promise<unknown>, string]>([
  [
    'a name that is taken',
    async () => {
      const wanted = { at: '2027-01-01T00:00:00', arn: await queue('twice') };
      await create('twice', wanted);
      await create('twice', wanted);
    },
    'ConflictException',
  ],
  [
    'a group that nobody has made',
    () => create('x', { at: '2027-01-01T00:00:00', arn: 'arn:x', group: 'nothing' }),
    'ResourceNotFoundException',
  ],
  ['a time with a zone', () => create('x', { at: '2027-01-01T00:00:00Z', arn: 'arn:x' }), 'ValidationException'],
])('refuses %s', (_what, call, name) => expect(call()).rejects.toMatchObject({ name }));
