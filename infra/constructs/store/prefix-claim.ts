import { createHash } from 'node:crypto';
import { Stack, Stage, Token } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { cardName, type DeploymentCard } from '../../../functions/core/request/deployment-card.ts';

/**
 * Takes a prefix for one instance. Its parameter is named after the prefix, so that a second instance with the same one, from
 * whatever app, fails at deploy.
 *
 * @throws Error when an instance of the same app, account and region has a prefix that begins with this one or begins it; of the same
 * stage, where account and region are not known.
 */
export class PrefixClaim extends Construct {
  readonly prefix: string;

  constructor(scope: Construct, id: string, prefix: string) {
    super(scope, id);
    this.prefix = prefix;
    for (const other of this.node.root.node.findAll()) {
      if (other instanceof PrefixClaim && other !== this && isSamePlace(this, other)) refuseOverlap(this, other);
    }
  }

  /** Makes the parameter, with what the deployment tells of itself in it. @returns its ARN */
  write(card: DeploymentCard): string {
    const parameterName = claimName(this.prefix);
    new StringParameter(this, 'Parameter', {
      parameterName,
      description: `Keys of secrets under ${this.prefix} are revoked by this stack, and by no other`,
      stringValue: Stack.of(this).toJsonString(card),
    });
    return Stack.of(this).formatArn({ service: 'ssm', resource: 'parameter', resourceName: parameterName.slice(1) });
  }
}

export const claimName = (prefix: string): string =>
  cardName(prefix, (text) => createHash('sha256').update(text).digest('hex'));

/** Stages that do not say where they are deployed are commonly deployed to accounts of their own. */
const isSamePlace = (a: Construct, b: Construct): boolean => {
  const [one, other] = [Stack.of(a), Stack.of(b)];
  const isKnown = !Token.isUnresolved(one.account) && !Token.isUnresolved(one.region);
  return one.environment === other.environment && (isKnown || Stage.of(a) === Stage.of(b));
};

const refuseOverlap = (claim: PrefixClaim, other: PrefixClaim): void => {
  if (!claim.prefix.startsWith(other.prefix) && !other.prefix.startsWith(claim.prefix)) return;
  const [mine, theirs] = [claim, other].map(({ node, prefix }) => `"${prefix}" of ${node.scope?.node.path}`);
  throw new Error(`Cannot use prefix ${mine} beside ${theirs}: neither prefix may begin with the other`);
};
