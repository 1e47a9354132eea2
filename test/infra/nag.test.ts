import { App, Stack, Validations } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { KeyRevocation } from '../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../infra/key-revocation-props.ts';

const checked = (fill: (stack: Stack) => void, props = {}): App => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  fill(new Stack(app, 'S', props));
  return app;
};

const VPC = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a'],
  privateSubnetIds: ['subnet-0123456789abcdef0'],
};

const env = { account: '111122223333', region: 'eu-central-1' };

it.each<[string, object, (stack: Stack) => KeyRevocationProps]>([
  ['with defaults', {}, () => ({})],
  ['in a known account and region', { env }, () => ({})],
  ['in a VPC', {}, (s) => ({ vpc: Vpc.fromVpcAttributes(s, 'V', VPC) })],
  ['with a bus of the app', {}, (s) => ({ bus: new EventBus(s, 'B') })],
  ['with keys and a prefix', {}, (s) => ({ prefix: 'a+b/', encryptionKey: key(s, 'A'), secretKeys: [key(s, 'B')] })],
  [
    'in an organisation',
    {},
    (s) => ({
      encryptionKey: key(s, 'A'),
      organizationSenders: { organizationId: 'o-abcdefghij', roles: ['responder', 'secops-*'] },
      receiptsBus: EventBus.fromEventBusArn(s, 'C', 'arn:aws:events:eu-central-1:210987654321:event-bus/audit'),
    }),
  ],
])('cdk-nag finds nothing %s', (_with, stackProps, props) =>
  expect(() => checked((stack) => new KeyRevocation(stack, 'R', props(stack)), stackProps).synth()).not.toThrow(),
);

it('cdk-nag finds nothing in what was granted', () => {
  const grant = (stack: Stack): void => {
    const revocation = new KeyRevocation(stack, 'R');
    const role = (id: string): Role => new Role(stack, id, { assumedBy: new AccountRootPrincipal() });
    revocation.grantRequest(role('Sender'));
    revocation.grantSchedule(role('Planner'));
    revocation.grantOperate(role('Operator'));
  };
  expect(() => checked(grant).synth()).not.toThrow();
});

it('cdk-nag would find something', () =>
  expect(() => checked((stack) => new Queue(stack, 'Q')).synth()).toThrow(/[Vv]alidation/));

const key = (scope: Stack, id: string): Key => new Key(scope, id, { enableKeyRotation: true });
