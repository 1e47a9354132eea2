import type { Config } from '../ports.ts';

/** What makes a secret one that this system may open. */
export type SecretReach = Pick<Config, 'secretPrefix' | 'secretArns'>;

/** What every ARN of a secret begins with in the account and region of another ARN there. */
export const secretArnsBeside = (arn: string): string => {
  const [, partition, , region, account] = arn.split(':');
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:`;
};

/** The parts of an ARN before its name, in their order. */
const PARTS = ['arn', 'partition', 'service', 'region', 'account', 'kind of resource'];

/** `key-revoker/bybit/x` from a name or an ARN. Of an ARN six characters follow. */
export const nameIn = (secretId: string): string =>
  secretId.replace(/^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:/, '');

/** Why this system may not open a secret, as a sentence; `undefined` if it may. Only secrets of its own account and region count. */
export const outOfReach = (secretId: string, { secretPrefix, secretArns }: SecretReach): string | undefined => {
  if (secretId.startsWith(secretPrefix) || secretId.startsWith(secretArns + secretPrefix)) return undefined;
  const [given, own] = [secretId.split(':'), secretArns.split(':')];
  const other = given[0] === own[0] ? PARTS.filter((_, at) => given[at] !== own[at]) : [];
  return other.length === 0
    ? `Cannot open that secret: its name must begin with ${secretPrefix}`
    : `Cannot open that secret: its ARN has another ${other.join(', ')}. The ARN must begin with ${secretArns}${secretPrefix}`;
};
