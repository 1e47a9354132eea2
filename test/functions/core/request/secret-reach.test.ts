import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameIn, outOfReach, secretArnsBeside } from '../../../../functions/core/request/secret-reach.ts';

const OWN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:';
const REACH = { secretPrefix: 'key-revoker/', secretArns: OWN };

const ofArn = (other: string): string =>
  `Cannot open that secret: its ARN has another ${other}. The ARN must begin with ${OWN}key-revoker/`;
const OF_NAME = 'Cannot open that secret: its name must begin with key-revoker/';

describe('a secret', () => {
  it.each([
    ['a name under the prefix', 'key-revoker/desk'],
    ['its ARN', `${OWN}key-revoker/desk-AbCdEf`],
    ['its ARN without the last characters', `${OWN}key-revoker/desk`],
  ])('is in reach by %s', (_what, secretId) => expect(outOfReach(secretId, REACH)).toBeUndefined());

  it.each([
    [
      'another account',
      'arn:aws:secretsmanager:us-east-1:999999999999:secret:key-revoker/desk-AbCdEf',
      ofArn('account'),
    ],
    ['another region', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-revoker/desk-AbCdEf', ofArn('region')],
    [
      'another partition',
      'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:key-revoker/desk-AbCdEf',
      ofArn('partition, region'),
    ],
    [
      'another service',
      'arn:aws:ssm:us-east-1:123456789012:parameter/key-revoker/desk',
      ofArn('service, kind of resource'),
    ],
    ['an ARN that is cut off', 'arn:aws:secretsmanager', ofArn('region, account, kind of resource')],
    ['an ARN without an account', 'arn:aws:secretsmanager:us-east-1::secret:key-revoker/desk', ofArn('account')],
    ['nothing but a beginning', 'arn:', ofArn('partition, service, region, account, kind of resource')],
    ['an ARN that ends before its name', OWN.slice(0, -1), OF_NAME],
    ['an ARN of another name', `${OWN}prod/desk-AbCdEf`, OF_NAME],
    ['an ARN inside an ARN', `${OWN}${OWN}key-revoker/desk`, OF_NAME],
    ['another name', 'prod/desk', OF_NAME],
    ['an ARN in capitals', 'ARN:aws:secretsmanager:us-east-1:123456789012:secret:key-revoker/desk', OF_NAME],
  ])('is out of reach by %s', (_what, secretId, says) => expect(outOfReach(secretId, REACH)).toBe(says));

  it('is in reach only by its own account and region, whatever else an ARN says', () => {
    const part = fc.stringMatching(/^[a-z0-9-]{0,12}$/);
    fc.assert(
      fc.property(fc.tuple(part, part, part, part, part), (parts) => {
        const begins = `arn:${parts.join(':')}:`;
        expect(outOfReach(`${begins}key-revoker/desk`, REACH) === undefined).toBe(begins === OWN);
      }),
    );
  });
});

it('finds the ARNs of secrets beside any other ARN', () => {
  expect(secretArnsBeside('arn:aws-cn:sns:cn-north-1:123456789012:results')).toBe(
    'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:',
  );
});

it.each([
  [`${OWN}key-revoker/desk-AbCdEf`, 'key-revoker/desk-AbCdEf'],
  ['key-revoker/desk', 'key-revoker/desk'],
  ['arn:aws:ssm:us-east-1:1:parameter/x', 'arn:aws:ssm:us-east-1:1:parameter/x'],
  [`key-revoker/${OWN}desk`, `key-revoker/${OWN}desk`],
])('reads the name in %s', (secretId, name) => expect(nameIn(secretId)).toBe(name));
