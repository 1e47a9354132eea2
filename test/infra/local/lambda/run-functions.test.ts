import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, expect, it } from 'vitest';
import type { DeployableTemplate } from '../../../../infra/local/deploy/template-names.ts';
import { deploy } from '../../../../infra/local/deploy.ts';
import { runFunctions } from '../../../../infra/local/lambda/run-functions.ts';
import { awsForThisFile } from '../aws/aws-in-test.ts';

const aws = awsForThisFile();
const client = new SQSClient({});
afterAll(() => client.destroy());

const getAtt = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });
/** Its queues have names of their own, so that tests do not meet. */
const template = (name: string): DeployableTemplate => ({
  Resources: {
    Role: { Type: 'AWS::IAM::Role' },
    Requests: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${name}-requests` } },
    Stuck: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${name}-stuck` } },
    Revoke: {
      Type: 'AWS::Lambda::Function',
      Metadata: { 'key-revoker:handler': 'test/infra/local/lambda/handlers/forwarding.ts' },
      Properties: {
        Handler: 'index.handler',
        Timeout: 30,
        MemorySize: 256,
        Role: getAtt('Role', 'Arn'),
        Environment: { Variables: { STUCK_QUEUE_URL: { Ref: 'Stuck' } } },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: getAtt('Requests', 'Arn'), FunctionName: { Ref: 'Revoke' } },
    },
    Tick: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(1 day)',
        Target: { Arn: getAtt('Revoke', 'Arn'), RoleArn: getAtt('Role', 'Arn') },
      },
    },
  },
});

it('runs what the template says: queue to function to queue, and the schedule', async () => {
  const { queues, functions, ...rest } = await deploy(template('runs'), aws());
  const lines: string[] = [];
  const onLine = (id: string, line: string) => lines.push(`${id}: ${line}`);
  const running = runFunctions({ queues, functions, ...rest }, { endpointUrl: aws().url, onLine });
  const sent = new SendMessageCommand({ QueueUrl: queues['Requests']?.url, MessageBody: 'request' });
  await client.send(sent);
  await expect.poll(() => lines, { timeout: 30_000 }).toEqual(['Revoke: sent request on']);
  await running.tickers[0]?.tick();
  await running.close();
  const QueueUrl = queues['Stuck']?.url;
  const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['SenderId' as const] };
  const { Messages = [] } = await client.send(new ReceiveMessageCommand(asked));
  expect(Messages.map(({ Body }) => Body)).toEqual(['request by Revoke', 'tick of Revoke']);
  const senders = new Set(Messages.map(({ Attributes }) => Attributes?.SenderId));
  expect([...senders]).toEqual([`${functions['Revoke']?.roleId}:local`]);
  expect(await aws().queues.inspect('runs-requests')).toEqual({ ready: [], delayed: [], inflight: [] });
});

it('takes nothing from the queue while the mapping is switched off', async () => {
  const deployment = await deploy(template('held'), aws());
  const lambda = new LambdaClient({});
  const [mapping] = deployment.mappings;
  const enable = (Enabled: boolean) => lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping?.id, Enabled }));
  await enable(false);
  const lines: string[] = [];
  const onLine = (_id: string, line: string) => lines.push(line);
  const running = runFunctions(deployment, { endpointUrl: aws().url, onLine });
  await client.send(new SendMessageCommand({ QueueUrl: deployment.queues['Requests']?.url, MessageBody: 'held' }));
  await running.tickers[0]?.tick();
  expect((await aws().queues.inspect('held-requests')).ready.map(({ body }) => body)).toEqual(['held']);
  await enable(true);
  await expect.poll(() => lines, { timeout: 30_000 }).toContain('sent held on');
  await running.close();
  lambda.destroy();
});
