import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES } from '../../infra/provider-names.ts';
import { arnOf, find, text } from './policy-reader.ts';
import { environment, idOf, properties, template } from './template.ts';

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
    NOTIFICATIONS_TOPIC_ARN: `ref:${idOf('AWS::SNS::Topic', 'Notifications')}`,
    BUS_NAME: `ref:${idOf('AWS::Events::EventBus', 'Bus')}`,
    SECRET_PREFIX: 'key-revoker/',
    INSTANCE: 'KeyRevoker/Revocation',
    GIVE_UP_AFTER_SECONDS: '86400',
    PROVIDERS: PROVIDER_NAMES.join(','),
    MODE: 'enforce',
  };
  const roles = ['RevokeRole', 'SweepRole'].map((id) => `${idOf('AWS::IAM::Role', id)}.RoleId`).join(',');

  it.each([
    [
      'Revoke',
      {
        ...{ ...shared, LIMIT_URGENT: '1000', LIMIT_OTHER: '200', EGRESS_ADDRESSES: '', REQUEST_TOPICS: '' },
        ...{ IN_VPC: 'false', OWN_ROLES: roles },
      },
    ],
    ['Sweep', { ...shared, LIMIT_OTHER: '200', SWEEP_AHEAD_SECONDS: '900' }],
  ])('%s is told this and no more', (id, expected) => {
    const told = Object.entries(environment(id)).map(([name, value]) => [name, text(value)]);
    expect(Object.fromEntries(told)).toEqual(expected);
  });
});
