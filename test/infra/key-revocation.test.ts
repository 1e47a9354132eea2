import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import type { KeyRevocationProps } from '../../infra/key-revocation-props.ts';
import { synthesize } from '../../infra/synthesize.ts';
import { find, roleArn, text } from './policy-reader.ts';
import { stackWith, templateOf } from './synthesized.ts';
import { environment, idOf, properties, template } from './template.ts';

const KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55';

describe('props', () => {
  it('reach the functions and the mapping', () => {
    const made = synthesize({
      prefix: 'team/',
      mode: 'observe',
      providers: ['kalshi', 'kalshi'],
      batchSize: 10,
      maxConcurrency: 2,
      maxUrgentConcurrency: 3,
      reservedConcurrency: 4,
      reservedUrgentConcurrency: 5,
      limits: { urgent: 5, other: 6 },
      egressAddresses: ['192.0.2.1', '2001:db8::1'],
    });
    expect(environment('Revoke', made)).toMatchObject({
      SECRET_PREFIX: 'team/',
      MODE: 'observe',
      PROVIDERS: 'kalshi',
      LIMIT_URGENT: '5',
      LIMIT_OTHER: '6',
      EGRESS_ADDRESSES: '192.0.2.1,2001:db8::1',
    });
    expect(properties('AWS::Lambda::EventSourceMapping', 'RevokeRequests', made)).toMatchObject({
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    expect(properties('AWS::Lambda::EventSourceMapping', 'RevokeUrgentRequests', made)).toMatchObject({
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 3 },
    });
    const reserved = ['Revoke', 'RevokeUrgent', 'Sweep'].map(
      (id) => properties('AWS::Lambda::Function', id, made)['ReservedConcurrentExecutions'],
    );
    expect(reserved).toEqual([4, 5, undefined]);
  });

  it('put the rule on the bus that was given, and the receipts', () => {
    const stack = stackWith((scope) => ({ bus: EventBus.fromEventBusName(scope, 'B', 'security') }));
    const made = templateOf(stack);
    expect(find(made, 'AWS::Events::Rule', 'RRequested').Properties['EventBusName']).toBe('security');
    const { Variables } = find(made, 'AWS::Lambda::Function', 'RRevoke').Properties['Environment'] as {
      Variables: Record<string, unknown>;
    };
    expect(Variables['BUS_NAME']).toBe('security');
  });
});

describe('warnings', () => {
  const warnings = (props: (stack: Stack) => KeyRevocationProps, region?: string) =>
    Annotations.fromStack(stackWith(props, region)).findWarning('*', Match.anyValue());

  it.each<[string | undefined, KeyRevocationProps, number]>([
    ['us-east-1', {}, 1],
    ['us-gov-west-1', {}, 1],
    ['cn-north-1', {}, 1],
    ['us-east-1', { providers: ['kalshi'] }, 0],
    ['eu-central-1', {}, 0],
    [undefined, {}, 0],
  ])('in %s with %j: %i about Bybit', (region, props, count) => {
    const found = warnings(() => props, region).filter(({ entry }) =>
      /^Bybit refuses addresses/.test(String(entry.data)),
    );
    expect(found).toHaveLength(count);
  });

  it.each<[string, (stack: Stack) => KeyRevocationProps, number]>([
    ['an imported key', (s) => ({ encryptionKey: Key.fromKeyArn(s, 'K', KEY_ARN) }), 1],
    [
      'an imported key and topics',
      (s) => ({
        encryptionKey: Key.fromKeyArn(s, 'K', KEY_ARN),
        requestTopics: [Topic.fromTopicArn(s, 'T', 'arn:aws:sns:eu-central-1:111122223333:leaks')],
      }),
      1,
    ],
    ['a key of the app', (s) => ({ encryptionKey: new Key(s, 'K') }), 0],
  ])('tell of a policy to be changed by hand for %s', (what, props, count) => {
    const found = warnings(props).filter(({ entry }) => /^The key was imported/.test(String(entry.data)));
    expect(found).toHaveLength(count);
    for (const { entry } of found) {
      expect(String(entry.data).includes('sns.amazonaws.com')).toBe(what.endsWith('topics'));
      expect(String(entry.data)).toMatch(/events\.amazonaws\.com.* and CloudWatch Logs/);
    }
  });
});

it('names for people are given out', () =>
  expect(Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, text(Value)]))).toEqual({
    Mode: 'enforce',
    Prefix: 'key-revoker/',
    RequestsQueueUrl: `ref:${idOf('AWS::SQS::Queue', 'Requests')}`,
    UrgentQueueUrl: `ref:${idOf('AWS::SQS::Queue', 'Urgent')}`,
    RechecksQueueUrl: `ref:${idOf('AWS::SQS::Queue', 'Rechecks')}`,
    StuckQueueUrl: `ref:${idOf('AWS::SQS::Queue', 'Stuck')}`,
    UndeliveredQueueUrl: `ref:${idOf('AWS::SQS::Queue', 'Undelivered')}`,
    ResultsTopicArn: `ref:${idOf('AWS::SNS::Topic', 'Results')}`,
    NotificationsTopicArn: `ref:${idOf('AWS::SNS::Topic', 'Notifications')}`,
    BusName: `ref:${idOf('AWS::Events::EventBus', 'Bus')}`,
    LedgerTable: `ref:${idOf('AWS::DynamoDB::Table', 'Ledger')}`,
    ScheduleGroup: `ref:${idOf('AWS::Scheduler::ScheduleGroup', 'Schedules')}`,
    ScheduleRoleArn: roleArn(idOf('AWS::IAM::Role', 'ScheduledRequestRole')),
  }));
