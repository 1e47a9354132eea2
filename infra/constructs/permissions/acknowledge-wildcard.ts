import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { spelled } from './spelled.ts';

/**
 * Says to cdk-nag, in a user's app as well as in ours, why this role may reach a resource with a wildcard in its ARN. Written as the
 * metadata that cdk-nag reads: before 2.269 `acknowledge` refuses a finding with an ARN in its name.
 */
export const acknowledgeWildcard = (role: IConstruct, arn: string, reason: string): void => {
  const finding = `AwsSolutions-IAM5[Resource::${spelled(role, arn)}]`;
  role.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [finding]: reason });
};
