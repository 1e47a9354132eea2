import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { claimName } from '../../infra/constructs/store/prefix-claim.ts';
import { KeyRevocation } from '../../infra/key-revocation.ts';
import type { Template } from '../../infra/synthesize.ts';
import { ACCOUNT, find, list, mayDo, REGION, type Statement, statementsOf, text } from './policy-reader.ts';

/** A stack with an instance whose secrets have a key, one whose queues and topics have, and what was granted of both. */
const synthesized = (flags: Record<string, unknown>): Template => {
  const app = new App({ context: { ...flags, 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'S');
  const secretKeys = [new Key(stack, 'SecretKey')];
  const plain = new KeyRevocation(stack, 'R', { secretKeys });
  const own = new KeyRevocation(stack, 'E', { prefix: 'own/', encryptionKey: new Key(stack, 'OwnKey') });
  const role = (id: string): Role => new Role(stack, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  plain.grantSchedule(role('PlannerRole'));
  plain.grantOperate(role('OperatorRole'));
  own.grantOperate(role('OwnOperatorRole'));
  return app.synth().getStackByName('S').template as Template;
};
const template = synthesized({});
/** As a new app of another team would have it. */
const flagged = synthesized(recommended);

const CARD = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${claimName('key-revoker/')}`;
const SCHEDULES = `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/ref:RSchedules/*`;
const MAPPINGS = ['RRevokeRequests', 'RRevokeUrgentRequests', 'RRevokeRechecks'].map(
  (id) => `arn:aws:lambda:${REGION}:${ACCOUNT}:event-source-mapping:ref:${id}`,
);
const LANE_QUEUES = ['arn:RRequests', 'arn:RUrgent', 'arn:RRechecks'];
const SECRETS = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:key-revoker/*`;

/** What a role may do, as lines of "action resource", digits of logical ids left out. */
const rightsOf = (role: string, of = template): readonly string[] => {
  const { id } = find(of, 'AWS::IAM::Role', role);
  return statementsOf(of, id).flatMap(lines).sort();
};

const lines = ({ Effect, Action, Resource, Condition }: Statement): readonly string[] =>
  list(Action).flatMap((action) =>
    list(Resource).map((resource) => {
      const where = text(resource).replaceAll(/(?<=[a-z])[0-9A-F]{8}\b/g, '');
      return `${Effect === 'Allow' ? '' : 'not '}${action} ${where}${Condition ? ' if' : ''}`;
    }),
  );

describe('rights', () => {
  it('of the revoking function are these and no others', () =>
    expect(rightsOf('RRevokeRole')).toEqual(
      [
        'logs:CreateLogStream arn:RRevokeLog',
        'logs:PutLogEvents arn:RRevokeLog',
        ...LANE_QUEUES.flatMap((queue) => [
          `sqs:ReceiveMessage ${queue}`,
          `sqs:DeleteMessage ${queue}`,
          `sqs:ChangeMessageVisibility ${queue}`,
          `sqs:GetQueueAttributes ${queue}`,
          `sqs:SendMessage ${queue}`,
        ]),
        'sqs:SendMessage arn:RStuck',
        `secretsmanager:GetSecretValue ${SECRETS}`,
        `secretsmanager:DescribeSecret ${SECRETS}`,
        `secretsmanager:TagResource ${SECRETS} if`,
        'sns:Publish ref:RResults',
        'sns:Publish ref:RNotifications',
        'events:PutEvents arn:RBus',
        'dynamodb:GetItem arn:RLedger',
        'dynamodb:PutItem arn:RLedger',
        'dynamodb:UpdateItem arn:RLedger',
        'dynamodb:Query arn:RLedger',
        'dynamodb:Query arn:RLedger/index/by-state',
        'kms:Decrypt arn:SecretKey if',
      ].sort(),
    ));

  it('of the sweep are these and no others', () =>
    expect(rightsOf('RSweepRole')).toEqual(
      [
        'logs:CreateLogStream arn:RSweepLog',
        'logs:PutLogEvents arn:RSweepLog',
        'secretsmanager:ListSecrets *',
        `secretsmanager:DescribeSecret ${SECRETS}`,
        'sqs:ReceiveMessage arn:RSecretEvents',
        'sqs:DeleteMessage arn:RSecretEvents',
        'sqs:ChangeMessageVisibility arn:RSecretEvents',
        'sqs:GetQueueAttributes arn:RSecretEvents',
        ...LANE_QUEUES.map((queue) => `sqs:SendMessage ${queue}`),
        'sqs:SendMessage arn:RStuck',
        'sns:Publish ref:RResults',
        'sns:Publish ref:RNotifications',
        'events:PutEvents arn:RBus',
        'dynamodb:GetItem arn:RLedger',
        'dynamodb:BatchGetItem arn:RLedger',
        'dynamodb:Query arn:RLedger',
        'dynamodb:Query arn:RLedger/index/by-state',
        'dynamodb:Query arn:RLedger/index/by-state-2',
        'dynamodb:PutItem arn:RLedger if',
        'dynamodb:UpdateItem arn:RLedger if',
        'dynamodb:UpdateItem arn:RLedger if',
      ].sort(),
    ));

  it.each([
    [
      'RScheduledRequestRole',
      ['sqs:SendMessage arn:RRequests', 'sqs:SendMessage arn:RUndelivered', 'sqs:SendMessage arn:RUrgent'],
    ],
    ['RSweepTickRole', ['lambda:InvokeFunction arn:RSweep', 'sqs:SendMessage arn:RUndelivered']],
    [
      'PlannerRole',
      [
        'iam:PassRole arn:aws:iam::111122223333:role/RScheduledRequestRole if',
        `scheduler:CreateSchedule arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/ref:RSchedules/*`,
      ],
    ],
  ])('of %s are these and no others', (role, rights) => expect(rightsOf(role)).toEqual(rights));

  it('of an operator are these and no others', () =>
    expect(rightsOf('OperatorRole')).toEqual(
      [
        `ssm:GetParameter ${CARD}`,
        ...LANE_QUEUES.map((queue) => `sqs:GetQueueAttributes ${queue}`),
        'sqs:GetQueueAttributes arn:RStuck',
        'sqs:GetQueueAttributes arn:RUndelivered',
        'sqs:SendMessage arn:RRequests',
        'sqs:SendMessage arn:RUrgent',
        'sqs:ReceiveMessage arn:RStuck',
        'sqs:DeleteMessage arn:RStuck',
        'sqs:ChangeMessageVisibility arn:RStuck',
        'dynamodb:GetItem arn:RLedger',
        'dynamodb:Query arn:RLedger',
        'dynamodb:Query arn:RLedger/index/by-state',
        'dynamodb:Query arn:RLedger/index/by-state-2',
        'dynamodb:PutItem arn:RLedger if',
        'dynamodb:UpdateItem arn:RLedger if',
        'secretsmanager:ListSecrets *',
        `secretsmanager:DescribeSecret ${SECRETS}`,
        `secretsmanager:GetSecretValue ${SECRETS}`,
        `scheduler:CreateSchedule ${SCHEDULES}`,
        `scheduler:GetSchedule ${SCHEDULES}`,
        `scheduler:DeleteSchedule ${SCHEDULES}`,
        'scheduler:ListSchedules *',
        'lambda:GetAccountSettings *',
        'iam:PassRole arn:aws:iam::111122223333:role/RScheduledRequestRole if',
        ...MAPPINGS.flatMap((mapping) => [
          `lambda:GetEventSourceMapping ${mapping}`,
          `lambda:UpdateEventSourceMapping ${mapping}`,
        ]),
        'kms:Decrypt arn:SecretKey if',
      ].sort(),
    ));

  const ROLES = ['RevokeRole', 'SweepRole', 'ScheduledRequestRole', 'SweepTickRole'];

  const FOR_MESSAGES = ['kms:Decrypt arn:OwnKey if', 'kms:GenerateDataKey arn:OwnKey if'];
  const FOR_LEDGER = [
    ...['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
    ...['ReEncryptFrom', 'ReEncryptTo'],
  ].map((action) => `kms:${action} arn:OwnKey if`);
  const FOR_ENVIRONMENT = ['kms:Decrypt arn:OwnKey if'];
  const OF_FUNCTION = [...FOR_MESSAGES, ...FOR_LEDGER, ...FOR_ENVIRONMENT];

  it.each([
    ['RevokeRole', OF_FUNCTION],
    ['SweepRole', OF_FUNCTION],
    ['ScheduledRequestRole', FOR_MESSAGES],
    ['SweepTickRole', FOR_MESSAGES],
  ])('of %s with an own key are the same, and the use of that key', (role, forKey) => {
    const withKey = rightsOf(`E${role}`);
    const without = rightsOf(`R${role}`).filter((line) => !line.startsWith('kms:'));
    const asPlain = (line: string): string =>
      line.replace(/\bE(?=[A-Z][a-z])/, 'R').replace('secret:own/', 'secret:key-revoker/');
    expect(withKey.filter((line) => line.startsWith('kms:'))).toEqual(forKey.toSorted());
    expect(
      withKey
        .filter((line) => !line.startsWith('kms:'))
        .map(asPlain)
        .toSorted(),
    ).toEqual(without);
  });

  it.each([...ROLES.flatMap((role) => [`R${role}`, `E${role}`]), 'PlannerRole', 'OperatorRole', 'OwnOperatorRole'])(
    'of %s are the same with every recommended feature flag',
    (role) => expect(rightsOf(role, flagged)).toEqual(rightsOf(role)),
  );

  it('come from no policy but their own', () => {
    const roles = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(8);
    for (const { Properties } of roles) expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    for (const { Properties } of roles) expect(Properties).not.toHaveProperty('Policies');
  });
});

describe('conditions', () => {
  const may = (role: string, action: string, resource: string, context: Record<string, string | string[]>): boolean =>
    mayDo(template, { who: { role: find(template, 'AWS::IAM::Role', role).id }, action, resource, context });
  const secret = `${SECRETS.slice(0, -1)}bybit/desk-7`;

  it.each<[string, string[], boolean]>([
    ['both status tags', ['key-revoker:status', 'key-revoker:proved-at'], true],
    ['one of them', ['key-revoker:status'], true],
    ['the tag that schedules a deletion', ['key-revoker:expires-at'], false],
    ['that tag beside a status tag', ['key-revoker:status', 'key-revoker:expires-at'], false],
  ])('let the revoking function write %s: %s', (_what, tags, expected) =>
    expect(may('RRevokeRole', 'secretsmanager:TagResource', secret, { 'aws:TagKeys': tags })).toBe(expected),
  );

  it('do not let the revoking function write no tag', () =>
    expect(may('RRevokeRole', 'secretsmanager:TagResource', secret, {})).toBe(false));

  it.each<[string, boolean]>([
    [`${SECRETS.slice(0, -1)}bybit/desk-7`, true],
    [SECRETS.replace('key-revoker/*', 'other/desk-7'), false],
    [SECRETS.replace('key-revoker/*', 'x/key-revoker/desk-7'), false],
  ])('let the revoking function read %s: %s', (resource, expected) =>
    expect(may('RRevokeRole', 'secretsmanager:GetSecretValue', resource, {})).toBe(expected),
  );

  it.each<[string, string[], boolean]>([
    ['its own items', ['sweep#arn'], true],
    ['a copy of an item that it cannot read', ['quarantine#case#1'], true],
    ['a request', ['request#1'], false],
    ['its own item and a case', ['sweep#arn', 'case#1'], false],
  ])('let the sweep write %s: %s', (_what, keys, expected) => {
    const { id } = find(template, 'AWS::DynamoDB::Table', 'RLedger');
    for (const action of ['dynamodb:PutItem', 'dynamodb:UpdateItem'])
      expect(may('RSweepRole', action, id, { 'dynamodb:LeadingKeys': keys })).toBe(expected);
  });

  it.each<[string, string, string[], boolean]>([
    ['in which list a request is', 'request#1', ['pk', 'sk', 'rev', 'listed', 'brief'], true],
    ['in which list a case is', 'case#1', ['pk', 'sk', 'rev', 'listed', 'brief'], true],
    ['what proves a key dead', 'case#1', ['pk', 'sk', 'rev', 'listed', 'proved'], false],
    ['how a case stands', 'case#1', ['pk', 'sk', 'rev', 'state'], false],
    ['a pause', 'control', ['pk', 'sk', 'rev', 'listed'], false],
  ])('let the sweep change %s', (_what, key, attributes, expected) => {
    const { id } = find(template, 'AWS::DynamoDB::Table', 'RLedger');
    const context = { 'dynamodb:LeadingKeys': [key], 'dynamodb:Attributes': attributes };
    expect(may('RSweepRole', 'dynamodb:UpdateItem', id, context)).toBe(expected);
    expect(may('RSweepRole', 'dynamodb:PutItem', id, context)).toBe(false);
  });

  it.each<[string, string, boolean]>([
    ['a raised limit', 'limit#bybit', true],
    ['how many calls an hour has had', 'limit#bybit#urgent', false],
    ['that it is paused', 'control', true],
    ['who has forgotten a request', 'forgotten#1', true],
    ['a request', 'request#1', false],
    ['a case', 'case#bybit/mainnet/K', false],
    ['who has seen a key', 'pin#arn', false],
  ])('let an operator put %s: %s', (_what, key, expected) => {
    const { id } = find(template, 'AWS::DynamoDB::Table', 'RLedger');
    expect(may('OperatorRole', 'dynamodb:PutItem', id, { 'dynamodb:LeadingKeys': [key] })).toBe(expected);
  });

  it.each<[string, string, string[], boolean]>([
    [
      'what closes a case as forgotten',
      'case#1',
      ['pk', 'sk', 'rev', 'nonce', 'state', 'leftOpenBy', 'forgotten'],
      true,
    ],
    ['what proves a key dead', 'case#1', ['pk', 'sk', 'proved'], false],
    ['what a key was seen by', 'case#1', ['pk', 'sk', 'state', 'seen'], false],
    ['a request', 'request#1', ['pk', 'sk', 'state'], false],
  ])('let an operator change %s', (_what, key, attributes, expected) => {
    const { id } = find(template, 'AWS::DynamoDB::Table', 'RLedger');
    const context = { 'dynamodb:LeadingKeys': [key], 'dynamodb:Attributes': attributes };
    expect(may('OperatorRole', 'dynamodb:UpdateItem', id, context)).toBe(expected);
  });

  it('do not let an operator change a case without saying what', () => {
    const { id } = find(template, 'AWS::DynamoDB::Table', 'RLedger');
    expect(may('OperatorRole', 'dynamodb:UpdateItem', id, { 'dynamodb:LeadingKeys': ['case#1'] })).toBe(false);
  });

  it.each([
    ['OperatorRole', 'SecretKey', 'secretsmanager', true],
    ['OperatorRole', 'SecretKey', 'sqs', false],
    ['OwnOperatorRole', 'OwnKey', 'sqs', true],
    ['OwnOperatorRole', 'OwnKey', 'sns', false],
    ['RRevokeRole', 'SecretKey', 'secretsmanager', true],
    ['RRevokeRole', 'SecretKey', 'sqs', false],
    ['RSweepRole', 'SecretKey', 'secretsmanager', false],
    ['ERevokeRole', 'OwnKey', 'sqs', true],
    ['ERevokeRole', 'OwnKey', 'sns', true],
    ['ERevokeRole', 'OwnKey', 'dynamodb', true],
    ['ERevokeRole', 'OwnKey', 'lambda', false],
    ['ERevokeRole', 'OwnKey', 'secretsmanager', false],
    ['ESweepRole', 'OwnKey', 'dynamodb', true],
    ['OwnOperatorRole', 'OwnKey', 'dynamodb', true],
    ['ESweepRole', 'OwnKey', 'sqs', true],
    ['EScheduledRequestRole', 'OwnKey', 'sqs', true],
    ['ESweepTickRole', 'OwnKey', 'sqs', true],
  ])('let %s decrypt with %s through %s: %s', (role, key, service, expected) => {
    const { id } = find(template, 'AWS::KMS::Key', key);
    expect(may(role, 'kms:Decrypt', id, { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` })).toBe(expected);
    expect(may(role, 'kms:Decrypt', id, {})).toBe(false);
  });

  it.each([
    ['ERevokeRole', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`, true],
    ['ESweepRole', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`, true],
    ['ERevokeRole', `arn:aws:lambda:${REGION}:444455556666:function:f`, false],
    ['ESweepTickRole', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`, false],
    ['OwnOperatorRole', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`, false],
  ])('let %s open the environment of %s: %s', (role, of, expected) => {
    const { id } = find(template, 'AWS::KMS::Key', 'OwnKey');
    const context = { 'kms:EncryptionContext:aws:lambda:FunctionArn': of };
    expect(may(role, 'kms:Decrypt', id, context)).toBe(expected);
    expect(may(role, 'kms:Encrypt', id, context)).toBe(false);
  });

  it.each([
    ['our account', ACCOUNT, true],
    ['another account', '444455556666', false],
  ])('let EventBridge use the own key for %s: %s', (_whose, sourceAccount, expected) => {
    const { id } = find(template, 'AWS::KMS::Key', 'OwnKey');
    const who = { service: 'events.amazonaws.com', sourceAccount };
    expect(mayDo(template, { who, action: 'kms:GenerateDataKey', resource: id })).toBe(expected);
  });

  it.each(['RScheduledRequestRole', 'RSweepTickRole'])('let Scheduler take %s for our group alone', (role) => {
    const { Properties } = find(template, 'AWS::IAM::Role', role);
    const { id } = find(template, 'AWS::Scheduler::ScheduleGroup', 'RSchedules');
    const { Statement } = Properties['AssumeRolePolicyDocument'] as { Statement: Statement[] };
    expect(Statement).toMatchObject([
      {
        Action: 'sts:AssumeRole',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        },
      },
    ]);
    const groups = Statement.flatMap(({ Condition }) => Object.values(Condition?.['ArnEquals'] ?? {}).map(text));
    expect(groups).toEqual([`arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/ref:${id}`]);
  });

  it('let an operator who schedules pass the role only to Scheduler', () => {
    const { id } = find(template, 'AWS::IAM::Role', 'RScheduledRequestRole');
    const pass = (service: string) => may('PlannerRole', 'iam:PassRole', id, { 'iam:PassedToService': service });
    expect([pass('scheduler.amazonaws.com'), pass('lambda.amazonaws.com')]).toEqual([true, false]);
  });

  it('let an operator send requests, as the queue admits', () => {
    const { id } = find(template, 'AWS::SQS::Queue', 'RRequests');
    const send = (role: string) => may(role, 'sqs:SendMessage', id, {});
    expect([send('OperatorRole'), send('PlannerRole')]).toEqual([true, false]);
  });

  it('let our rule, and no other, put on the undelivered queue what it cannot deliver', () => {
    const { id } = find(template, 'AWS::SQS::Queue', 'RUndelivered');
    const rule = `arn:${find(template, 'AWS::Events::Rule', 'RRequested').id}`;
    const put = (sourceArn: string) =>
      mayDo(template, { who: { service: 'events.amazonaws.com', sourceArn }, action: 'sqs:SendMessage', resource: id });
    expect([put(rule), put('arn:other')]).toEqual([true, false]);
  });

  it.each(['RStuck', 'RUndelivered'])('keep plain HTTP away from %s', (queue) => {
    const { id } = find(template, 'AWS::SQS::Queue', queue);
    const role = queue === 'RStuck' ? 'RRevokeRole' : 'RScheduledRequestRole';
    expect(may(role, 'sqs:SendMessage', id, {})).toBe(true);
    expect(may(role, 'sqs:SendMessage', id, { 'aws:SecureTransport': 'false' })).toBe(false);
  });
});
