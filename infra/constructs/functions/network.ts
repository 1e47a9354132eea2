import {
  type ISecurityGroup,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow } from '../permissions/permissions.ts';

/** Where the functions are in a VPC. */
export interface Network {
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

/** What a user says of it. */
export interface NetworkProps {
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection | undefined;
  readonly securityGroups: readonly ISecurityGroup[] | undefined;
}

/**
 * Fills in what was not said.
 *
 * @throws Error for public subnets, from which a function, having no public address, would reach nobody.
 */
export const network = (scope: Construct, { vpc, vpcSubnets, securityGroups }: NetworkProps): Network => {
  const chosen = vpcSubnets ?? { subnetType: SubnetType.PRIVATE_WITH_EGRESS };
  if (vpc.selectSubnets(chosen).hasPublic) {
    throw new Error(
      'Cannot use public subnets as vpcSubnets: use private ones with a route out, such as a NAT gateway',
    );
  }
  return { vpc, vpcSubnets: chosen, securityGroups: securityGroups ? [...securityGroups] : [httpsAlone(scope, vpc)] };
};

/** Providers and AWS alike are called over HTTPS, and nobody calls a function over its network. */
const httpsAlone = (scope: Construct, vpc: IVpc): SecurityGroup => {
  const description = 'Lets the functions call providers and AWS';
  const group = new SecurityGroup(scope, 'Network', { vpc, description, allowAllOutbound: false });
  group.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'Providers and AWS');
  return group;
};

/** What Lambda does to bring a function into a VPC, with the function's own role (docs: AWSLambdaVPCAccessExecutionRole). */
const INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Lambda may, the function's code may not: only its calls carry the name of the function. */
export const networkPermissions = (): readonly PolicyStatement[] => [
  allow(INTERFACES, ['*']),
  new PolicyStatement({
    effect: Effect.DENY,
    actions: INTERFACES,
    resources: ['*'],
    conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
  }),
];
