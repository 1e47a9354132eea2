import { App, Stack } from 'aws-cdk-lib';
import {
  AccountPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  Group,
  type IGrantable,
  OrganizationPrincipal,
  Role,
  ServicePrincipal,
  User,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { KeyRevocation } from '../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../infra/key-revocation-props.ts';
import type { Template } from '../../infra/synthesize.ts';
import { ACCOUNT, arnOf, type Caller, find, mayDo, resourceStatements, roleArn, text } from './policy-reader.ts';
import { templateOf } from './synthesized.ts';

const OTHER_ACCOUNT = '444455556666';
const TOPIC = `arn:aws:sns:us-east-1:${OTHER_ACCOUNT}:leaks`;
const PARTNER = `arn:aws:iam::${OTHER_ACCOUNT}:role/responder`;

interface World {
  readonly template: Template;
  /** @param queue the requests queue by default */
  readonly send: (who: Caller, context?: Readonly<Record<string, string>>, queue?: string) => boolean;
}

/** A stack with an instance, a role and a partner that were granted, and a role that helped itself to `sqs:*`. */
const world = (flags: Record<string, unknown>, propsIn: (stack: Stack) => KeyRevocationProps = () => ({})): World => {
  const app = new App({ context: { ...flags, 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'S');
  const revocation = new KeyRevocation(stack, 'R', propsIn(stack));
  const role = (id: string): Role => new Role(stack, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  revocation.grantRequest(role('GrantedRole'));
  revocation.grantRequest(new ArnPrincipal(PARTNER));
  const greedy = role('GreedyRole');
  for (const queue of [revocation.requests, revocation.urgent, revocation.rechecks]) {
    queue.grantSendMessages(greedy);
    queue.grantConsumeMessages(greedy);
  }
  const template = app.synth().getStackByName('S').template as Template;
  return {
    template,
    send: (who, context = {}, queue = 'RRequests') => {
      const { id } = find(template, 'AWS::SQS::Queue', queue);
      return mayDo(template, { who, action: 'sqs:SendMessage', resource: id, context });
    },
  };
};

const own = (stack: Stack): KeyRevocationProps => ({ encryptionKey: new Key(stack, 'K') });

const WORLDS = [
  ['without feature flags', world({})],
  ['with every recommended feature flag', world(recommended)],
  ['with a key of its own and no feature flags', world({}, own)],
  ['with a key of its own and every recommended feature flag', world(recommended, own)],
] as const;

/** The queues that callers send to, each with its rule. */
const FOR_CALLERS = [
  ['requests', 'RRequests', 'RRequested', 'RUrgentRequested'],
  ['urgent', 'RUrgent', 'RUrgentRequested', 'RRequested'],
] as const;

describe.each(FOR_CALLERS.flatMap(([name, ...ids]) => WORLDS.map(([flags, of]) => [name, flags, of, ids] as const)))(
  'the %s queue %s',
  (_name, _with, { template, send: sendTo }, [queue, ruleId, otherRuleId]) => {
    const send: World['send'] = (who, context) => sendTo(who, context, queue);
    const roleId = (name: string): string => find(template, 'AWS::IAM::Role', name).id;
    const rule = arnOf(find(template, 'AWS::Events::Rule', ruleId).id);
    const otherRule = arnOf(find(template, 'AWS::Events::Rule', otherRuleId).id);

    it.each(['RRevokeRole', 'RSweepRole', 'RScheduledRequestRole', 'GrantedRole'])('takes requests from %s', (name) =>
      expect(send({ role: roleId(name) })).toBe(true),
    );

    it('takes requests from a granted role of another account', () => expect(send({ arn: PARTNER })).toBe(true));

    it('takes requests from our rule', () =>
      expect(send({ service: 'events.amazonaws.com', sourceArn: rule })).toBe(true));

    it.each<[string, Caller]>([
      ['a role whose own policy allows it', { role: roleId('GreedyRole') }],
      ['the role that ticks the sweep', { role: roleId('RSweepTickRole') }],
      ['the root of the account', { arn: `arn:aws:iam::${ACCOUNT}:root` }],
      ['another role of the partner', { arn: `arn:aws:iam::${OTHER_ACCOUNT}:role/other` }],
      ['a role whose name begins like a granted one', { arn: `${PARTNER}2` }],
      ['another rule', { service: 'events.amazonaws.com', sourceArn: `${rule}2` }],
      ['the rule of the other queue', { service: 'events.amazonaws.com', sourceArn: otherRule }],
      ['EventBridge for no rule', { service: 'events.amazonaws.com' }],
      ['another service in the name of our rule', { service: 'sns.amazonaws.com', sourceArn: rule }],
      ['a topic', { service: 'sns.amazonaws.com', sourceArn: 'arn:aws:sns:::topic' }],
      ['nobody known', 'anonymous'],
    ])('takes none from %s', (_who, who) => expect(send(who)).toBe(false));

    it('takes none over plain HTTP', () =>
      expect(send({ role: roleId('GrantedRole') }, { 'aws:SecureTransport': 'false' })).toBe(false));

    it('takes none from others even where a further statement lets everybody in', () => {
      const denials = { ...template, Resources: { ...template.Resources, Open: openPolicy(template, queue) } };
      const { id } = find(template, 'AWS::SQS::Queue', queue);
      const others: readonly Caller[] = [
        'anonymous',
        { arn: roleArn('x') },
        { service: 's3.amazonaws.com', sourceArn: 'arn:b' },
      ];
      for (const who of others) expect(mayDo(denials, { who, action: 'sqs:SendMessage', resource: id })).toBe(false);
      expect(mayDo(denials, { who: 'anonymous', action: 'sqs:PurgeQueue', resource: id })).toBe(true);
    });

    it('allows no service but for our rule, whatever is denied', () => {
      const { id } = find(template, 'AWS::SQS::Queue', queue);
      const allowed = resourceStatements(template, id).filter(
        ({ Effect, Principal }) => Effect === 'Allow' && typeof Principal === 'object' && 'Service' in Principal,
      );
      expect(allowed.map(({ Condition }) => text(Condition?.['ArnEquals']?.['aws:SourceArn']))).toEqual([rule]);
    });

    it.each([queue, 'RUndelivered'])('is no dead-letter queue of anybody: %s', (id) => {
      const { Properties } = find(template, 'AWS::SQS::Queue', id);
      expect(Properties['RedriveAllowPolicy']).toEqual({ redrivePermission: 'denyAll' });
    });

    // It would name these queues, which name the stuck queue: CloudFormation refuses such a circle.
    it('leaves only dead-letter queues open, each to its own queues', () => {
      const [stuck = '', lost = ''] = ['RStuck', 'RLostEvents'].map((name) => {
        const { id, Properties } = find(template, 'AWS::SQS::Queue', name);
        expect(Properties['RedriveAllowPolicy']).toBeUndefined();
        return id;
      });
      const named = Object.values(template.Resources).flatMap(({ Properties: { RedrivePolicy } = {} }) =>
        RedrivePolicy ? [JSON.stringify(RedrivePolicy)] : [],
      );
      expect(named).toEqual([stuck, stuck, stuck, lost].map((id) => expect.stringContaining(id)));
    });
  },
);

describe.each(WORLDS)('the queue of rechecks %s', (_with, { template, send }) => {
  const roleId = (name: string): string => find(template, 'AWS::IAM::Role', name).id;
  const rule = arnOf(find(template, 'AWS::Events::Rule', 'RRequested').id);

  it.each(['RRevokeRole', 'RSweepRole'])('takes messages from %s', (name) =>
    expect(send({ role: roleId(name) }, {}, 'RRechecks')).toBe(true),
  );

  it.each<[string, Caller]>([
    ['a sender of requests', { role: roleId('GrantedRole') }],
    ['a role whose own policy allows it', { role: roleId('GreedyRole') }],
    ['a schedule', { role: roleId('RScheduledRequestRole') }],
    ['our rule', { service: 'events.amazonaws.com', sourceArn: rule }],
    ['a topic', { service: 'sns.amazonaws.com', sourceArn: TOPIC }],
    ['nobody known', 'anonymous'],
  ])('takes none from %s', (_who, who) => {
    expect(send(who, {}, 'RRechecks')).toBe(false);
    const denials = { ...template, Resources: { ...template.Resources, Open: openPolicy(template, 'RRechecks') } };
    const { id } = find(template, 'AWS::SQS::Queue', 'RRechecks');
    expect(mayDo(denials, { who, action: 'sqs:SendMessage', resource: id })).toBe(false);
  });
});

/** Topics of this app, of another account and region, and one that is encrypted with the same key as the queue. */
const withTopics = (stack: Stack): KeyRevocationProps => {
  const encryptionKey = new Key(stack, 'K');
  const requestTopics = [
    new Topic(stack, 'Leaks', { masterKey: encryptionKey }),
    Topic.fromTopicArn(stack, 'T', TOPIC),
  ];
  return { encryptionKey, requestTopics };
};

const WITH_TOPICS = world(recommended, withTopics);

describe.each(FOR_CALLERS)('with request topics the %s queue', (_name, queue, ruleId) => {
  const { template } = WITH_TOPICS;
  const send = (who: Caller): boolean => WITH_TOPICS.send(who, {}, queue);
  const { id: keyId } = find(template, 'AWS::KMS::Key', 'K');
  const own = `ref:${find(template, 'AWS::SNS::Topic', 'Leaks').id}`;
  const rule = arnOf(find(template, 'AWS::Events::Rule', ruleId).id);
  const sns = 'sns.amazonaws.com';

  it.each<[string, Caller]>([
    ['a topic of this app', { service: sns, sourceArn: own }],
    ['a topic of another account', { service: sns, sourceArn: TOPIC, sourceAccount: OTHER_ACCOUNT }],
    ['our rule', { service: 'events.amazonaws.com', sourceArn: rule }],
  ])('takes requests from %s', (_who, who) => expect(send(who)).toBe(true));

  it.each<[string, Caller]>([
    ['a topic whose name begins so', { service: sns, sourceArn: `${TOPIC}2` }],
    ['SNS for no topic', { service: sns }],
    ['another service in the name of a topic', { service: 's3.amazonaws.com', sourceArn: TOPIC }],
    ['SNS in the name of our rule', { service: sns, sourceArn: rule }],
    ['a role that may publish to the topic', { arn: roleArn('publisher') }],
  ])('takes none from %s', (_who, who) => expect(send(who)).toBe(false));

  it.each<[string, string, boolean]>([
    ['a topic of this account', `arn:aws:sns:eu-central-1:${ACCOUNT}:x`, true],
    ['a named topic of another account', TOPIC, true],
    ['a topic of a third account', 'arn:aws:sns:us-east-1:777788889999:leaks', false],
    ['no topic', `arn:aws:sqs:us-east-1:${ACCOUNT}:leaks`, false],
  ])('lets SNS use its key for %s: %s %s', (_what, sourceArn, isAllowed) => {
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey'])
      expect(mayDo(template, { who: { service: sns, sourceArn }, action, resource: keyId })).toBe(isAllowed);
  });

  it('has no circle of the key and a topic that is encrypted with the key', () => {
    const { KeyPolicy } = template.Resources[keyId]?.Properties ?? {};
    expect(JSON.stringify(KeyPolicy)).not.toContain('"Leaks');
  });

  it('hands the topics to the functions that revoke, and to no other', () => {
    const told = ['RRevoke', 'RRevokeUrgent', 'RSweep'].map((name) => {
      const { Environment } = find(template, 'AWS::Lambda::Function', name).Properties;
      return text((Environment as { Variables: Record<string, unknown> }).Variables['REQUEST_TOPICS']);
    });
    expect(told).toEqual([`${own},${TOPIC}`, `${own},${TOPIC}`, 'undefined']);
  });
});

it('takes no message from a topic that is only subscribed, and one from a topic that is also named', () => {
  const stack = new Stack(new App({ context: { ...recommended, 'aws:cdk:bundling-stacks': [] } }), 'S');
  const [named, other] = [new Topic(stack, 'Named'), new Topic(stack, 'Other')];
  const { requests } = new KeyRevocation(stack, 'R', { requestTopics: [named] });
  for (const topic of [named, other]) topic.addSubscription(new SqsSubscription(requests));
  const template = templateOf(stack);
  const { id } = find(template, 'AWS::SQS::Queue', 'RRequests');
  const isTaken = (topic: string): boolean => {
    const sourceArn = `ref:${find(template, 'AWS::SNS::Topic', topic).id}`;
    return mayDo(template, {
      who: { service: 'sns.amazonaws.com', sourceArn },
      action: 'sqs:SendMessage',
      resource: id,
    });
  };
  expect(['Named', 'Other'].map(isTaken)).toEqual([true, false]);
});

const openPolicy = (template: Template, queue: string) => {
  const { id } = find(template, 'AWS::SQS::Queue', queue);
  const Statement = [{ Effect: 'Allow', Action: 'sqs:*', Principal: '*', Resource: '*' }];
  return { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [{ Ref: id }], PolicyDocument: { Statement } } };
};

describe('grantRequest', () => {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'S');
  const revocation = new KeyRevocation(stack, 'R');

  it.each<[string, () => IGrantable]>([
    ['a role of this app', () => new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') })],
    ['a user of this app', () => new User(stack, 'User')],
    ['a role by its name', () => Role.fromRoleName(stack, 'Named', 'path/secops')],
    ['a role by its ARN', () => Role.fromRoleArn(stack, 'ByArn', PARTNER)],
  ])('takes %s', (_what, grantee) => expect(() => revocation.grantRequest(grantee())).not.toThrow());

  it.each<[string, () => IGrantable]>([
    ['a group', () => new Group(stack, 'Group')],
    ['an imported group', () => Group.fromGroupName(stack, 'Imported', 'g')],
    ['a service', () => new ServicePrincipal('s3.amazonaws.com')],
    ['an account', () => new AccountPrincipal(OTHER_ACCOUNT)],
    ['an account on a condition', () => new AccountPrincipal(OTHER_ACCOUNT).withConditions({ Bool: { a: 'true' } })],
    ['roles of every account', () => new ArnPrincipal('arn:aws:iam::*:role/secops')],
    ['an organisation', () => new OrganizationPrincipal('o-1234567890')],
    ['everybody', () => new AnyPrincipal()],
    ['a pattern', () => new ArnPrincipal(`arn:aws:iam::${ACCOUNT}:role/*`)],
    ['the root of an account', () => new ArnPrincipal(`arn:aws:iam::${ACCOUNT}:root`)],
  ])('refuses %s', (_what, grantee) =>
    expect(() => revocation.grantRequest(grantee())).toThrow(
      /^Cannot grant requests to .+: it must be a role or a user$/,
    ),
  );

  it('names the role instead of a session of it', () =>
    expect(() =>
      revocation.grantRequest(new ArnPrincipal(`arn:aws:sts::${ACCOUNT}:assumed-role/secops/alice`)),
    ).toThrow(`it must be the role of that session: arn:aws:iam::${ACCOUNT}:role/secops, with its path`));
});
