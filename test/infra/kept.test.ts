import { describe, expect, it } from 'vitest';
import { TIMING } from '../../functions/core/timing.ts';
import { find } from './policy-reader.ts';
import { environment, properties, template } from './template.ts';

/** A first deployment that fails leaves nothing behind but the ledger, which is locked against deletion. */
const KEPT_HOW = (type: string): string => (type === 'AWS::DynamoDB::Table' ? 'Retain' : 'RetainExceptOnCreate');

/** What holds no data, and is kept with what does. */
const COMPANIONS: ReadonlySet<string> = new Set(['AWS::SQS::QueuePolicy', 'AWS::IAM::Role', 'AWS::IAM::Policy']);

describe('what is kept', () => {
  // A changed id makes a new, empty resource at the next deployment and leaves the old one behind.
  it.each([
    ['RevocationRequests35FF7234', 'AWS::SQS::Queue'],
    ['RevocationUrgent8A7E0C26', 'AWS::SQS::Queue'],
    ['RevocationRechecksCD41BB53', 'AWS::SQS::Queue'],
    ['RevocationStuckDD37097F', 'AWS::SQS::Queue'],
    ['RevocationUndelivered9D622B5C', 'AWS::SQS::Queue'],
    ['RevocationLedger87ECE4C6', 'AWS::DynamoDB::Table'],
    ['RevocationResults7607EDFD', 'AWS::SNS::Topic'],
    ['RevocationNotifications956C4835', 'AWS::SNS::Topic'],
    ['RevocationSchedules2DAD8660', 'AWS::Scheduler::ScheduleGroup'],
    ['RevocationRevokeLogF48C2505', 'AWS::Logs::LogGroup'],
    ['RevocationSweepLog3D93985C', 'AWS::Logs::LogGroup'],
  ])('%s stays under its id and outlives the stack', (id, Type) =>
    expect(template.Resources[id]).toMatchObject({
      Type,
      UpdateReplacePolicy: 'Retain',
      DeletionPolicy: KEPT_HOW(Type),
    }),
  );

  // Not kept, but a new one in its place breaks what names it: schedules that wait, those who send, the prefix that is taken, a pause.
  it.each([
    ['RevocationScheduledRequestRoleCCC97BA2', 'AWS::IAM::Role'],
    ['RevocationBus18972C45', 'AWS::Events::EventBus'],
    ['RevocationPrefixParameter567F57BA', 'AWS::SSM::Parameter'],
    ['RevocationRevokeF632EF33', 'AWS::Lambda::Function'],
    ['RevocationRevokeRequests33933EB1', 'AWS::Lambda::EventSourceMapping'],
  ])('%s stays under its id', (id, Type) => expect(template.Resources[id]).toMatchObject({ Type }));

  it('has its policies with it: each kept queue its own, and the role of schedules what it may do', () => {
    const kept = Object.entries(template.Resources).filter(
      ([, { Type, DeletionPolicy }]) => COMPANIONS.has(Type) && DeletionPolicy === KEPT_HOW(Type),
    );
    const idOf = (type: string, name: string): string => find(template, type, name).id;
    expect(kept.map(([id]) => id).toSorted()).toEqual(
      [
        ...['Requests', 'Urgent', 'Rechecks', 'Stuck', 'Undelivered'].map((name) =>
          idOf('AWS::SQS::QueuePolicy', `Revocation${name}Policy`),
        ),
        idOf('AWS::IAM::Role', 'RevocationScheduledRequestRole'),
        idOf('AWS::IAM::Policy', 'RevocationScheduledRequestRoleDefaultPolicy'),
      ].toSorted(),
    );
    for (const [, { UpdateReplacePolicy }] of kept) expect(UpdateReplacePolicy).toBe('Retain');
  });

  it('is all that holds data, and has no name that the next deployment would meet again', () => {
    const kept = Object.values(template.Resources).filter(
      ({ Type, DeletionPolicy }) => DeletionPolicy?.startsWith('Retain') && !COMPANIONS.has(Type),
    );
    expect(kept).toHaveLength(11);
    const names = kept.flatMap(({ Properties }) => Object.keys(Properties ?? {}));
    expect(names.filter((name) => name.endsWith('Name'))).toEqual([]);
  });

  it('is a ledger with its indexes, its restore points and a lock against deletion', () =>
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
        {
          IndexName: 'by-state-2',
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['state', 'brief'] },
          KeySchema: [
            { AttributeName: 'listed', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
        },
      ],
      AttributeDefinitions: expect.arrayContaining([{ AttributeName: 'at', AttributeType: 'N' }]),
    }));
});

describe('encryption', () => {
  // With a key: test/infra/deploy/own-key.test.ts.
  it('is that of the services without a key', () => {
    for (const id of ['Requests', 'Stuck', 'Undelivered'])
      expect(properties('AWS::SQS::Queue', id)['SqsManagedSseEnabled']).toBe(true);
    // SNS makes the key that it knows by this name. A key that is named by an ARN has to be there.
    for (const id of ['Results', 'Notifications'])
      expect(properties('AWS::SNS::Topic', id)['KmsMasterKeyId']).toBe('alias/aws/sns');
    expect(properties('AWS::DynamoDB::Table', 'Ledger')).not.toHaveProperty('SSESpecification');
    expect(properties('AWS::Logs::LogGroup', 'RevokeLog')).not.toHaveProperty('KmsKeyId');
    expect(properties('AWS::Lambda::Function', 'Revoke')).not.toHaveProperty('KmsKeyArn');
  });
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
    const timeoutMs = Number(properties('AWS::Lambda::Function', 'Sweep')['Timeout']) * 1_000;
    expect(timeoutMs).toBeLessThanOrEqual(5 * 60_000);
    expect(TIMING.sweepMarginMs).toBeLessThan(timeoutMs / 2);
    expect(TIMING.sweepSendMs).toBeLessThan(TIMING.sweepMarginMs);
    expect(Number(environment('Sweep')['SWEEP_AHEAD_SECONDS'])).toBeGreaterThan(10 * 60);
  });
});
