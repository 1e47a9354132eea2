import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  deniedAction,
  ERROR_CLASSES,
  type ErrorKind,
  errorKindOf,
  isOfKeyState,
  isOfKms,
} from '../../../../functions/edge/aws/error-class.ts';

const failure = (name: string, message = ''): Error => Object.assign(new Error(message), { name });

/** The calls of the functions, by the client that makes them. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  'secrets-manager': ['GetSecretValue', 'DescribeSecret', 'ListSecrets', 'TagResource'],
  dynamodb: ['GetItem', 'PutItem', 'UpdateItem', 'Query'],
  sqs: ['SendMessage', 'SendMessageBatch', 'ChangeMessageVisibility'],
  sns: ['Publish'],
  eventbridge: ['PutEvents'],
};

/** The error classes that the SDK documents for a call. */
const documentedFor = (client: string, call: string): readonly string[] => {
  const main = createRequire(import.meta.url).resolve(`@aws-sdk/client-${client}`);
  const page = readFileSync(join(dirname(main), '..', 'dist-types', 'commands', `${call}Command.d.ts`), 'utf8');
  const names = [...page.matchAll(/@throws \{@link (\w+)\}/g)].map(([, name = '']) => name);
  return names.filter((name) => !name.endsWith('ServiceException'));
};

const spelled = (name: string): string =>
  name
    .replace(/(Error)?(Exception)?$/, '')
    .replaceAll('.', '')
    .toLowerCase();
const ROWS = Object.values(ERROR_CLASSES).flat().map(spelled);

describe('the table', () => {
  it.each(Object.entries(CALLS).flatMap(([client, calls]) => calls.map((call) => [client, call] as const)))(
    'has every error of %s %s',
    (client, call) => {
      const documented = documentedFor(client, call);
      expect(documented.length).toBeGreaterThan(0);
      expect(documented.filter((name) => !ROWS.includes(spelled(name)))).toEqual([]);
    },
  );

  it('has each class once', () => expect(ROWS.length).toBe(new Set(ROWS).size));
});

it.each<[ErrorKind, string, string?]>([
  ['denied', 'AccessDeniedException'],
  ['denied', 'AccessDenied'],
  ['denied', 'AuthorizationErrorException'],
  ['denied', 'AuthorizationError'],
  ['denied', 'DecryptionFailure'],
  ['denied', 'KMSAccessDeniedException'],
  ['denied', 'KmsAccessDenied'],
  ['denied', 'KMS.AccessDeniedException'],
  ['denied', 'KMSDisabledException'],
  ['denied', 'KmsInvalidState'],
  ['denied', 'KMSInvalidStateException'],
  ['denied', 'InvalidRequestException', 'The KMS key is pending deletion'],
  [
    'absent',
    'InvalidRequestException',
    'You can’t perform this operation on the secret because it was marked for deletion',
  ],
  ['absent', 'ResourceNotFoundException'],
  ['absent', 'ValidationException'],
  ['absent', 'InvalidParameterException'],
  ['unavailable', 'ThrottlingException'],
  ['unavailable', 'KMSThrottlingException'],
  ['unavailable', 'KmsThrottled'],
  ['unavailable', 'InternalServiceError'],
  ['unavailable', 'InternalServerError'],
  ['unavailable', 'ExpiredTokenException'],
  ['unavailable', 'TimeoutError'],
  ['unavailable', 'ECONNREFUSED'],
  ['unavailable', 'ConditionalCheckFailedException'],
  ['unavailable', 'ANewException', 'Access denied'],
  ['unavailable', 'Error'],
])('calls %s: %s %s', (kind, name, text) => expect(errorKindOf(failure(name, text))).toBe(kind));

it('takes what is no error for unavailable', () => expect(errorKindOf('AccessDenied')).toBe('unavailable'));

const USER = 'User: arn:aws:sts::123456789012:assumed-role/revoke/i is not authorized to perform:';

it.each([
  [`${USER} secretsmanager:GetSecretValue on resource: key-revoker/x`, 'secretsmanager:GetSecretValue'],
  [`${USER} kms:Decrypt on the resource associated with this ciphertext`, 'kms:Decrypt'],
  [`${USER} s3cr3t because`, undefined],
  ['Access to KMS is not allowed', undefined],
])('finds the action in "%s"', (text, action) =>
  expect(deniedAction(failure('AccessDeniedException', text))).toBe(action),
);

it.each([
  [true, 'AccessDeniedException', 'Access to KMS is not allowed'],
  [true, 'AccessDeniedException', `${USER} kms:Decrypt on resource: arn`],
  [true, 'DecryptionFailure', ''],
  [true, 'KmsDisabled', ''],
  [false, 'AccessDeniedException', ''],
  [false, 'AccessDeniedException', `${USER} secretsmanager:GetSecretValue on resource: key-revoker/KMS`],
])('says %s to a denial of the key: %s %s', (isOfKey, name, text) =>
  expect(isOfKms(failure(name, text))).toBe(isOfKey),
);

it.each([
  [true, 'KMSDisabledException', ''],
  [true, 'KmsInvalidState', ''],
  [true, 'InvalidRequestException', 'The KMS key is disabled'],
  [true, 'AccessDeniedException', 'Access to KMS is not allowed: the key is pending deletion'],
  [false, 'KMSAccessDeniedException', ''],
  [false, 'DecryptionFailure', ''],
  [false, 'AccessDeniedException', 'Access to KMS is not allowed'],
])('says %s to a key that nobody can use: %s %s', (isState, name, text) =>
  expect(isOfKeyState(failure(name, text))).toBe(isState),
);
