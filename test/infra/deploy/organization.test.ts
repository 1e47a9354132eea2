import { App, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { KeyRevocation } from '../../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../../infra/key-revocation-props.ts';
import { settled } from '../../../infra/settled-props.ts';
import { ACCOUNT, arnOf, type Caller, find, mayDo, REGION } from '../policy-reader.ts';
import { stackWith, templateOf } from '../synthesized.ts';

const OURS = 'o-abcdefghij';
const OTHER_ACCOUNT = '444455556666';
const SSO = 'aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_SecOps_';
const ROLES = ['responder', `${SSO}*`];
const PARTNER = 'arn:aws:iam::777788889999:role/partner';

const props = (stack: Stack): KeyRevocationProps => ({
  encryptionKey: new Key(stack, 'K'),
  organizationSenders: { organizationId: OURS, roles: ROLES },
});

const stack = stackWith(props);
(stack.node.findChild('R') as KeyRevocation).grantRequest(new ArnPrincipal(PARTNER));
const template = templateOf(stack);

const role = (name: string, organization?: string, account = OTHER_ACCOUNT): Caller => ({
  arn: `arn:aws:iam::${account}:role/${name}`,
  ...(organization !== undefined && { organization }),
});

const ADMITTED: readonly (readonly [string, Caller])[] = [
  ['a named role of another account', role('responder', OURS)],
  ['a named role of this account', role('responder', OURS, ACCOUNT)],
  ['a role whose name begins as a pattern', role(`${SSO}0123456789abcdef`, OURS)],
];

const REFUSED: readonly (readonly [string, Caller])[] = [
  ['another role of the organisation', role('developer', OURS)],
  ['a role whose name begins like a named one', role('responder2', OURS)],
  ['a named role in a path', role('x/responder', OURS)],
  ['a role whose path looks like a named one', role('x:role/responder', OURS)],
  ['a named role of another organisation', role('responder', 'o-0123456789')],
  ['a named role of no organisation', role('responder')],
  ['a user of the organisation', { arn: `arn:aws:iam::${OTHER_ACCOUNT}:user/responder`, organization: OURS }],
  ['the root of an account of the organisation', { arn: `arn:aws:iam::${OTHER_ACCOUNT}:root`, organization: OURS }],
  ['nobody known', 'anonymous'],
];

describe.each(['RRequests', 'RUrgent'])('roles of an organisation may send to %s', (queue) => {
  const { id } = find(template, 'AWS::SQS::Queue', queue);
  const send = (who: Caller, of = template): boolean => mayDo(of, { who, action: 'sqs:SendMessage', resource: id });

  it.each(ADMITTED)('%s', (_what, who) => expect(send(who)).toBe(true));
  it.each(REFUSED)('but not %s', (_what, who) => expect(send(who)).toBe(false));

  it.each(REFUSED)('nor %s, even where a further statement lets everybody in', (_what, who) => {
    const Statement = [{ Effect: 'Allow', Action: 'sqs:*', Principal: '*', Resource: '*' }];
    const Properties = { Queues: [{ Ref: id }], PolicyDocument: { Statement } };
    const Open = { Type: 'AWS::SQS::QueuePolicy', Properties };
    expect(send(who, { ...template, Resources: { ...template.Resources, Open } })).toBe(false);
  });

  it('beside those that were granted, which may be of any organisation', () => {
    expect(send({ arn: PARTNER })).toBe(true);
    expect(send({ arn: PARTNER, organization: 'o-0123456789' })).toBe(true);
  });

  it('beside the rule and the functions', () => {
    const rule = arnOf(find(template, 'AWS::Events::Rule', queue === 'RUrgent' ? 'RUrgentRequested' : 'RRequested').id);
    expect(send({ service: 'events.amazonaws.com', sourceArn: rule })).toBe(true);
    expect(send({ role: find(template, 'AWS::IAM::Role', 'RSweepRole').id })).toBe(true);
  });

  it('and do nothing else with it', () => {
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:PurgeQueue'])
      expect(mayDo(template, { who: role('responder', OURS), action, resource: id })).toBe(false);
  });
});

it('roles of an organisation may not send rechecks', () => {
  const { id } = find(template, 'AWS::SQS::Queue', 'RRechecks');
  expect(mayDo(template, { who: role('responder', OURS), action: 'sqs:SendMessage', resource: id })).toBe(false);
});

describe('roles of an organisation may put events on the bus', () => {
  const { id } = find(template, 'AWS::Events::EventBus', 'RBus');
  const put = (who: Caller, detailType = 'Key Revocation Requested'): boolean =>
    mayDo(template, { who, action: 'events:PutEvents', resource: id, context: { 'events:detail-type': detailType } });

  it.each(ADMITTED)('%s, a request', (_what, who) => expect(put(who)).toBe(true));
  it.each(ADMITTED)('%s, and no receipt', (_what, who) => expect(put(who, 'Key Revocation Result')).toBe(false));
  it.each(REFUSED)('but not %s', (_what, who) => expect(put(who)).toBe(false));

  it('by a statement of each instance, where two share a bus', () => {
    const shared = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'S');
    const bus = EventBus.fromEventBusName(shared, 'Bus', 'shared');
    const organizationSenders = { organizationId: OURS, roles: ROLES };
    for (const prefix of ['a/', 'b/'])
      new KeyRevocation(shared, prefix.charAt(0), { prefix, bus, organizationSenders });
    const ids = Object.values(templateOf(shared).Resources)
      .filter(({ Type }) => Type === 'AWS::Events::EventBusPolicy')
      .map(({ Properties }) => String(Properties['StatementId']));
    expect(new Set(ids).size).toBe(2);
    for (const each of ids) expect(each).toMatch(/^[\w-]{1,64}$/);
  });
});

describe('roles of an organisation may use the key of the queues', () => {
  const { id } = find(template, 'AWS::KMS::Key', 'K');
  const use = (who: Caller, via?: string): boolean => {
    const context: Readonly<Record<string, string>> = via ? { 'kms:ViaService': `${via}.${REGION}.amazonaws.com` } : {};
    return mayDo(template, { who, action: 'kms:GenerateDataKey', resource: id, context });
  };

  it.each(ADMITTED)('%s, through SQS', (_what, who) => expect(use(who, 'sqs')).toBe(true));
  it.each(ADMITTED)('%s, and not otherwise', (_what, who) =>
    expect([use(who), use(who, 'dynamodb')]).toEqual([false, false]),
  );
  it.each(REFUSED)('but not %s', (_what, who) => expect(use(who, 'sqs')).toBe(false));
});

it('nothing of an organisation is in a template without one', () =>
  expect(JSON.stringify(templateOf(stackWith(() => ({}))))).not.toContain('PrincipalOrgID'));

describe('an organisation as a whole is never admitted', () => {
  it.each<[string, string, readonly string[], string]>([
    ['no role', OURS, [], 'an organisation as a whole is never admitted'],
    ['every role', OURS, ['*'], 'Cannot use "*" as role of organizationSenders'],
    ['every role of a path', OURS, ['secops/*'], 'Cannot use "secops/*" as role'],
    ['nearly every role', OURS, ['a*'], 'Cannot use "a*" as role'],
    ['a star in the middle', OURS, ['secops*admin'], 'Cannot use "secops*admin" as role'],
    ['a question mark', OURS, ['secop?'], 'Cannot use "secop?" as role'],
    [
      'an ARN',
      OURS,
      ['arn:aws:iam::111122223333:role/responder'],
      'as role of organizationSenders: it must be the name of a role',
    ],
    ['a variable of policies', OURS, ['$' + '{aws:username}'], 'as role of organizationSenders'],
    ['many roles', OURS, Array(11).fill('responder'), 'Cannot use a list of 11 as roles of organizationSenders'],
    ['every organisation', '*', ROLES, 'Cannot use "*" as organizationId'],
    ['an organisational unit', 'ou-abcd-12345678', ROLES, 'Cannot use "ou-abcd-12345678" as organizationId'],
  ])('%s is refused at synth', (_what, organizationId, roles, message) =>
    expect(() => settled({ organizationSenders: { organizationId, roles } })).toThrow(message),
  );
});
