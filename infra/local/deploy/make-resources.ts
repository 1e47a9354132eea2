import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  type RuleState,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { CreateEventSourceMappingCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { ACCOUNT } from '../aws/protocol/account.ts';
import type { Resolved } from './template-names.ts';

export interface Clients {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly dynamodb: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly ssm: SSMClient;
  readonly scheduler: SchedulerClient;
  readonly lambda: LambdaClient;
}

/** Clients for an emulated AWS, whatever the environment of this process says. */
export const clientsFor = (endpoint: string): Clients => {
  const config = {
    endpoint,
    region: ACCOUNT.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  return {
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    dynamodb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    ssm: new SSMClient(config),
    scheduler: new SchedulerClient(config),
    lambda: new LambdaClient(config),
  };
};

/** Attributes are texts at SQS and SNS; CloudFormation has numbers, booleans and objects in their place. */
const texts = (properties: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );

const without = (properties: Readonly<Record<string, unknown>>, ...keys: readonly string[]) =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const PROJECTIONS = ['ALL', 'KEYS_ONLY', 'INCLUDE'] as const;
const Projection = z.object({ ProjectionType: z.enum(PROJECTIONS), NonKeyAttributes: z.array(z.string()).optional() });
const Table = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema,
  GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string(), KeySchema, Projection })).optional(),
});
const Rule = z.object({
  EventBusName: z.string().default('default'),
  EventPattern: z.looseObject({}),
  State: z.string().default('ENABLED'),
  Targets: z.array(z.looseObject({ Id: z.string(), Arn: z.string() })).min(1),
});
const Subscription = z.looseObject({ TopicArn: z.string(), Protocol: z.string(), Endpoint: z.string() });

const Parameter = z.object({ Value: z.string(), Type: z.literal('String') });
const Mapping = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().optional(),
});
const Schedule = z.looseObject({
  GroupName: z.string().optional(),
  ScheduleExpression: z.string(),
  FlexibleTimeWindow: z.object({ Mode: z.literal('OFF') }).default({ Mode: 'OFF' }),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  Target: z.looseObject({ Arn: z.string(), RoleArn: z.string() }),
});

type Make = (clients: Clients, resource: Resolved) => Promise<unknown>;

const makeRule: Make = async ({ events }, { name, properties }) => {
  const { EventBusName, EventPattern, State, Targets } = Rule.parse(properties);
  const rule = { Name: name, EventBusName, EventPattern: JSON.stringify(EventPattern), State: State as RuleState };
  await events.send(new PutRuleCommand(rule));
  await events.send(new PutTargetsCommand({ Rule: name, EventBusName, Targets: Targets as Target[] }));
};

const makeTable: Make = ({ dynamodb }, { name, properties }) =>
  dynamodb.send(
    new CreateTableCommand({ ...Table.parse(properties), TableName: name, BillingMode: 'PAY_PER_REQUEST' }),
  );

const makeSchedule: Make = async ({ scheduler }, { name, properties }) => {
  const schedule: CreateScheduleCommandInput = { ...Schedule.parse(properties), Name: name };
  // A second deployment changes what the first one made.
  await scheduler.send(new CreateScheduleCommand(schedule)).catch((error: unknown) => {
    if (!(error instanceof ConflictException)) throw error;
    return scheduler.send(new UpdateScheduleCommand(schedule));
  });
};

/** How each type is made, in the order in which they need each other. */
const MAKERS: Readonly<Record<string, Make>> = {
  'AWS::SQS::Queue': ({ sqs }, { name, properties }) => {
    const attributes = texts(without(properties, 'QueueName', 'Tags')) as Partial<Record<QueueAttributeName, string>>;
    return sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  },
  'AWS::SNS::Topic': ({ sns }, { name }) => sns.send(new CreateTopicCommand({ Name: name })),
  'AWS::SNS::Subscription': ({ sns }, { properties }) => {
    const { TopicArn, Protocol, Endpoint, ...attributes } = Subscription.parse(properties);
    return sns.send(
      new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes: texts(without(attributes, 'Region')) }),
    );
  },
  'AWS::DynamoDB::Table': makeTable,
  'AWS::DynamoDB::GlobalTable': makeTable,
  'AWS::Events::EventBus': ({ events }, { name }) => events.send(new CreateEventBusCommand({ Name: name })),
  'AWS::Events::Rule': makeRule,
  'AWS::Lambda::EventSourceMapping': ({ lambda }, { properties }) =>
    lambda.send(new CreateEventSourceMappingCommand(Mapping.parse(properties))),
  'AWS::Scheduler::ScheduleGroup': ({ scheduler }, { name }) =>
    scheduler.send(new CreateScheduleGroupCommand({ Name: name })),
  'AWS::Scheduler::Schedule': makeSchedule,
  'AWS::SSM::Parameter': ({ ssm }, { name, properties }) =>
    ssm.send(new PutParameterCommand({ ...Parameter.parse(properties), Name: name, Overwrite: true })),
};

/** Makes everything that has a row above. */
export const makeResources = async (clients: Clients, resources: readonly Resolved[]): Promise<void> => {
  for (const [type, make] of Object.entries(MAKERS)) {
    for (const resource of resources.filter((each) => each.type === type)) await make(clients, resource);
  }
};
