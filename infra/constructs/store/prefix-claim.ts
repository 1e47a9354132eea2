import { createHash } from 'node:crypto';
import { CfnResource, Stack, Stage, Token } from 'aws-cdk-lib';
import { CfnParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
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
  readonly #claim: CfnParameter;

  constructor(scope: Construct, id: string, prefix: string) {
    super(scope, id);
    this.prefix = prefix;
    this.#claim = new CfnParameter(this, 'Claim', {
      type: 'String',
      name: `${claimName(prefix)}/claim`,
      description: `Claims ${prefix} for one stack`,
      value: Stack.of(this).stackName,
    });
    for (const other of this.node.root.node.findAll()) {
      if (other instanceof PrefixClaim && other !== this && isSamePlace(this, other)) refuseOverlap(this, other);
    }
  }

  /**
   * Makes all of an instance wait for the claim: a second instance with the same prefix fails before it has a clock or a queue. The card
   * cannot do that, since it names what it would have to come before.
   */
  goesBefore(instance: Construct): void {
    const ours = instance.node.findAll().filter((one) => CfnResource.isCfnResource(one) && one !== this.#claim);
    for (const resource of ours) resource.node.addDependency(this.#claim);
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
