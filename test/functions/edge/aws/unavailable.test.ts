import { expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { classOf } from '../../../../functions/edge/aws/error-class.ts';
import { orUnavailable, unavailable } from '../../../../functions/edge/aws/unavailable.ts';

const failure = (name: string, more: object = {}) => Object.assign(new Error('holds CANARY'), { name }, more);

it.each([
  ['its class', failure('ThrottlingException'), 'Cannot read the ledger: ThrottlingException'],
  ['the system code', failure('Error', { code: 'ECONNREFUSED' }), 'Cannot read the ledger: ECONNREFUSED'],
  [
    'both, where they differ',
    failure('TimeoutError', { code: 'ETIMEDOUT' }),
    'Cannot read the ledger: TimeoutError ETIMEDOUT',
  ],
  [
    'what a refusal asks for',
    failure('AccessDeniedException'),
    'Cannot read the ledger: AccessDeniedException; the role must be allowed to do this',
  ],
  [
    'that the key refused rather than the secret',
    failure('DecryptionFailure'),
    'Cannot read the ledger: DecryptionFailure; the role must be allowed to use the KMS key, and the key must be enabled',
  ],
  ['nothing of a name that is a sentence', failure('holds CANARY'), 'Cannot read the ledger: Error'],
  ['nothing of what is no error', 'CANARY', 'Cannot read the ledger: Error'],
])('tells %s', (_what, error, message) => {
  expect(unavailable('read the ledger', error).message).toBe(message);
});

it.each([
  ['AccessDeniedException', 'is not authorized to perform: dynamodb:GetItem on CANARY', 'allowed dynamodb:GetItem'],
  ['KmsAccessDenied', 'CANARY', 'allowed to use the KMS key, and the key must be enabled'],
])('tells the action of a denial, and that it is one: %s', (name, text, needed) => {
  const ours = unavailable('read the ledger', Object.assign(new Error(text), { name }));
  expect(ours.isDenied).toBe(true);
  expect(ours.message).toBe(`Cannot read the ledger: ${name}; the role must be ${needed}`);
});

it('tells no other error from an outage', () =>
  expect(unavailable('read the ledger', failure('ResourceNotFoundException')).isDenied).toBe(false));

it('keeps no part of the error that it stands for', () => {
  const ours = unavailable('read the ledger', failure('ValidationException', { $response: 'CANARY' }));
  expect(ours.cause).toBeUndefined();
  expect(Object.values(ours).join()).not.toContain('CANARY');
});

it('passes on what an exchange gives, and turns what it throws', async () => {
  await expect(orUnavailable('read', Promise.resolve(7))).resolves.toBe(7);
  await expect(orUnavailable('read', Promise.reject(failure('X')))).rejects.toBeInstanceOf(Unavailable);
});

it('knows a class by its name, whatever a bundler made of the class', () => {
  expect(classOf(failure('ResourceNotFoundException'))).toBe('ResourceNotFoundException');
  expect(classOf(undefined)).toBe('Error');
});
