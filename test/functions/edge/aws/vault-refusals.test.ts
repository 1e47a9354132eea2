import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { secretsVault } from '../../../../functions/edge/aws/vault.ts';
import { frozenClock } from '../frozen-clock.ts';

type Answer = readonly [status: number, body: object];

/** Secrets Manager as a table from action to answer, for what the emulated one does not say. */
const answering = (answers: Readonly<Record<string, Answer>>) => {
  const handle = async ({ headers }: { headers: Record<string, string> }) => {
    const [status, body] = answers[headers['x-amz-target']?.split('.')[1] ?? ''] ?? [500, {}];
    const text = new TextEncoder().encode(JSON.stringify(body));
    const stream = new Blob([text]).stream();
    return {
      response: { statusCode: status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: stream },
    };
  };
  const client = new SecretsManagerClient({
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: { handle } as never,
  });
  return secretsVault(client, frozenClock());
};

const error = (type: string): Answer => [400, { __type: type, Message: 'holds CANARY' }];
const VALUE = { ARN: 'arn:aws:secretsmanager:us-east-1:1:secret:a', Name: 'a', VersionId: 'v', CreatedDate: 1 };

it.each([
  ['AccessDeniedException', 'AccessDeniedException; the role must be allowed to do this'],
  ['DecryptionFailure', 'DecryptionFailure; the role must be allowed to decrypt with the KMS key'],
  ['InternalServiceError', 'InternalServiceError'],
  ['InvalidParameterException', 'InvalidParameterException'],
])('cannot open a secret after %s, and says no word of it', async (type, told) => {
  const opening = answering({ GetSecretValue: error(type) }).open('a', 'AWSCURRENT');
  await expect(opening).rejects.toThrow(`Cannot open the secret: ${told}`);
  await expect(opening).rejects.not.toThrow('CANARY');
});

it.each([
  ['no date of deletion', [200, VALUE], 'Cannot open the secret: InvalidRequestException'],
  ['no permission to ask', error('AccessDeniedException'), 'Cannot describe the secret: AccessDeniedException'],
] as const)('does not call a secret deleted with %s', async (_what, DescribeSecret, told) => {
  const vault = answering({ GetSecretValue: error('InvalidRequestException'), DescribeSecret });
  await expect(vault.open('a', 'AWSCURRENT')).rejects.toThrow(told);
});

it('calls a secret missing that was deleted between the two questions', async () => {
  const vault = answering({
    GetSecretValue: error('InvalidRequestException'),
    DescribeSecret: error('ResourceNotFoundException'),
  });
  expect(await vault.open('a', 'AWSCURRENT')).toEqual({ found: false, why: 'missing' });
});

it.each(['ARN', 'Name', 'VersionId', 'CreatedDate'])('cannot open a secret from an answer without %s', async (name) => {
  const body = { ...VALUE, SecretString: 'CANARY', [name]: undefined };
  const opening = answering({ GetSecretValue: [200, body] }).open('a', 'AWSCURRENT');
  await expect(opening).rejects.toThrow('Cannot open the secret: the answer is incomplete');
});

it('checks the listing again, whatever the service thinks is under the prefix', async () => {
  const tag = (Key: string) => ({ Tags: [{ Key, Value: '' }] });
  const SecretList = [
    { ...VALUE, Name: 'key-revoker/a', ...tag('key-revoker:expires-at') },
    { ...VALUE, Name: 'Key-Revoker/b', ...tag('key-revoker:expires-at') },
    { ...VALUE, Name: 'key-revoker/c', ...tag('Key-Revoker:expires-at') },
    { ...VALUE, Name: 'key-revoker/d' },
  ];
  const vault = answering({ ListSecrets: [200, { SecretList }] });
  const names: string[] = [];
  for await (const { secrets } of vault.tagged('key-revoker/', 'key-revoker:'))
    names.push(...secrets.map(({ name }) => name));
  expect(names).toEqual(['key-revoker/a']);
});
