import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { secretsVault } from '../../../../functions/edge/aws/vault.ts';
import { faultFrom } from '../../core/memory-ports.ts';
import { frozenClock } from '../frozen-clock.ts';

type Answer = readonly [status: number, body: object];

/** Secrets Manager as a table from action to answer, or to one answer after the other, for what the emulated one does not say. */
const answering = (answers: Readonly<Record<string, Answer | readonly Answer[]>>) => {
  let asked = 0;
  const handle = async ({ headers }: { headers: Record<string, string> }) => {
    const answer = answers[headers['x-amz-target']?.split('.')[1] ?? ''] ?? [500, {}];
    const [status, body] = (Array.isArray(answer[0]) ? answer[asked] : answer) as Answer;
    asked += 1;
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
  ['InternalServiceError', 'InternalServiceError'],
  ['ThrottlingException', 'ThrottlingException'],
  ['UnrecognizedClientException', 'UnrecognizedClientException'],
])('cannot open a secret after %s, and says no word of it', async (type, told) => {
  const opening = answering({ GetSecretValue: error(type) }).open('a', 'AWSCURRENT');
  await expect(opening).rejects.toThrow(`Cannot open the secret: ${told}`);
  await expect(opening).rejects.not.toThrow('CANARY');
});

it.each(['ValidationException', 'InvalidParameterException', 'ResourceNotFoundException'])(
  'misses a secret after %s',
  async (type) => {
    const vault = answering({ GetSecretValue: error(type), DescribeSecret: error(type) });
    expect(await vault.open('a', 'AWSCURRENT')).toEqual({ found: false, why: 'missing' });
    expect(await vault.describe('a')).toBeUndefined();
  },
);

const onKey = (DescribeSecret: Answer): Promise<string> =>
  faultFrom(answering({ GetSecretValue: error('DecryptionFailure'), DescribeSecret }).open('a', 'AWSCURRENT'));

describe('a denial', () => {
  it('ends a request, names the action and the secret, and says no word of the error', async () => {
    const vault = answering({
      GetSecretValue: error('AccessDeniedException'),
      DescribeSecret: error('AccessDeniedException'),
    });
    const opening = await faultFrom(vault.open('a', 'AWSCURRENT'));
    expect(opening).toMatch(/^stuck\/access-denied: Cannot open a: AWS denies secretsmanager:GetSecretValue on a\. /);
    const describing = await faultFrom(vault.describe('a'));
    expect(describing).toMatch(
      /^stuck\/access-denied: Cannot describe a: AWS denies secretsmanager:DescribeSecret on a\. /,
    );
    expect(opening + describing).not.toContain('CANARY');
  });

  it.each([
    ['as the secret names it', [200, { ...VALUE, KmsKeyId: 'alias/desk' }], 'alias/desk'],
    ['by its secret if it is the key of AWS', [200, VALUE], 'the KMS key of a'],
    ['by its secret if nobody tells', error('AccessDeniedException'), 'the KMS key of a'],
    ['by its secret if the name has another form', [200, { ...VALUE, KmsKeyId: 'a b' }], 'the KMS key of a'],
  ] as const)('names the KMS key %s', async (_what, DescribeSecret, key) =>
    expect(await onKey(DescribeSecret)).toContain(`: Cannot open a: AWS denies kms:Decrypt on ${key}. `),
  );

  it('of the question about a deleted secret ends a request as well', async () => {
    const vault = answering({
      GetSecretValue: error('InvalidRequestException'),
      DescribeSecret: error('AccessDeniedException'),
    });
    expect(await faultFrom(vault.open('a', 'AWSCURRENT'))).toContain('stuck/access-denied: Cannot describe a: ');
  });
});

it.each([
  ['no date of deletion', [200, VALUE], 'Cannot open the secret: InvalidRequestException'],
  ['no answer', error('InternalServiceError'), 'Cannot describe the secret: InternalServiceError'],
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

describe('a list of secrets that never ends', () => {
  const walked = async (answers: readonly Answer[]): Promise<number> => {
    let pages = 0;
    for await (const _ of answering({ ListSecrets: answers }).tagged('key-revoker/', 'key-revoker:')) pages += 1;
    return pages;
  };
  const page = (NextToken?: string): Answer => [200, { SecretList: [], NextToken }];

  it('is read to its end where each page names another one', async () =>
    expect(await walked([page('a'), page('b'), page()])).toBe(3));

  it('is left where a page is named twice: nothing is known of the secrets behind it', async () => {
    const twice = 'Cannot list secrets: AWS names the same next page twice';
    await expect(walked([page('a'), page('a')])).rejects.toThrow(twice);
    await expect(walked([page('a'), page('b'), page('a')])).rejects.toThrow(twice);
  });

  it('is not begun again in the middle, where the service forgets a page that it has just named', async () =>
    expect(walked([page('a'), error('InvalidNextTokenException'), page('a')])).rejects.toThrow(
      'Cannot list secrets: InvalidNextTokenException',
    ));
});
