import { Stack } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { OrganizationSenders } from '../../key-revocation-props.ts';
import type { Conditions } from './permissions.ts';

/** The roles of an organisation that may send, as policies tell them. */
export interface AdmittedRoles {
  readonly organizationId: string;
  /** Patterns of ARNs; `?` stands for one digit of an account. */
  readonly arns: string[];
}

export const admittedRoles = (scope: Construct, { organizationId, roles }: OrganizationSenders): AdmittedRoles => {
  const { partition } = Stack.of(scope);
  return { organizationId, arns: roles.map((role) => `arn:${partition}:iam::????????????:role/${role}`) };
};

/**
 * Allows these roles something. Both the organisation and the name have to be right: an organisation has principals that nobody here
 * thinks of, and any account can have a role of that name. Names are compared as texts: SQS once refused this key under the operators
 * for ARNs.
 */
export const allowRoles = ({ organizationId, arns }: AdmittedRoles, { sid, actions, resources, more }: Allowed) =>
  new PolicyStatement({
    ...(sid !== undefined && { sid }),
    principals: [new AnyPrincipal()],
    actions: [...actions],
    resources: [...resources],
    conditions: {
      StringEquals: { 'aws:PrincipalOrgID': organizationId, ...more },
      StringLike: { 'aws:PrincipalArn': arns },
    },
  });

export interface Allowed {
  readonly sid?: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** More keys that have to be equal. */
  readonly more?: Conditions[string];
}
