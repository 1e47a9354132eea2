import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, inject, it } from 'vitest';
import { KeyRevocation } from '../../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../../infra/key-revocation-props.ts';
import type { Template } from '../../../infra/synthesize.ts';
import { template } from '../template.ts';
import { undocumentedIn } from './documented-values.ts';
import { faultsOf } from './template-spec.ts';

const PROPS: readonly (readonly [string, (stack: Stack) => KeyRevocationProps])[] = [
  ['the defaults', () => ({})],
  ['keys of one’s own', (stack) => ({ encryptionKey: new Key(stack, 'Own'), secretKeys: [new Key(stack, 'Secrets')] })],
  ['a VPC', (stack) => ({ vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }), egressAddresses: ['203.0.113.7'] })],
  [
    'an organisation',
    (stack) => ({
      organizationSenders: { organizationId: 'o-abcdefghij', roles: ['responder', 'secops-*'] },
      receiptsBus: EventBus.fromEventBusArn(stack, 'Audit', 'arn:aws:events:eu-central-1:210987654321:event-bus/audit'),
    }),
  ],
  [
    'every range at its least',
    (stack) => ({
      ...{ prefix: 'a/', mode: 'observe', providers: ['kalshi'], limits: { urgent: 1, other: 1 }, batchSize: 1 },
      ...{ maxConcurrency: 2, maxUrgentConcurrency: 2, reservedConcurrency: 4, reservedUrgentConcurrency: 2 },
      ...{ giveUpAfter: Duration.minutes(10), sweepRate: Duration.minutes(1), logRetention: RetentionDays.ONE_DAY },
      ...{ timeToRevokeObjective: Duration.seconds(1), removalPolicy: RemovalPolicy.DESTROY },
      requestTopics: [new Topic(stack, 'Leaks')],
    }),
  ],
  [
    'every range at its most',
    () => ({
      ...{ prefix: `${'a'.repeat(199)}/`, limits: { urgent: 100_000, other: 100_000 }, batchSize: 10 },
      ...{ maxConcurrency: 998, maxUrgentConcurrency: 1_000, reservedConcurrency: 1_000 },
      ...{ reservedUrgentConcurrency: 1_000, giveUpAfter: Duration.days(12), sweepRate: Duration.minutes(10) },
      ...{ timeToRevokeObjective: Duration.days(1), logRetention: RetentionDays.TEN_YEARS },
    }),
  ],
];

const REGIONS = ['eu-central-1', 'us-east-1', 'cn-north-1', 'us-gov-west-1', undefined];

const templateWith = (props: (stack: Stack) => KeyRevocationProps, region: string | undefined): Template => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'S', region === undefined ? {} : { env: { region, account: '111122223333' } });
  new KeyRevocation(stack, 'R', props(stack)).addOutputs();
  return app.synth().getStackByName('S').template;
};

/** The partitions have names of their own, and so have keys in them. */
const MADE = PROPS.flatMap(([what, props], index) =>
  (index < 2 ? REGIONS : ['eu-central-1']).map((region) => [what, region, props] as const),
);

it.each(MADE)('a template with %s in %s has no name, type or value that AWS refuses', (_what, region, props) => {
  const made = templateWith(props, region);
  expect([...faultsOf(made), ...undocumentedIn(made)]).toEqual([]);
});

it('of this repository has none either', () => {
  expect([...faultsOf(template), ...undocumentedIn(template)]).toEqual([]);
});

describe('the check itself', () => {
  const withQueue = (Properties: object, Type = 'AWS::SQS::Queue'): Template => ({
    Resources: { Q: { Type, Properties: { ...Properties } } },
    Outputs: {},
  });

  it.each<[string, Template, string]>([
    ['a name', withQueue({ VisibilityTimeOut: 3 }), 'Q (AWS::SQS::Queue).VisibilityTimeOut is unknown'],
    ['a type', withQueue({ VisibilityTimeout: 'long' }), 'Q (AWS::SQS::Queue).VisibilityTimeout is no integer'],
    ['a list', withQueue({ Tags: {} }), 'Q (AWS::SQS::Queue).Tags is no array'],
    ['a type of resource', withQueue({}, 'AWS::SQS::Quue'), 'Q has the unknown type AWS::SQS::Quue'],
    [
      'a missing property',
      withQueue({ FunctionResponseTypes: [] }, 'AWS::Lambda::EventSourceMapping'),
      'Q (AWS::Lambda::EventSourceMapping).FunctionName is missing',
    ],
  ])('finds %s', (_what, made, fault) => expect(faultsOf(made)).toEqual([fault]));

  it.each<[string, Template]>([
    ['a number beyond its range', withQueue({ VisibilityTimeout: 43_201 })],
    ['a number inside an object', withQueue({ RedrivePolicy: { maxReceiveCount: 1_001 } })],
    ['a word', withQueue({ Architectures: ['arm'] }, 'AWS::Lambda::Function')],
    ['a text that is too long', withQueue({ Description: 'x'.repeat(257) }, 'AWS::Lambda::Function')],
  ])('finds %s', (_what, made) => expect(undocumentedIn(made)).toHaveLength(1));
});

const LINT = 'cfn-lint';
const isInstalled = spawnSync(LINT, ['--version']).status === 0;
if (!isInstalled) console.warn(`${LINT} is not installed: the templates are checked without it`);

it.runIf(isInstalled)('is what cfn-lint takes', () => {
  const file = join(inject('runFolder'), 'linted.json');
  writeFileSync(file, JSON.stringify(template));
  const { stdout, status } = spawnSync(LINT, ['--non-zero-exit-code', 'error', file], { encoding: 'utf8' });
  // Warnings are about dependencies that CDK names twice.
  expect(status, stdout).toBe(0);
});
