import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { KeyRevocation } from '../../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../../infra/key-revocation-props.ts';
import type { Resource } from '../../../infra/synthesize.ts';
import { find } from '../policy-reader.ts';
import { stackWith, templateOf } from '../synthesized.ts';
import { properties, template } from '../template.ts';

type Made = Resource & { readonly DependsOn?: readonly string[] };

const all = Object.entries(template.Resources) as (readonly [string, Made])[];
const ofType = (type: string) => all.filter(([, { Type }]) => Type === type);

describe('the first deployment', () => {
  const claim = find(template, 'AWS::SSM::Parameter', 'RevocationPrefixClaim').id;

  it('claims the prefix before it makes anything else', () => {
    const others = all.filter(([id]) => id !== claim && id.startsWith('Revocation'));
    expect(others.length).toBeGreaterThan(40);
    expect(others.filter(([, { DependsOn = [] }]) => !DependsOn.includes(claim)).map(([id]) => id)).toEqual([]);
    expect(template.Resources[claim]).not.toHaveProperty('DependsOn');
  });

  it('gives the claim a name of its own beside the card, which a deployed stack has', () => {
    const [name, card] = ['RevocationPrefixClaim', 'RevocationPrefixParameter'].map(
      (id) => find(template, 'AWS::SSM::Parameter', id).Properties['Name'],
    );
    expect(name).toBe(`${card}/claim`);
  });

  it('that fails leaves nothing but the ledger behind', () => {
    const left = all.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain').map(([, { Type }]) => Type);
    expect(left).toEqual(['AWS::DynamoDB::Table']);
  });

  it('lets no clock and no mapping begin before its role has its rights', () => {
    const policyOf = (role: string) => find(template, 'AWS::IAM::Policy', `Revocation${role}DefaultPolicy`).id;
    const [[, tick]] = ofType('AWS::Scheduler::Schedule') as [readonly [string, Made]];
    expect(tick.DependsOn).toContain(policyOf('SweepTickRole'));
    for (const [id, { Properties }] of ofType('AWS::Lambda::EventSourceMapping')) {
      const { Ref = '' } = Properties['FunctionName'] as { readonly Ref?: string };
      const policy = policyOf(Ref.includes('Sweep') ? 'SweepRole' : 'RevokeRole');
      expect((template.Resources[Ref] as Made).DependsOn, id).toContain(policy);
    }
  });

  it('encrypts the topics by the name from which SNS makes its key', () => {
    for (const id of ['Results', 'Notifications'])
      expect(properties('AWS::SNS::Topic', id)['KmsMasterKeyId']).toBe('alias/aws/sns');
  });
});

it.each(['cn-north-1', 'us-gov-west-1', 'eu-central-1'])(
  'names services and ARNs as the partition of %s does',
  (region) => {
    const stack = stackWith(
      (scope) => ({ encryptionKey: new Key(scope, 'K'), secretKeys: [new Key(scope, 'S')] }),
      region,
    );
    const text = JSON.stringify(templateOf(stack).Resources);
    expect(text).not.toMatch(/arn:aws:(?!ssm)/);
    // What is behind `kms:ViaService` ends as the partition does. The names of principals are the same everywhere.
    const through = [...text.matchAll(/"kms:ViaService":(\[.*?\]|\{.*?\}\]\]\})/g)].map(([found]) => found);
    expect(through.length).toBeGreaterThan(0);
    for (const each of through) expect(each).toContain('AWS::URLSuffix');
    for (const each of through) expect(each).not.toContain('amazonaws.com');
  },
);

describe('the policy of a queue', () => {
  it('compares exact ARNs as texts', () => {
    const policy = JSON.stringify(find(template, 'AWS::SQS::QueuePolicy', 'RevocationRequestsPolicy').Properties);
    expect(policy).toContain('"StringNotEquals":{"aws:PrincipalArn":');
    expect(policy).not.toContain('ArnNotEquals":{"aws:PrincipalArn"');
  });

  const withSenders = (count: number): (() => unknown) => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new Stack(app, 'S');
    const revocation = new KeyRevocation(stack, 'R');
    for (let n = 0; n < count; n += 1)
      revocation.grantRequest(
        Role.fromRoleArn(stack, `Sender${n}`, `arn:aws:iam::111122223333:role/service/sender-${n}`),
      );
    return () => app.synth();
  };

  it('is refused at synth where SQS would not take it at deploy', () => {
    expect(withSenders(20)).not.toThrow();
    expect(withSenders(120)).toThrow(
      /Cannot admit 12\d senders to Requests: the policy of the queue takes about \d+ bytes, and SQS takes 8192\. Let several senders use one role, or send through the bus/,
    );
  });

  it('counts senders that are known only at deploy', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new Stack(app, 'S');
    const revocation = new KeyRevocation(stack, 'R');
    for (let n = 0; n < 120; n += 1)
      revocation.grantRequest(new Role(stack, `Sender${n}`, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
    expect(() => app.synth()).toThrow('Let several senders use one role');
  });
});

describe('the construct', () => {
  const made = (props: object = {}) => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new Stack(app, 'S');
    return { app, stack, make: () => new KeyRevocation(stack, 'R', props as KeyRevocationProps) };
  };

  it('has the outputs that the documents use, if they are asked for', () => {
    const { app, make } = made();
    make().addOutputs();
    const { Outputs } = app.synth().getStackByName('S').template;
    expect(Object.keys(Outputs)).toEqual(Object.keys(template.Outputs));
  });

  it.each([
    ['moode', 'Cannot use the unknown prop "moode"; the nearest is mode'],
    ['encryptionkey', 'Cannot use the unknown prop "encryptionkey"; the nearest is encryptionKey'],
    ['colour', 'Cannot use the unknown prop "colour"'],
  ])('refuses the unknown prop %s', (name, message) => expect(made({ [name]: 'observe' }).make).toThrow(message));

  it.each([
    ['its receipts', 'results'],
    ['its notifications', 'notifications'],
  ] as const)('refuses an alarm that publishes to the topic of %s', (_what, topic) => {
    const { app, make } = made();
    const revocation = make();
    revocation.alarms.stuck.addAlarmAction(new SnsAction(revocation[topic]));
    expect(() => app.synth()).toThrow('Cannot let alarms publish to a topic of this construct');
  });

  it('takes an alarm that publishes to another topic', () => {
    const { app, stack, make } = made();
    make().alarms.stuck.addAlarmAction(new SnsAction(new Topic(stack, 'Ours')));
    expect(() => app.synth()).not.toThrow();
  });

  it('goes with its stack as a try-out, the ledger unlocked', () => {
    const { app, make } = made({ removalPolicy: RemovalPolicy.DESTROY });
    make();
    const { Resources } = app.synth().getStackByName('S').template as typeof template;
    const policies = Object.values(Resources).map(({ DeletionPolicy }) => DeletionPolicy);
    expect(policies.filter((policy) => policy !== undefined && policy !== 'Delete')).toEqual([]);
    expect(find({ Resources, Outputs: {} }, 'AWS::DynamoDB::Table', 'RLedger').Properties).toMatchObject({
      DeletionProtectionEnabled: false,
    });
  });

  it('is never a snapshot', () =>
    expect(made({ removalPolicy: RemovalPolicy.SNAPSHOT }).make).toThrow(
      'Cannot use "snapshot" as removalPolicy: it must be retain or destroy',
    ));
});
