import { CfnResource, type RemovalPolicy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Keeps what a kept queue or role is worth nothing without, in the same way: the policies below it, and the role itself. Call it when the
 * role has its statements, since its policy is made with the first one.
 */
export const retainPolicies = (removalPolicy: RemovalPolicy, ...owners: readonly IConstruct[]): void => {
  const parts = owners.flatMap((owner) => owner.node.findAll()).filter((part) => CfnResource.isCfnResource(part));
  for (const part of parts) if (TYPES.has(part.cfnResourceType)) part.applyRemovalPolicy(removalPolicy);
};

const TYPES: ReadonlySet<string> = new Set(['AWS::SQS::QueuePolicy', 'AWS::IAM::Role', 'AWS::IAM::Policy']);
