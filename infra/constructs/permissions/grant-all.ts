import { Grant, type IGrantable, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';

/**
 * Gives a principal every one of these rights.
 *
 * @param wide why it may reach a resource with a wildcard in its ARN, by ARN: for cdk-nag in the app of the grantee
 * @throws Error where its policy is not this app's to write.
 */
export const grantAll = (
  grantee: IGrantable,
  statements: readonly PolicyStatement[],
  wide: Readonly<Record<string, string>>,
): Grant => {
  const grants = statements.map(({ actions, resources: resourceArns, conditions }) =>
    Grant.addToPrincipal({ grantee, actions, resourceArns, conditions }),
  );
  for (const grant of grants) grant.assertSuccess();
  const { grantPrincipal } = grantee;
  if (Construct.isConstruct(grantPrincipal))
    for (const [arn, reason] of Object.entries(wide)) acknowledgeWildcard(grantPrincipal, arn, reason);
  return grants.reduce((one, next) => one.combine(next));
};
