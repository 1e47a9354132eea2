import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES } from '../../infra/provider-names.ts';
import { arnOf, find, text } from './policy-reader.ts';
import { environment, idOf, properties, template } from './template.ts';

const QUEUES = ['Requests', 'Urgent', 'Rechecks'];

describe('the way of a request', () => {
  it.each(QUEUES)('goes from a crash that repeats itself to the stuck queue, from the queue %s', (id) => {
    const { RedrivePolicy, VisibilityTimeout } = properties('AWS::SQS::Queue', id);
    const { deadLetterTargetArn, maxReceiveCount } = RedrivePolicy as Record<string, unknown>;
    expect(VisibilityTimeout).toBe(180);
    expect([text(deadLetterTargetArn), maxReceiveCount]).toEqual([arnOf(idOf('AWS::SQS::Queue', 'Stuck')), 1000]);
  });

  // Two patterns that exclude each other would lose an event that fits neither.
  it.each([
    ['Requested', 'Requests', {}],
    ['UrgentRequested', 'Urgent', { detail: { reason: ['leaked', 'incident'] } }],
  ])('goes from the bus by the rule %s to the queue %s as a whole event, or to the undelivered queue', (...row) => {
    const [id, queue, detail] = row;
    const { EventPattern, Targets, EventBusName } = properties('AWS::Events::Rule', id);
    expect(EventPattern).toEqual({ 'detail-type': ['Key Revocation Requested'], ...detail });
    expect(text(EventBusName)).toBe(`ref:${idOf('AWS::Events::EventBus', 'Bus')}`);
    const arns = {
      queue: arnOf(idOf('AWS::SQS::Queue', queue)),
      undelivered: arnOf(idOf('AWS::SQS::Queue', 'Undelivered')),
    };
    const [target, ...more] = Targets as { Id: string; Arn: unknown; DeadLetterConfig: { Arn: unknown } }[];
    expect(more).toEqual([]);
    expect(Object.keys(target ?? {}).sort()).toEqual(['Arn', 'DeadLetterConfig', 'Id']);
    expect([text(target?.Arn), text(target?.DeadLetterConfig.Arn)]).toEqual([arns.queue, arns.undelivered]);
  });

  it.each([
    ['Requests', 'RevokeRequests', 'Revoke', 8],
    ['Urgent', 'RevokeUrgentRequests', 'RevokeUrgent', 20],
    ['Rechecks', 'RevokeRechecks', 'Revoke', 2],
  ])('goes at once from the queue %s by the mapping %s to the function %s', (queue, id, target, most) => {
    const mapping = properties('AWS::Lambda::EventSourceMapping', id);
    expect(mapping).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: most },
    });
    expect(mapping).not.toHaveProperty('MaximumBatchingWindowInSeconds');
    expect(text(mapping['EventSourceArn'])).toBe(arnOf(idOf('AWS::SQS::Queue', queue)));
    expect(text(mapping['FunctionName'])).toBe(`ref:${idOf('AWS::Lambda::Function', target)}`);
  });

  it.each(['Revoke', 'RevokeUrgent'])('is not cut short by Lambda in %s for looking like a loop', (id) =>
    expect(properties('AWS::Lambda::Function', id)['RecursiveLoop']).toBe('Allow'),
  );

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

describe('the way of an event about a secret', () => {
  const arns = (id: string): string => arnOf(idOf('AWS::SQS::Queue', id));

  it.each([
    ['NewVersions', { source: ['aws.secretsmanager'], 'detail-type': ['Secret Label Updated'] }],
    [
      'ChangedTags',
      {
        source: ['aws.secretsmanager'],
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['secretsmanager.amazonaws.com'],
          eventName: [
            ...['TagResource', 'UntagResource', 'CreateSecret', 'DeleteSecret', 'RestoreSecret'],
            ...['ReplicateSecretToRegions', 'StopReplicationToReplica'],
          ],
        },
      },
    ],
  ])('goes from the default bus to its queue: %s', (id, pattern) => {
    const { EventPattern, EventBusName, Targets } = properties('AWS::Events::Rule', id);
    expect(EventPattern).toEqual(pattern);
    expect(EventBusName).toBeUndefined();
    const [target, ...more] = Targets as { Arn: unknown; DeadLetterConfig: { Arn: unknown } }[];
    expect(more).toEqual([]);
    expect([text(target?.Arn), text(target?.DeadLetterConfig.Arn)]).toEqual([arns('SecretEvents'), arns('LostEvents')]);
  });

  it('goes from the queue to the sweep, and after three failures to the queue for lost ones', () => {
    const mapping = properties('AWS::Lambda::EventSourceMapping', 'SweepEvents');
    expect(mapping).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    expect(text(mapping['EventSourceArn'])).toBe(arns('SecretEvents'));
    expect(text(mapping['FunctionName'])).toBe(`ref:${idOf('AWS::Lambda::Function', 'Sweep')}`);
    const { RedrivePolicy, VisibilityTimeout } = properties('AWS::SQS::Queue', 'SecretEvents');
    const { deadLetterTargetArn, maxReceiveCount } = RedrivePolicy as Record<string, unknown>;
    expect([text(deadLetterTargetArn), maxReceiveCount]).toEqual([arns('LostEvents'), 3]);
    // Lambda takes no queue whose messages come back while the function may still be at work.
    const { Timeout } = properties('AWS::Lambda::Function', 'Sweep');
    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(Number(Timeout));
  });

  it.each(['SecretEvents', 'LostEvents'])('lets only the two rules put events on %s', (id) => {
    const policies = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::SQS::QueuePolicy');
    const own = policies.find(({ Properties }) => text((Properties['Queues'] as unknown[])[0]).includes(id));
    const document = own?.Properties['PolicyDocument'] as { readonly Statement: Record<string, unknown>[] } | undefined;
    const allowed = (document?.Statement ?? []).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(1);
    const { Action, Principal, Condition } = allowed[0] ?? {};
    expect([Action, Principal]).toEqual(['sqs:SendMessage', { Service: 'events.amazonaws.com' }]);
    const { ArnEquals } = Condition as { ArnEquals: Record<string, unknown[]> };
    expect(ArnEquals['aws:SourceArn']?.map(text)).toEqual(
      ['NewVersions', 'ChangedTags'].map((rule) => arnOf(idOf('AWS::Events::Rule', rule))),
    );
  });
});

describe('the functions', () => {
  it.each([
    ['Revoke', 'Revoke'],
    ['RevokeUrgent', 'Revoke'],
    ['Sweep', 'Sweep'],
  ])('%s runs the handler of %s on Node 24 and arm64, into its log', (id, as) => {
    const { Runtime, Architectures, Handler, LoggingConfig } = properties('AWS::Lambda::Function', id);
    expect([Runtime, Architectures, Handler]).toEqual(['nodejs24.x', ['arm64'], 'index.handler']);
    expect(text((LoggingConfig as { LogGroup: unknown }).LogGroup)).toBe(
      `ref:${idOf('AWS::Logs::LogGroup', `${as}Log`)}`,
    );
    const { Metadata } = find(template, 'AWS::Lambda::Function', `Revocation${id}`);
    expect(Metadata?.['key-revoker:handler']).toBe(`functions/${as.toLowerCase()}/handler.ts`);
  });

  it('for urgent requests is the function for others, under another name', () => {
    const [{ Description: _, ...urgent }, { Description: __, ...other }] = [
      properties('AWS::Lambda::Function', 'RevokeUrgent'),
      properties('AWS::Lambda::Function', 'Revoke'),
    ];
    expect(urgent).toEqual(other);
  });

  const shared = {
    LEDGER_TABLE: `ref:${idOf('AWS::DynamoDB::Table', 'Ledger')}`,
    REQUESTS_QUEUE_URL: `ref:${idOf('AWS::SQS::Queue', 'Requests')}`,
    URGENT_QUEUE_URL: `ref:${idOf('AWS::SQS::Queue', 'Urgent')}`,
    RECHECKS_QUEUE_URL: `ref:${idOf('AWS::SQS::Queue', 'Rechecks')}`,
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
    ['Sweep', { ...shared, LIMIT_OTHER: '200', OWN_ROLES: roles, SWEEP_AHEAD_SECONDS: '900' }],
  ])('%s is told this and no more', (id, expected) => {
    const told = Object.entries(environment(id)).map(([name, value]) => [name, text(value)]);
    expect(Object.fromEntries(told)).toEqual(expected);
  });
});
