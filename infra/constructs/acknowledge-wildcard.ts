import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { spelled } from './spelled.ts';

/** Says to cdk-nag, in a user's app as well as in ours, why this role may reach a resource with a wildcard in its ARN. */
export const acknowledgeWildcard = (role: IConstruct, arn: string, reason: string): void =>
  Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${spelled(role, arn)}]`, reason });
