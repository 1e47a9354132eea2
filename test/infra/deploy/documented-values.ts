import type { Template } from '../../../infra/synthesize.ts';

interface Documented {
  /** Where the value is: `*` stands for each part of a list or of an object. */
  readonly at: string;
  /** The least and the most: of a number, or of the length of a text or a list. */
  readonly within?: readonly [least: number, most: number];
  readonly among?: readonly unknown[];
  /** The page of AWS that says so. */
  readonly page: string;
}

const CLOUDFORMATION = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference';

/** The ranges and enumerations that AWS documents for what our templates set: its specification has none of these. */
export const DOCUMENTED: Readonly<Record<string, readonly Documented[]>> = {
  'AWS::SQS::Queue': [
    { at: 'VisibilityTimeout', within: [0, 43_200], page: `${CLOUDFORMATION}/aws-resource-sqs-queue.html` },
    { at: 'MessageRetentionPeriod', within: [60, 1_209_600], page: `${CLOUDFORMATION}/aws-resource-sqs-queue.html` },
    {
      at: 'RedrivePolicy.maxReceiveCount',
      within: [1, 1_000],
      page: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html',
    },
    {
      at: 'RedriveAllowPolicy.redrivePermission',
      among: ['allowAll', 'denyAll', 'byQueue'],
      page: `${CLOUDFORMATION}/aws-resource-sqs-queue.html`,
    },
  ],
  'AWS::Lambda::Function': [
    { at: 'Timeout', within: [1, 900], page: `${CLOUDFORMATION}/aws-resource-lambda-function.html` },
    { at: 'MemorySize', within: [128, 10_240], page: `${CLOUDFORMATION}/aws-resource-lambda-function.html` },
    { at: 'Description', within: [0, 256], page: `${CLOUDFORMATION}/aws-resource-lambda-function.html` },
    { at: 'Architectures', within: [1, 1], page: `${CLOUDFORMATION}/aws-resource-lambda-function.html` },
    { at: 'Architectures.*', among: ['x86_64', 'arm64'], page: `${CLOUDFORMATION}/aws-resource-lambda-function.html` },
    { at: 'RecursiveLoop', among: ['Allow', 'Terminate'], page: `${CLOUDFORMATION}/aws-resource-lambda-function.html` },
    {
      at: 'Runtime',
      among: ['nodejs22.x', 'nodejs24.x'],
      page: 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html',
    },
    {
      at: 'ReservedConcurrentExecutions',
      within: [0, 1_000],
      page: `${CLOUDFORMATION}/aws-resource-lambda-function.html`,
    },
    {
      at: 'VpcConfig.SubnetIds',
      within: [0, 16],
      page: 'https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html',
    },
    {
      at: 'VpcConfig.SecurityGroupIds',
      within: [0, 5],
      page: 'https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html',
    },
  ],
  'AWS::Lambda::EventSourceMapping': [
    {
      at: 'BatchSize',
      within: [1, 10],
      page: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html',
    },
    {
      at: 'ScalingConfig.MaximumConcurrency',
      within: [2, 1_000],
      page: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html',
    },
    {
      at: 'FunctionResponseTypes.*',
      among: ['ReportBatchItemFailures'],
      page: `${CLOUDFORMATION}/aws-resource-lambda-eventsourcemapping.html`,
    },
  ],
  'AWS::Scheduler::Schedule': [
    {
      at: 'Target.RetryPolicy.MaximumEventAgeInSeconds',
      within: [60, 86_400],
      page: 'https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html',
    },
    {
      at: 'Target.RetryPolicy.MaximumRetryAttempts',
      within: [0, 185],
      page: 'https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html',
    },
    {
      at: 'FlexibleTimeWindow.Mode',
      among: ['OFF', 'FLEXIBLE'],
      page: `${CLOUDFORMATION}/aws-resource-scheduler-schedule.html`,
    },
    { at: 'Description', within: [0, 512], page: `${CLOUDFORMATION}/aws-resource-scheduler-schedule.html` },
    { at: 'State', among: ['ENABLED', 'DISABLED'], page: `${CLOUDFORMATION}/aws-resource-scheduler-schedule.html` },
  ],
  'AWS::CloudWatch::Alarm': [
    { at: 'EvaluationPeriods', within: [1, 1_440], page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html` },
    {
      at: 'Period',
      among: [10, 20, 30, ...Array.from({ length: 1_440 }, (_, minute) => 60 * (minute + 1))],
      page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html`,
    },
    { at: 'AlarmDescription', within: [0, 1_024], page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html` },
    { at: 'AlarmActions', within: [0, 5], page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html` },
    { at: 'OKActions', within: [0, 5], page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html` },
    { at: 'Dimensions', within: [0, 30], page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html` },
    {
      at: 'TreatMissingData',
      among: ['breaching', 'notBreaching', 'ignore', 'missing'],
      page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html`,
    },
    {
      at: 'ComparisonOperator',
      among: [
        ...['GreaterThanThreshold', 'GreaterThanOrEqualToThreshold', 'LessThanThreshold'],
        ...['LessThanOrEqualToThreshold', 'GreaterThanUpperThreshold', 'LessThanLowerThreshold'],
        'LessThanLowerOrGreaterThanUpperThreshold',
      ],
      page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html`,
    },
    {
      at: 'Statistic',
      among: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
      page: `${CLOUDFORMATION}/aws-resource-cloudwatch-alarm.html`,
    },
  ],
  'AWS::CloudWatch::CompositeAlarm': [
    { at: 'AlarmRule', within: [1, 10_240], page: `${CLOUDFORMATION}/aws-resource-cloudwatch-compositealarm.html` },
    { at: 'AlarmActions', within: [0, 5], page: `${CLOUDFORMATION}/aws-resource-cloudwatch-compositealarm.html` },
    { at: 'OKActions', within: [0, 5], page: `${CLOUDFORMATION}/aws-resource-cloudwatch-compositealarm.html` },
    {
      at: 'AlarmDescription',
      within: [0, 1_024],
      page: `${CLOUDFORMATION}/aws-resource-cloudwatch-compositealarm.html`,
    },
  ],
  'AWS::Logs::LogGroup': [
    {
      at: 'RetentionInDays',
      among: [
        ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557],
        ...[2_922, 3_288, 3_653],
      ],
      page: `${CLOUDFORMATION}/aws-resource-logs-loggroup.html`,
    },
  ],
  'AWS::Logs::QueryDefinition': [
    { at: 'Name', within: [1, 255], page: `${CLOUDFORMATION}/aws-resource-logs-querydefinition.html` },
    { at: 'QueryString', within: [1, 10_000], page: `${CLOUDFORMATION}/aws-resource-logs-querydefinition.html` },
  ],
  'AWS::DynamoDB::Table': [
    {
      at: 'BillingMode',
      among: ['PROVISIONED', 'PAY_PER_REQUEST'],
      page: `${CLOUDFORMATION}/aws-resource-dynamodb-table.html`,
    },
    {
      at: 'GlobalSecondaryIndexes.*.Projection.ProjectionType',
      among: ['ALL', 'KEYS_ONLY', 'INCLUDE'],
      page: `${CLOUDFORMATION}/aws-resource-dynamodb-table.html`,
    },
    {
      at: 'GlobalSecondaryIndexes.*.Projection.NonKeyAttributes',
      within: [1, 100],
      page: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html',
    },
    { at: 'KeySchema.*.KeyType', among: ['HASH', 'RANGE'], page: `${CLOUDFORMATION}/aws-resource-dynamodb-table.html` },
    {
      at: 'AttributeDefinitions.*.AttributeType',
      among: ['S', 'N', 'B'],
      page: `${CLOUDFORMATION}/aws-resource-dynamodb-table.html`,
    },
  ],
  'AWS::SSM::Parameter': [
    { at: 'Type', among: ['String', 'StringList'], page: `${CLOUDFORMATION}/aws-resource-ssm-parameter.html` },
    { at: 'Description', within: [0, 1_024], page: `${CLOUDFORMATION}/aws-resource-ssm-parameter.html` },
    {
      at: 'Name',
      within: [1, 1_011],
      page: 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html',
    },
  ],
  'AWS::Events::Rule': [
    { at: 'Targets', within: [1, 5], page: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html' },
    { at: 'Description', within: [0, 512], page: `${CLOUDFORMATION}/aws-resource-events-rule.html` },
    {
      at: 'State',
      among: ['DISABLED', 'ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'],
      page: `${CLOUDFORMATION}/aws-resource-events-rule.html`,
    },
  ],
  'AWS::Events::EventBusPolicy': [
    { at: 'StatementId', within: [1, 64], page: `${CLOUDFORMATION}/aws-resource-events-eventbuspolicy.html` },
  ],
  'AWS::EC2::SecurityGroup': [
    { at: 'GroupDescription', within: [1, 255], page: `${CLOUDFORMATION}/aws-resource-ec2-securitygroup.html` },
  ],
};

const partsAt = (value: unknown, [name, ...more]: readonly string[]): readonly unknown[] => {
  if (name === undefined) return value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  const parts = name === '*' ? Object.values(value) : [(value as Readonly<Record<string, unknown>>)[name]];
  return parts.flatMap((part) => partsAt(part, more));
};

const sizeOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : Number(value);

const isRight = (value: unknown, { within, among }: Documented): boolean => {
  // Known only at deploy.
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return true;
  if (among) return among.includes(value);
  const [least, most] = within ?? [0, 0];
  return sizeOf(value) >= least && sizeOf(value) <= most;
};

/** What AWS would refuse by its documents. */
export const undocumentedIn = ({ Resources }: Template): readonly string[] =>
  Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) =>
    (DOCUMENTED[Type] ?? []).flatMap((row) =>
      partsAt(Properties, row.at.split('.'))
        .filter((value) => !isRight(value, row))
        .map((value) => `${id} (${Type}) ${row.at}: ${JSON.stringify(value)}, see ${row.page}`),
    ),
  );
