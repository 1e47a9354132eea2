import { App, type AppProps, Stack } from 'aws-cdk-lib';
import { Alarm, AlarmRule, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { FLAGS } from 'aws-cdk-lib/cx-api';
import {
  type AlarmName,
  type Alarms,
  type CallLimits,
  KeyRevocation,
  type KeyRevocationProps,
  type MetricName,
  type Mode,
  type ProviderName,
} from 'key-revoker';
// The stack that the README shows.
import { Revocations } from './revocations.ts';

/** Flags that the CDK itself no longer takes are left out. */
const flags = Object.entries(FLAGS).filter(([, { introducedIn }]) => introducedIn.v2 !== undefined);
const on = Object.fromEntries(flags.map(([name, { recommendedValue }]) => [name, recommendedValue]));
const off = Object.fromEntries(
  flags.flatMap(([name, { recommendedValue }]) => (typeof recommendedValue === 'boolean' ? [[name, false]] : [])),
);

const synthesized = (name: string, context: AppProps['context'], fill: (stack: Stack) => void): void => {
  const app = new App({ outdir: `out/${name}`, ...(context && { context }) });
  fill(new Stack(app, 'Ours'));
  app.synth();
};

/** What a team writes around an instance: alarms that wake a person, and a metric of its own. */
const watch = (stack: Stack, revocation: KeyRevocation): void => {
  const waking: readonly AlarmName[] = ['stuck', 'resurrected', 'sweepNotRun'];
  const alarms: Alarms = revocation.alarms;
  const rule = AlarmRule.anyOf(...waking.map((name) => alarms[name]));
  new CompositeAlarm(stack, 'Waking', { alarmRule: rule });
  const name: MetricName = 'OpenCases';
  new Alarm(stack, 'ManyOpen', { metric: revocation.metric(name), threshold: 100, evaluationPeriods: 1 });
};

const twoInstances = (stack: Stack): void => {
  const providers: readonly ProviderName[] = ['kalshi', 'requesty'];
  const limits: CallLimits = { urgent: 500 };
  const mode: Mode = 'observe';
  const trading = new KeyRevocation(stack, 'Trading', { prefix: 'trading/', limits });
  const research = new KeyRevocation(stack, 'Research', { prefix: 'research/', mode, providers });
  watch(stack, trading);
  const role = new Role(stack, 'SecOps', { assumedBy: new AccountRootPrincipal() });
  trading.grantRequest(role);
  trading.grantOperate(role);
  research.grantSchedule(role);
};

const imported = (stack: Stack): void => {
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-central-1a'],
    privateSubnetIds: ['subnet-0123456789abcdef0'],
  });
  const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const props: KeyRevocationProps = {
    vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0')],
    encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
    egressAddresses: ['192.0.2.10'],
  };
  new KeyRevocation(stack, 'Revocation', props);
};

synthesized('flags-on', on, twoInstances);
synthesized('flags-off', off, twoInstances);
synthesized('imported', undefined, imported);

const app = new App({ outdir: 'out/readme' });
new Revocations(app, 'Ours');
app.synth();
