import { expect, it } from 'vitest';
import { fromAws } from '../../../../functions/operator/deployment/aws-trouble.ts';
import { Failure } from '../../../../functions/operator/terminal/failure.ts';

const named = (name: string, message = 'quoted: s3cr3t', more: object = {}): Error =>
  Object.assign(new Error(message), { name }, more);

it.each<[string, Error, string]>([
  ['no region', new Error('Region is missing'), 'Cannot ask: set a region in AWS_REGION or in the profile'],
  [
    'no credentials',
    named('CredentialsProviderError'),
    'Cannot ask: CredentialsProviderError; set AWS credentials in the environment or in the profile',
  ],
  [
    'old credentials',
    named('ExpiredTokenException'),
    'Cannot ask: ExpiredTokenException; use AWS credentials that are valid now',
  ],
  [
    'no right',
    named('AccessDeniedException'),
    'Cannot ask: AccessDeniedException; use a role that was granted access with grantOperate',
  ],
  [
    'no right to an action',
    named('AccessDeniedException', 'User: s3cr3t is not authorized to perform: ssm:GetParameter on s3cr3t'),
    'Cannot ask: AccessDeniedException for ssm:GetParameter; use a role that was granted access with grantOperate',
  ],
  [
    'no right to a key',
    named('KmsAccessDenied'),
    'Cannot ask: KmsAccessDenied; use a role that was granted access with grantOperate',
  ],
  [
    'nobody there',
    named('Error', 'connect', { code: 'ECONNREFUSED' }),
    'Cannot ask: ECONNREFUSED; check the connection to AWS, or to AWS_ENDPOINT_URL',
  ],
  [
    'a page that is none of AWS’s',
    named('Unknown'),
    'Cannot ask: Unknown; the answer is not from AWS. Check for a proxy, and check AWS_ENDPOINT_URL',
  ],
  [
    'an endpoint that is none',
    named('TypeError', 'Invalid URL', { code: 'ERR_INVALID_URL' }),
    'Cannot ask: ERR_INVALID_URL; AWS_ENDPOINT_URL must be a URL',
  ],
  [
    'too many calls',
    named('ThrottlingException'),
    'Cannot ask: ThrottlingException; AWS limits the rate of calls. Try again',
  ],
  ['anything else', named('OddException'), 'Cannot ask: OddException'],
])('says what %s asks for, and quotes nothing', (_what, error, message) =>
  expect(fromAws('ask', Promise.reject(error))).rejects.toEqual(new Failure(1, message)),
);

it('says what an error means here', () => {
  const gone = new Failure(4, 'Cannot find it');
  return expect(fromAws('ask', Promise.reject(named('NotFound')), { NotFound: gone })).rejects.toBe(gone);
});

it('gives what came', () => expect(fromAws('ask', Promise.resolve(1))).resolves.toBe(1));
