import { createHash } from 'node:crypto';
import { ruleArn } from '../aws/bus/buses.ts';
import { mappingId } from '../aws/mappings.ts';
import { ACCOUNT, arnOf } from '../aws/protocol/account.ts';

/** One resource by the name that it has once it exists; `property` is one of its properties, resolved. */
export interface Named {
  readonly name: string;
  readonly url: string;
  property(key: string): unknown;
}

/** How `Ref` and `Fn::GetAtt` of a type read, as its page in the CloudFormation reference says under "Return values". */
export interface ResourceType {
  readonly isMade: boolean;
  /** The property that gives the physical name; without one it is the logical id. */
  readonly nameProperty?: string;
  readonly ref?: (resource: Named) => string;
  readonly attributes?: Readonly<Record<string, (resource: Named) => string>>;
}

const queueUrl = ({ name, url }: Named): string => `${url}/${ACCOUNT.id}/${name}`;
const nameOf = ({ name }: Named): string => name;
const arn =
  (service: string, kind = '') =>
  ({ name }: Named): string =>
    arnOf(service, `${kind}${name}`);
const roleArn = ({ name }: Named): string => `arn:${ACCOUNT.partition}:iam::${ACCOUNT.id}:role/${name}`;

/** @returns the id that a role of this name has here, `AROA` and 17 more */
export const roleId = (roleName: string): string =>
  `AROA${createHash('sha256').update(roleName).digest('hex').toUpperCase().slice(0, 17)}`;

const arnOfRule = (rule: Named): string =>
  ruleArn(
    String(rule.property('EventBusName') ?? 'default')
      .split('/')
      .at(-1) ?? '',
    rule.name,
  );

const idOfMapping = (mapping: Named): string =>
  mappingId(String(mapping.property('EventSourceArn')), String(mapping.property('FunctionName')));

const table: ResourceType = {
  isMade: true,
  nameProperty: 'TableName',
  attributes: { Arn: arn('dynamodb', 'table/') },
};
const skipped: ResourceType = { isMade: false };

/** Every type that a template may have. What is not made here has no effect on what the functions see of AWS. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::SQS::Queue': {
    isMade: true,
    nameProperty: 'QueueName',
    ref: queueUrl,
    attributes: { Arn: arn('sqs'), QueueName: nameOf, QueueUrl: queueUrl },
  },
  'AWS::SNS::Topic': {
    isMade: true,
    nameProperty: 'TopicName',
    ref: arn('sns'),
    attributes: { TopicArn: arn('sns'), TopicName: nameOf },
  },
  'AWS::SNS::Subscription': { isMade: true },
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::Events::EventBus': {
    isMade: true,
    nameProperty: 'Name',
    attributes: { Arn: arn('events', 'event-bus/'), Name: nameOf },
  },
  'AWS::Events::Rule': { isMade: true, nameProperty: 'Name', attributes: { Arn: arnOfRule } },
  'AWS::Lambda::Function': {
    isMade: true,
    nameProperty: 'FunctionName',
    attributes: { Arn: arn('lambda', 'function:') },
  },
  'AWS::Lambda::EventSourceMapping': {
    isMade: true,
    ref: idOfMapping,
    attributes: {
      Id: idOfMapping,
      EventSourceMappingArn: (mapping) => arnOf('lambda', `event-source-mapping:${idOfMapping(mapping)}`),
    },
  },
  'AWS::Scheduler::Schedule': {
    isMade: true,
    nameProperty: 'Name',
    attributes: { Arn: arn('scheduler', 'schedule/default/') },
  },
  'AWS::Scheduler::ScheduleGroup': {
    isMade: true,
    nameProperty: 'Name',
    attributes: { Arn: arn('scheduler', 'schedule-group/') },
  },
  'AWS::IAM::Role': {
    isMade: false,
    nameProperty: 'RoleName',
    attributes: { Arn: roleArn, RoleId: ({ name }) => roleId(name) },
  },
  'AWS::IAM::Policy': skipped,
  'AWS::IAM::ManagedPolicy': skipped,
  'AWS::KMS::Key': { isMade: false, attributes: { Arn: arn('kms', 'key/'), KeyId: nameOf } },
  'AWS::KMS::Alias': skipped,
  'AWS::CloudWatch::Alarm': { isMade: false, attributes: { Arn: arn('cloudwatch', 'alarm:') } },
  'AWS::CloudWatch::CompositeAlarm': { isMade: false, attributes: { Arn: arn('cloudwatch', 'alarm:') } },
  'AWS::CloudWatch::Dashboard': skipped,
  'AWS::Logs::LogGroup': { isMade: false, attributes: { Arn: arn('logs', 'log-group:') } },
  'AWS::Logs::MetricFilter': skipped,
  'AWS::Logs::QueryDefinition': skipped,
  'AWS::SSM::Parameter': {
    isMade: true,
    nameProperty: 'Name',
    attributes: { Type: () => 'String', Value: (parameter) => String(parameter.property('Value')) },
  },
  'AWS::SQS::QueuePolicy': skipped,
  'AWS::SNS::TopicPolicy': skipped,
  'AWS::Events::EventBusPolicy': skipped,
  'AWS::Lambda::Permission': skipped,
  'AWS::CloudFormation::CustomResource': skipped,
  'AWS::CDK::Metadata': skipped,
};

/** @throws Error for a type that has no row above */
export const resourceType = (type: string): ResourceType => {
  const found = RESOURCE_TYPES[type.startsWith('Custom::') ? 'AWS::CloudFormation::CustomResource' : type];
  if (found !== undefined) return found;
  const wanted = Object.keys(RESOURCE_TYPES).join(', ');
  throw new Error(`Cannot deploy resource type ${type} locally, wanted one of ${wanted}`);
};
