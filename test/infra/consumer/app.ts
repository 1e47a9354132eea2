import { App, type AppProps, Stack } from 'aws-cdk-lib';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { FLAGS } from 'aws-cdk-lib/cx-api';
import { KeyRevocation, type KeyRevocationProps, type ProviderName } from 'key-revoker';
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

const twoInstances = (stack: Stack): void => {
  const providers: readonly ProviderName[] = ['kalshi', 'requesty'];
  const trading = new KeyRevocation(stack, 'Trading', { prefix: 'trading/' });
  const research = new KeyRevocation(stack, 'Research', { prefix: 'research/', mode: 'observe', providers });
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
