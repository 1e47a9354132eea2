import { describe, expect, it } from 'vitest';
import { accessDenied } from '../../../../functions/edge/aws/access-denied.ts';

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const USER = 'User: arn:aws:sts::123456789012:assumed-role/revoke/i is not authorized to perform:';
const GET = `${USER} secretsmanager:GetSecretValue on resource: key-revoker/desk`;
const ASKED = { verb: 'open', action: 'secretsmanager:GetSecretValue', secretId: 'key-revoker/desk' };

const saying = async (name: string, text: string, found?: string): Promise<string> => {
  const error = Object.assign(new Error(text), { name });
  const { outcome, message } = await accessDenied(error, ASKED, async () => found);
  expect(outcome).toBe('stuck/access-denied');
  return message;
};

const ON_SECRET = 'Cannot open key-revoker/desk: AWS denies secretsmanager:GetSecretValue on key-revoker/desk. ';

describe('a denial of the secret names the action, the secret, and', () => {
  it.each([
    [
      'any policy, where AWS names none',
      '',
      /^The construct’s prop prefix grants this, but another policy forbids it: the/,
    ],
    [
      'the secret’s own policy',
      `${GET} with an explicit deny in a resource-based policy`,
      /^Allow it in the secret’s own policy$/,
    ],
    [
      'a service control policy',
      `${GET} with an explicit deny in a service control policy`,
      /^Allow it in the service control/,
    ],
    [
      'a boundary',
      `${GET} because no permissions boundary allows the action`,
      /^Allow it in the permissions boundary of the role$/,
    ],
    [
      'an endpoint',
      `${GET} because no VPC endpoint policy allows the action`,
      /^Allow it in the policy of the VPC endpoint$/,
    ],
    [
      'the prop',
      `${GET} because no identity-based policy allows the action`,
      /prop prefix grants this: deploy the construct/,
    ],
    [
      'another policy of the role',
      `${GET} with an explicit deny in an identity-based policy`,
      /but another policy forbids it/,
    ],
  ])('%s', async (_what, text, grant) => {
    const message = await saying('AccessDeniedException', text);
    expect(message.slice(0, ON_SECRET.length)).toBe(ON_SECRET);
    expect(message.slice(ON_SECRET.length)).toMatch(grant);
  });
});

describe('a denial of the KMS key names', () => {
  it.each([
    [
      'the key that AWS names',
      'AccessDeniedException',
      `${USER} kms:Decrypt on resource: ${KEY} because`,
      'other',
      KEY,
    ],
    [
      'the key that the secret has',
      'AccessDeniedException',
      'Access to KMS is not allowed',
      'alias/desk',
      'alias/desk',
    ],
    ['the secret, where the key is not known', 'DecryptionFailure', '', undefined, 'the KMS key of key-revoker/desk'],
    [
      'no key of another form',
      'DecryptionFailure',
      `${KEY.slice(0, 48)}s3cr3t`,
      undefined,
      'the KMS key of key-revoker/desk',
    ],
  ])('%s', async (_what, name, text, found, key) => {
    const message = await saying(name, text, found);
    expect(message).toContain(`Cannot open key-revoker/desk: AWS denies kms:Decrypt on ${key}. `);
    expect(message).toContain('Name the KMS key in the construct’s prop secretKeys and deploy');
  });

  it.each([
    ['KMSDisabledException', ''],
    ['KMSInvalidStateException', ''],
    ['InvalidRequestException', 'The KMS key is pending deletion'],
  ])('what makes a key usable again: %s %s', async (name, text) =>
    expect(await saying(name, text)).toMatch(/\. Enable the KMS key, or cancel its deletion$/),
  );

  it('both remedies where the error may mean either', async () => {
    expect(await saying('DecryptionFailure', '')).toMatch(/secretKeys and deploy.*check that the KMS key is enabled$/);
    expect(await saying('AccessDeniedException', `${USER} kms:Decrypt on`)).not.toContain('is enabled');
  });
});

it('shows nothing else of what AWS says', async () => {
  const message = await saying(
    'AccessDeniedException',
    `CANARY ${GET} CANARY with an explicit deny in a session policy`,
  );
  expect(message).not.toContain('CANARY');
  expect(message).toMatch(/Allow it in the session policy of the role$/);
});
