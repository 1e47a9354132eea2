import type { Stack } from 'aws-cdk-lib';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import type { KeyRevocationProps } from '../../infra/key-revocation-props.ts';
import { settled } from '../../infra/settled-props.ts';
import { find, mayDo, text } from './policy-reader.ts';
import { stackWith, templateOf } from './synthesized.ts';

const VPC = 'vpc-0123456789abcdef0';
const PRIVATE = 'subnet-0123456789abcdef0';
const ISOLATED = 'subnet-0123456789abcdef1';
const PUBLIC = 'subnet-0123456789abcdef2';
const GROUP = 'sg-0123456789abcdef0';

const imported = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'V', {
    vpcId: VPC,
    availabilityZones: ['eu-central-1a'],
    privateSubnetIds: [PRIVATE],
    isolatedSubnetIds: [ISOLATED],
    publicSubnetIds: [PUBLIC],
  });

const templateWith = (props: (stack: Stack) => KeyRevocationProps) => templateOf(stackWith(props));

const functionsIn = (template: ReturnType<typeof templateWith>) =>
  ['RRevoke', 'RSweep'].map((id) => find(template, 'AWS::Lambda::Function', id).Properties['VpcConfig']);

describe('without a VPC', () => {
  const template = templateWith(() => ({}));

  it('the functions are in none, and nobody may make interfaces', () => {
    expect(functionsIn(template)).toEqual([undefined, undefined]);
    expect(JSON.stringify(template)).not.toContain('ec2:');
  });

  it.each<[string, KeyRevocationProps]>([
    ['vpcSubnets', { vpcSubnets: { subnetType: SubnetType.PUBLIC } }],
    ['securityGroups', { securityGroups: [] }],
  ])('%s are refused', (name, props) =>
    expect(() => settled(props)).toThrow(new Error(`Cannot use ${name} without vpc`)),
  );
});

describe('in a VPC', () => {
  const template = templateWith((stack) => ({ vpc: imported(stack) }));

  it('both functions call from the private subnets that have a way out, and reach nothing but HTTPS', () => {
    const group = find(template, 'AWS::EC2::SecurityGroup', 'RNetwork');
    expect(group.Properties).toMatchObject({
      VpcId: VPC,
      SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' }],
    });
    expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
    for (const config of functionsIn(template)) {
      const { SubnetIds, SecurityGroupIds } = config as { SubnetIds: unknown; SecurityGroupIds: readonly unknown[] };
      expect(SubnetIds).toEqual([PRIVATE]);
      expect(SecurityGroupIds.map(text)).toEqual([`${group.id}.GroupId`]);
    }
  });

  it('the revoking function knows that all its processes share the addresses of the gateways', () => {
    const { Environment } = find(template, 'AWS::Lambda::Function', 'RRevoke').Properties;
    expect(Environment).toMatchObject({ Variables: { IN_VPC: 'true' } });
  });

  it.each(['RRevokeRole', 'RSweepRole'])('Lambda may make interfaces with %s, and its code may not', (id) => {
    const who = { role: find(template, 'AWS::IAM::Role', id).id };
    const make = { who, action: 'ec2:CreateNetworkInterface', resource: 'arn:aws:ec2:eu-central-1:1:subnet/any' };
    expect(mayDo(template, make)).toBe(true);
    const context = { 'lambda:SourceFunctionArn': 'arn:aws:lambda:eu-central-1:1:function:f' };
    expect(mayDo(template, { ...make, context })).toBe(false);
  });

  it('the subnets and the security groups are those that are named', () => {
    const named = templateWith((stack) => ({
      vpc: imported(stack),
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'G', GROUP)],
    }));
    const config = { SubnetIds: [ISOLATED], SecurityGroupIds: [GROUP] };
    expect(functionsIn(named)).toEqual([config, config]);
    expect(Object.values(named.Resources).map(({ Type }) => Type)).not.toContain('AWS::EC2::SecurityGroup');
  });

  it('public subnets are refused', () =>
    expect(() =>
      stackWith((stack) => ({ vpc: imported(stack), vpcSubnets: { subnetType: SubnetType.PUBLIC } })),
    ).toThrow(/^Cannot use public subnets as vpcSubnets: use private ones/));
});
