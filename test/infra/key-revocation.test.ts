import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { TIMING } from '../../functions/core/timing.ts';
import { KeyRevocation } from '../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../infra/key-revocation-props.ts';
import { synthesize, type Template } from '../../infra/synthesize.ts';
import { arnOf, find, text } from './policy-reader.ts';

const template = synthesize();

const properties = (type: string, id: string, of: Template = template) => find(of, type, `Revocation${id}`).Properties;
const environment = (id: string, of: Template = template): Record<string, unknown> =>
  (properties('AWS::Lambda::Function', id, of)['Environment'] as { Variables: Record<string, unknown> }).Variables;
const idOf = (type: string, id: string): string => find(template, type, `Revocation${id}`).id;

const stackWith = (props: (stack: Stack) => KeyRevocationProps, region?: string): Stack => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'S', region ? { env: { region, account: '111122223333' } } : {});
  new KeyRevocation(stack, 'R', props(stack));
  return stack;
};

describe('what is kept', () => {
  // A changed id makes a new, empty resource at the next deployment and leaves the old one behind.
  it.each([
    ['RevocationRequests35FF7234', 'AWS::SQS::Queue'],
    ['RevocationStuckDD37097F', 'AWS::SQS::Queue'],
    ['RevocationUndelivered9D622B5C', 'AWS::SQS::Queue'],
    ['RevocationLedger87ECE4C6', 'AWS::DynamoDB::Table'],
    ['RevocationResults7607EDFD', 'AWS::SNS::Topic'],
    ['RevocationSchedules2DAD8660', 'AWS::Scheduler::ScheduleGroup'],
    ['RevocationRevokeLogF48C2505', 'AWS::Logs::LogGroup'],
    ['RevocationSweepLog3D93985C', 'AWS::Logs::LogGroup'],
  ])('%s stays under its id and outlives the stack', (id, Type) =>
    expect(template.Resources[id]).toMatchObject({ Type, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }),
  );

  it('is all that holds data, and has no name that the next deployment would meet again', () => {
    const kept = Object.values(template.Resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    expect(kept).toHaveLength(8);
    const names = kept.flatMap(({ Properties }) => Object.keys(Properties ?? {}));
    expect(names.filter((name) => name.endsWith('Name'))).toEqual([]);
  });

  it('is a ledger with its index, its restore points and a lock against deletion', () =>
    expect(properties('AWS::DynamoDB::Table', 'Ledger')).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-state',
          Projection: { ProjectionType: 'ALL' },
          KeySchema: [
            { AttributeName: 'state', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
        },
      ],
      AttributeDefinitions: expect.arrayContaining([{ AttributeName: 'at', AttributeType: 'N' }]),
    }));
});

describe('times', () => {
  it('nest', () => {
    expect(TIMING.exchangeMs).toBeLessThan(TIMING.recordMs);
    expect(TIMING.recordMs + TIMING.reportMarginMs).toBeLessThanOrEqual(TIMING.functionTimeoutMs);
    expect(TIMING.visibilityMs).toBeGreaterThanOrEqual(6 * TIMING.functionTimeoutMs);
  });

  it('are those of the code', () => {
    expect(properties('AWS::Lambda::Function', 'Revoke')['Timeout']).toBe(TIMING.functionTimeoutMs / 1000);
    expect(properties('AWS::SQS::Queue', 'Requests')['VisibilityTimeout']).toBe(TIMING.visibilityMs / 1000);
    for (const id of ['Requests', 'Stuck', 'Undelivered'])
      expect(properties('AWS::SQS::Queue', id)['MessageRetentionPeriod']).toBe(TIMING.retentionMs / 1000);
  });

  it('let the sweep end before Lambda would end it, and look further ahead than the next tick', () => {
    expect(properties('AWS::Lambda::Function', 'Sweep')['Timeout']).toBeLessThanOrEqual(300);
    expect(Number(environment('Sweep')['SWEEP_AHEAD_SECONDS'])).toBeGreaterThan(10 * 60);
  });
});

describe('the way of a request', () => {
  it('goes from a crash that repeats itself to the stuck queue', () => {
    const { deadLetterTargetArn, maxReceiveCount } = properties('AWS::SQS::Queue', 'Requests')[
      'RedrivePolicy'
    ] as Record<string, unknown>;
    expect([text(deadLetterTargetArn), maxReceiveCount]).toEqual([arnOf(idOf('AWS::SQS::Queue', 'Stuck')), 1000]);
  });

  it('goes from the bus to the queue as a whole event, or to the undelivered queue', () => {
    const { EventPattern, Targets, EventBusName } = properties('AWS::Events::Rule', 'Requested');
    expect(EventPattern).toEqual({ 'detail-type': ['Key Revocation Requested'] });
    expect(text(EventBusName)).toBe(`ref:${idOf('AWS::Events::EventBus', 'Bus')}`);
    const arns = {
      queue: arnOf(idOf('AWS::SQS::Queue', 'Requests')),
      undelivered: arnOf(idOf('AWS::SQS::Queue', 'Undelivered')),
    };
    const [target, ...more] = Targets as { Id: string; Arn: unknown; DeadLetterConfig: { Arn: unknown } }[];
    expect(more).toEqual([]);
    expect(Object.keys(target ?? {}).sort()).toEqual(['Arn', 'DeadLetterConfig', 'Id']);
    expect([text(target?.Arn), text(target?.DeadLetterConfig.Arn)]).toEqual([arns.queue, arns.undelivered]);
  });

  it('goes from the queue to the function, one by one, at once', () => {
    const mapping = properties('AWS::Lambda::EventSourceMapping', 'RevokeRequests');
    expect(mapping).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    expect(mapping).not.toHaveProperty('MaximumBatchingWindowInSeconds');
    expect(text(mapping['EventSourceArn'])).toBe(arnOf(idOf('AWS::SQS::Queue', 'Requests')));
    expect(text(mapping['FunctionName'])).toBe(`ref:${idOf('AWS::Lambda::Function', 'Revoke')}`);
  });

  it('is not cut short by Lambda for looking like a loop', () =>
    expect(properties('AWS::Lambda::Function', 'Revoke')['RecursiveLoop']).toBe('Allow'));

  it('starts with a sweep every five minutes, on time', () => {
    const { ScheduleExpression, FlexibleTimeWindow, Target, GroupName } = properties(
      'AWS::Scheduler::Schedule',
      'SweepTick',
    );
    expect([ScheduleExpression, FlexibleTimeWindow]).toEqual(['rate(5 minutes)', { Mode: 'OFF' }]);
    expect(text(GroupName)).toBe('ref:RevocationSchedules2DAD8660');
    const { Arn, RetryPolicy, DeadLetterConfig } = Target as Record<string, unknown> & {
      DeadLetterConfig: { Arn: unknown };
    };
    expect(text(Arn)).toBe(arnOf(idOf('AWS::Lambda::Function', 'Sweep')));
    expect(text(DeadLetterConfig.Arn)).toBe(arnOf(idOf('AWS::SQS::Queue', 'Undelivered')));
    expect(RetryPolicy).toMatchObject({ MaximumEventAgeInSeconds: 300 });
  });
});

describe('the functions', () => {
  it.each(['Revoke', 'Sweep'])('%s runs its handler on Node 24 and arm64, into its own log', (id) => {
    const { Runtime, Architectures, Handler, LoggingConfig } = properties('AWS::Lambda::Function', id);
    expect([Runtime, Architectures, Handler]).toEqual(['nodejs24.x', ['arm64'], 'index.handler']);
    expect(text((LoggingConfig as { LogGroup: unknown }).LogGroup)).toBe(
      `ref:${idOf('AWS::Logs::LogGroup', `${id}Log`)}`,
    );
    const { Metadata } = find(template, 'AWS::Lambda::Function', `Revocation${id}`);
    expect(Metadata?.['key-revoker:handler']).toBe(`functions/${id.toLowerCase()}/handler.ts`);
  });

  const shared = {
    LEDGER_TABLE: `ref:${idOf('AWS::DynamoDB::Table', 'Ledger')}`,
    REQUESTS_QUEUE_URL: `ref:${idOf('AWS::SQS::Queue', 'Requests')}`,
    STUCK_QUEUE_URL: `ref:${idOf('AWS::SQS::Queue', 'Stuck')}`,
    RESULTS_TOPIC_ARN: `ref:${idOf('AWS::SNS::Topic', 'Results')}`,
    BUS_NAME: `ref:${idOf('AWS::Events::EventBus', 'Bus')}`,
    SECRET_PREFIX: 'key-revoker/',
    INSTANCE: 'KeyRevoker/Revocation',
    GIVE_UP_AFTER_SECONDS: '86400',
    PROVIDERS: 'bybit,kalshi,requesty',
    MODE: 'enforce',
  };
  const roles = ['RevokeRole', 'SweepRole'].map((id) => `${idOf('AWS::IAM::Role', id)}.RoleId`).join(',');

  it.each([
    ['Revoke', { ...shared, LIMIT_URGENT: '1000', LIMIT_OTHER: '200', EGRESS_ADDRESSES: '', OWN_ROLES: roles }],
    ['Sweep', { ...shared, SWEEP_AHEAD_SECONDS: '900' }],
  ])('%s is told this and no more', (id, expected) => {
    const told = Object.entries(environment(id)).map(([name, value]) => [name, text(value)]);
    expect(Object.fromEntries(told)).toEqual(expected);
  });
});

describe('encryption', () => {
  it('is that of the services without a key', () => {
    for (const id of ['Requests', 'Stuck', 'Undelivered'])
      expect(properties('AWS::SQS::Queue', id)['SqsManagedSseEnabled']).toBe(true);
    expect(text(properties('AWS::SNS::Topic', 'Results')['KmsMasterKeyId'])).toMatch(/alias\/aws\/sns$/);
  });

  it('is that of the key for the queues and the topic', () => {
    const stack = stackWith((scope) => ({ encryptionKey: new Key(scope, 'K') }));
    const made = (stack.node.root as App).synth().getStackByName('S').template as Template;
    const arn = arnOf(find(made, 'AWS::KMS::Key', 'K').id);
    for (const id of ['RRequests', 'RStuck', 'RUndelivered'])
      expect(text(find(made, 'AWS::SQS::Queue', id).Properties['KmsMasterKeyId'])).toBe(arn);
    expect(text(find(made, 'AWS::SNS::Topic', 'RResults').Properties['KmsMasterKeyId'])).toBe(arn);
  });
});

describe('props', () => {
  it('reach the functions and the mapping', () => {
    const made = synthesize({
      prefix: 'team/',
      mode: 'observe',
      providers: ['kalshi', 'kalshi'],
      batchSize: 10,
      maxConcurrency: 2,
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
  });

  it('put the rule on the bus that was given, and the receipts', () => {
    const stack = stackWith((scope) => ({ bus: EventBus.fromEventBusName(scope, 'B', 'security') }));
    const made = (stack.node.root as App).synth().getStackByName('S').template as Template;
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

  it.each<[string, KeyRevocationProps, number]>([
    ['us-east-1', {}, 1],
    ['us-east-1', { providers: ['kalshi'] }, 0],
    ['eu-central-1', {}, 0],
  ])('in %s with %j: %i about Bybit', (region, props, count) => {
    const found = warnings(() => props, region).filter(({ entry }) =>
      /^Bybit answers no address/.test(String(entry.data)),
    );
    expect(found).toHaveLength(count);
  });

  it.each<[string, (stack: Stack) => KeyRevocationProps, number]>([
    [
      'an imported key',
      (s) => ({
        encryptionKey: Key.fromKeyArn(
          s,
          'K',
          'arn:aws:kms:eu-central-1:111122223333:key/6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55',
        ),
      }),
      1,
    ],
    ['a key of the app', (s) => ({ encryptionKey: new Key(s, 'K') }), 0],
  ])('tell of a policy to be changed by hand for %s', (_what, props, count) => {
    const found = warnings(props).filter(({ entry }) => /^The key was imported/.test(String(entry.data)));
    expect(found).toHaveLength(count);
  });
});

it('names for people are given out', () =>
  expect(Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, text(Value)]))).toEqual({
    RequestsQueueUrl: `ref:${idOf('AWS::SQS::Queue', 'Requests')}`,
    StuckQueueUrl: `ref:${idOf('AWS::SQS::Queue', 'Stuck')}`,
    ResultsTopicArn: `ref:${idOf('AWS::SNS::Topic', 'Results')}`,
    BusName: `ref:${idOf('AWS::Events::EventBus', 'Bus')}`,
    LedgerTable: `ref:${idOf('AWS::DynamoDB::Table', 'Ledger')}`,
  }));
