import * as ddb from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { afterAll, expect, it } from 'vitest';
import { mappingId } from '../../../infra/local/aws/mappings.ts';
import type { DeployableTemplate, TemplateResource } from '../../../infra/local/deploy/template-names.ts';
import { deploy } from '../../../infra/local/deploy.ts';
import { template as synthesized } from '../template.ts';
import { awsForThisFile } from './aws/aws-in-test.ts';

const aws = awsForThisFile();
const queues = new sqs.SQSClient({});
const topics = new sns.SNSClient({});
const tables = new ddb.DynamoDBClient({});
const events = new EventBridgeClient({});
afterAll(() => [queues, topics, tables, events].forEach((client) => void client.destroy()));

const getAtt = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });
const KEYS = [{ AttributeName: 'pk', KeyType: 'HASH' }];

/** Every kind of resource, under names that begin with a prefix of its own so that tests do not meet. */
const template = (prefix: string, more: Readonly<Record<string, TemplateResource>> = {}): DeployableTemplate => ({
  Parameters: { Mode: { Default: 'observe' } },
  Resources: {
    Role: { Type: 'AWS::IAM::Role' },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${prefix}-dead` } },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `${prefix}-queue`,
        VisibilityTimeout: 180,
        MessageRetentionPeriod: 1_209_600,
        ReceiveMessageWaitTimeSeconds: 5,
        RedrivePolicy: { deadLetterTargetArn: getAtt('Dead', 'Arn'), maxReceiveCount: 1000 },
        Tags: [{ Key: 'a', Value: 'b' }],
      },
    },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: `${prefix}-topic` } },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Topic' },
        Protocol: 'sqs',
        Endpoint: getAtt('Queue', 'Arn'),
        RawMessageDelivery: true,
        FilterPolicy: { outcome: ['revoked'] },
      },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: `${prefix}-table`,
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'state', AttributeType: 'S' },
        ],
        KeySchema: KEYS,
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-state',
            KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: `${prefix}-bus` } },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['secops'] },
        Targets: [{ Id: 'T', Arn: getAtt('Queue', 'Arn'), DeadLetterConfig: { Arn: getAtt('Dead', 'Arn') } }],
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Metadata: { 'key-revoker:handler': 'functions/revoke/handler.ts' },
      Properties: {
        Code: { S3Bucket: 'x' },
        Handler: 'index.handler',
        Timeout: 30,
        MemorySize: 512,
        Role: getAtt('Role', 'Arn'),
        Environment: {
          Variables: {
            QUEUE_URL: { Ref: 'Queue' },
            RULE: getAtt('Rule', 'Arn'),
            ROLE: getAtt('Role', 'RoleId'),
            MODE: { Ref: 'Mode' },
            TOPIC: { 'Fn::Join': [':', ['arn', { Ref: 'AWS::Region' }, getAtt('Topic', 'TopicName')]] },
          },
        },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: getAtt('Queue', 'Arn'),
        FunctionName: { Ref: 'Function' },
        BatchSize: 1,
        ScalingConfig: { MaximumConcurrency: 5 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(5 minutes)',
        State: 'DISABLED',
        Target: { Arn: getAtt('Function', 'Arn'), RoleArn: getAtt('Role', 'Arn') },
      },
    },
    ...more,
  },
  Outputs: { QueueUrl: { Value: { Ref: 'Queue' } }, Table: { Value: { Ref: 'Table' } } },
});

it('makes queues with all their attributes', async () => {
  const { queues: made, outputs } = await deploy(template('attributes'), aws());
  expect(made['Queue']).toEqual({
    name: 'attributes-queue',
    url: `${aws().url}/000000000000/attributes-queue`,
    arn: 'arn:aws:sqs:us-east-1:000000000000:attributes-queue',
  });
  expect(outputs).toEqual({ QueueUrl: made['Queue']?.url, Table: 'attributes-table' });
  const asked = { QueueUrl: outputs['QueueUrl'], AttributeNames: ['All' as const] };
  const { Attributes = {} } = await queues.send(new sqs.GetQueueAttributesCommand(asked));
  expect(Attributes).toMatchObject({
    VisibilityTimeout: '180',
    MessageRetentionPeriod: '1209600',
    ReceiveMessageWaitTimeSeconds: '5',
  });
  const redrive = { deadLetterTargetArn: made['Dead']?.arn, maxReceiveCount: 1000 };
  expect(JSON.parse(Attributes.RedrivePolicy ?? '')).toEqual(redrive);
});

it('connects topic and bus to the queue', async () => {
  const { topics: made, buses } = await deploy(template('connected'), aws());
  const publish = (outcome: string) => {
    const MessageAttributes = { outcome: { DataType: 'String', StringValue: outcome } };
    return topics.send(new sns.PublishCommand({ TopicArn: made['Topic'], Message: outcome, MessageAttributes }));
  };
  await publish('revoked');
  await publish('stuck');
  const Entry = { EventBusName: buses['Bus'], Source: 'secops', DetailType: 'x', Detail: '{}' };
  await events.send(new PutEventsCommand({ Entries: [Entry] }));
  const { ready } = await aws().queues.inspect('connected-queue');
  expect(ready.map(({ body }) => body)).toEqual(['revoked', expect.stringContaining('"source":"secops"')]);
});

it('makes tables with their indexes', async () => {
  const { tables: made } = await deploy(template('tables'), aws());
  const TableName = made['Table'];
  await tables.send(new ddb.PutItemCommand({ TableName, Item: { pk: { S: 'a' }, state: { S: 'open' } } }));
  const query = {
    TableName,
    IndexName: 'by-state',
    KeyConditionExpression: '#s = :s',
    ExpressionAttributeNames: { '#s': 'state' },
    ExpressionAttributeValues: { ':s': { S: 'open' } },
  };
  expect((await tables.send(new ddb.QueryCommand(query))).Items).toHaveLength(1);
});

it('reads functions, mappings and schedules with everything resolved', async () => {
  const { functions, mappings, schedules, queues: made } = await deploy(template('read'), aws());
  const roleId = functions['Function']?.roleId;
  expect(roleId).toMatch(/^AROA[0-9A-F]{17}$/);
  expect(functions['Function']).toEqual({
    logicalId: 'Function',
    name: 'Function',
    handlerModule: 'functions/revoke/handler.ts',
    handlerExport: 'handler',
    timeoutMs: 30_000,
    memoryMb: 512,
    roleId,
    environment: {
      QUEUE_URL: made['Queue']?.url,
      RULE: 'arn:aws:events:us-east-1:000000000000:rule/read-bus/Rule',
      ROLE: roleId,
      MODE: 'observe',
      TOPIC: 'arn:us-east-1:read-topic',
    },
  });
  expect(mappings).toEqual([
    {
      logicalId: 'Mapping',
      id: mappingId(String(made['Queue']?.arn), 'Function'),
      functionId: 'Function',
      queueUrl: made['Queue']?.url,
      queueArn: made['Queue']?.arn,
      batchSize: 1,
      maxConcurrency: 5,
      reportsItemFailures: true,
      isEnabled: true,
    },
  ]);
  const schedule = { logicalId: 'Schedule', name: 'Schedule', expression: 'rate(5 minutes)', isEnabled: false };
  expect(schedules).toEqual([{ ...schedule, input: undefined, functionId: 'Function' }]);
});

it.each([
  [
    'a resource type',
    { Type: 'AWS::S3::Bucket' },
    'Cannot deploy resource type AWS::S3::Bucket locally, wanted one of',
  ],
  [
    'an attribute',
    { Type: 'AWS::SNS::Topic', Properties: { TopicName: getAtt('Queue', 'Nothing') } },
    'Cannot resolve attribute "Nothing" of Queue (AWS::SQS::Queue) locally, wanted one of Arn,',
  ],
  ['a reference', { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'No' } } }, 'Cannot resolve "No", wanted'],
  [
    'a function without its source',
    { Type: 'AWS::Lambda::Function', Properties: { Handler: 'index.handler', Role: 'r' } },
    'Cannot run function Odd locally, wanted metadata "key-revoker:handler"',
  ],
])('refuses %s that it does not know', async (_what, odd, message) => {
  await expect(deploy(template('odd', { Odd: odd }), aws())).rejects.toThrow(message);
});

it('deploys the stack of this repository', async () => {
  const { functions, mappings, schedules, outputs } = await deploy(synthesized, aws());
  const idOf = (name: string): string => Object.keys(functions).find((id) => RegExp(`${name}\\w{8}$`).test(id)) ?? '';
  const [revoke, urgent, swept] = [idOf('Revoke'), idOf('RevokeUrgent'), idOf('Sweep')];
  expect([revoke, urgent, swept].map((id) => functions[id]?.handlerModule)).toEqual([
    'functions/revoke/handler.ts',
    'functions/revoke/handler.ts',
    'functions/sweep/handler.ts',
  ]);
  expect(Object.keys(functions)).toHaveLength(3);
  const handed = new Map(mappings.map(({ queueUrl, functionId }) => [queueUrl, functionId]));
  expect([...handed]).toEqual([
    [outputs['RequestsQueueUrl'], revoke],
    [outputs['UrgentQueueUrl'], urgent],
    [outputs['RechecksQueueUrl'], revoke],
    [expect.stringContaining('SecretEvents'), swept],
  ]);
  expect(schedules.map(({ functionId }) => functionId)).toEqual([swept]);
  const environment = Object.values(functions[revoke]?.environment ?? {});
  for (const name of [
    'RequestsQueueUrl',
    'UrgentQueueUrl',
    'RechecksQueueUrl',
    'StuckQueueUrl',
    'ResultsTopicArn',
    'BusName',
    'LedgerTable',
  ])
    expect(environment).toContain(outputs[name]);
});
