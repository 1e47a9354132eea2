import { Fault } from '../../core/fault.ts';
import { deniedAction, isOfKeyState, isOfKms, textOf } from './error-class.ts';

/** What was asked of Secrets Manager, and about which secret. */
export interface AskedOfSecret {
  /** Completes "Cannot …": `open`. */
  readonly verb: string;
  /** `secretsmanager:GetSecretValue` */
  readonly action: string;
  /** The secret as the caller named it. */
  readonly secretId: string;
}

/** The identifier of a key in a form that holds nothing else. */
const KEY = /\barn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(?:mrk-)?[0-9a-f-]{32,36}\b/;

/** The policies that AWS names in a denial, and how people find them. */
const POLICIES: readonly (readonly [text: string, where: string])[] = [
  ['resource-based policy', 'the secret’s own policy'],
  ['service control policy', 'the service control policy of the organization'],
  ['resource control policy', 'the resource control policy of the organization'],
  ['permissions boundary', 'the permissions boundary of the role'],
  ['VPC endpoint policy', 'the policy of the VPC endpoint'],
  ['session policy', 'the session policy of the role'],
];

const ANY_POLICY =
  'the secret’s own policy, a service control policy, a permissions boundary, or the policy of a VPC endpoint';

const NAME_KEY =
  'Name the KMS key in the construct’s prop secretKeys and deploy. The key’s own policy must let the account’s IAM policies decide';
const ENABLE_KEY = 'Enable the KMS key, or cancel its deletion';

/** What gives the right to use the key of a secret. */
const keyGrant = (error: unknown): string => {
  if (isOfKeyState(error)) return ENABLE_KEY;
  return deniedAction(error) === undefined ? `${NAME_KEY}. If that is so, check that the KMS key is enabled` : NAME_KEY;
};

/** What gives the right to a secret. */
const secretGrant = (error: unknown): string => {
  const text = textOf(error);
  const grants = 'The construct’s prop prefix grants this';
  if (text.includes('identity-based policy') && !text.includes('explicit deny'))
    return `${grants}: deploy the construct again`;
  const named = POLICIES.find(([policy]) => text.includes(policy))?.[1];
  return named === undefined ? `${grants}, but another policy forbids it: ${ANY_POLICY}` : `Allow it in ${named}`;
};

/**
 * The end of a request that was denied its secret: it names the action, the resource, and the prop or the grant that is missing. The text of
 * the error is only matched.
 *
 * @param findKey asks for the KMS key of the secret, where the error does not name it; `undefined` if nobody can tell
 */
export const accessDenied = async (
  error: unknown,
  { verb, action, secretId }: AskedOfSecret,
  findKey: () => Promise<string | undefined>,
): Promise<Fault> => {
  const isKey = isOfKms(error);
  const key = isKey ? (KEY.exec(textOf(error))?.[0] ?? (await findKey()) ?? `the KMS key of ${secretId}`) : undefined;
  const denied = isKey ? `kms:Decrypt on ${key}` : `${deniedAction(error) ?? action} on ${secretId}`;
  const grant = isKey ? keyGrant(error) : secretGrant(error);
  return new Fault('stuck/access-denied', `Cannot ${verb} ${secretId}: AWS denies ${denied}. ${grant}`);
};
