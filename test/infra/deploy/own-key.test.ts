import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { KeyRevocation } from '../../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../../infra/key-revocation-props.ts';
import type { Template } from '../../../infra/synthesize.ts';
import { blocksOf } from '../../pages.ts';
import { ACCOUNT, arnOf, find, mayDo, REGION, type Statement, text } from '../policy-reader.ts';
import { stackWith, templateOf } from '../synthesized.ts';

const LEAKS = `arn:aws:sns:us-east-1:444455556666:leaks`;

const withKey = (region?: string): Template =>
  templateOf(
    stackWith(
      (stack): KeyRevocationProps => ({
        encryptionKey: new Key(stack, 'K'),
        requestTopics: [Topic.fromTopicArn(stack, 'Leaks', LEAKS)],
      }),
      region,
    ),
  );

const made = withKey();
const keyId = find(made, 'AWS::KMS::Key', 'K').id;

/** Where each type that can hold data names a key. */
const KEY_OF: Readonly<Record<string, readonly [property: string, path: (value: unknown) => unknown]>> = {
  'AWS::SQS::Queue': ['KmsMasterKeyId', (value) => value],
  'AWS::SNS::Topic': ['KmsMasterKeyId', (value) => value],
  'AWS::DynamoDB::Table': ['SSESpecification', (value) => (value as { KMSMasterKeyId?: unknown })?.KMSMasterKeyId],
  'AWS::Logs::LogGroup': ['KmsKeyId', (value) => value],
  'AWS::Lambda::Function': ['KmsKeyArn', (value) => value],
};

const holders = Object.entries(made.Resources).flatMap(([id, { Type, Properties }]) => {
  const row = KEY_OF[Type];
  return row ? [{ id, Type, property: row[0], key: row[1](Properties[row[0]]) }] : [];
});

describe('a key of one’s own', () => {
  it('encrypts every queue, topic, table, log group and environment', () => {
    expect(new Set(holders.map(({ Type }) => Type))).toEqual(new Set(Object.keys(KEY_OF)));
    for (const { id, key } of holders) expect([id, text(key)]).toEqual([id, arnOf(keyId)]);
  });

  it('comes to a deployed instance without a new resource in the place of an old one', async () => {
    const plain = templateOf(stackWith(() => ({})));
    const spec = await loadAwsServiceSpec();
    for (const { id, Type, property } of holders) {
      expect(plain.Resources[id]?.Type).toBe(Type);
      const [type] = spec.lookup('resource', 'cloudFormationType', 'equals', Type);
      expect([Type, type?.properties[property]?.causesReplacement ?? 'no']).toEqual([Type, 'no']);
    }
  });
});

const mayUse = (of: Template, key: string, service: string, context: Readonly<Record<string, string>>): boolean =>
  ['kms:Decrypt', 'kms:GenerateDataKey'].every((action) =>
    mayDo(of, { who: { service }, action, resource: key, context }),
  );

describe('CloudWatch Logs', () => {
  const logs = `logs.${REGION}.amazonaws.com`;
  const group = (name: string, account = ACCOUNT): string => `arn:aws:logs:${REGION}:${account}:log-group:${name}`;

  it.each([
    ['a log group of the stack', group('S-RRevokeLog0123-abc'), true],
    ['a log group of another stack', group('Other-RRevokeLog0123-abc'), false],
    ['a log group of another account', group('S-RRevokeLog0123-abc', '444455556666'), false],
  ])('may use the key for %s: %s %s', (_what, arn, expected) =>
    expect(mayUse(made, keyId, logs, { 'kms:EncryptionContext:aws:logs:arn': arn })).toBe(expected),
  );

  it('may not use it for nothing', () => expect(mayUse(made, keyId, logs, {})).toBe(false));

  it('is named as the partition names it', () => {
    const policy = JSON.stringify(find(withKey('cn-north-1'), 'AWS::KMS::Key', 'K').Properties['KeyPolicy']);
    expect(policy).toContain('"logs.cn-north-1.');
    expect(policy).toContain('AWS::URLSuffix');
  });

  it('may use it for any log group of the account from a nested stack, whose name is not known', () => {
    const parent = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'S');
    const key = new Key(parent, 'K');
    new KeyRevocation(new NestedStack(parent, 'N'), 'R', { encryptionKey: key });
    const of = templateOf(parent);
    const { id } = find(of, 'AWS::KMS::Key', 'K');
    expect(mayUse(of, id, logs, { 'kms:EncryptionContext:aws:logs:arn': group('anything') })).toBe(true);
  });
});

describe('the statements for an imported key', () => {
  it('in the documents are those that a key of the app gets', () => {
    const [block] = blocksOf('docs/deploying.md').filter(
      ({ section, language }) => section === 'A key of your own' && language === 'json',
    );
    const written = (block?.text ?? '[]')
      .replaceAll('123456789012', ACCOUNT)
      .replaceAll('KeyRevoker', 'S')
      .replaceAll('arn:aws:sns:*:210987654321:*', 'arn:aws:sns:*:444455556666:*');
    const { KeyPolicy } = find(made, 'AWS::KMS::Key', 'K').Properties as {
      KeyPolicy: { Statement: readonly Statement[] };
    };
    const services = KeyPolicy.Statement.filter(
      ({ Principal }) => typeof Principal === 'object' && 'Service' in Principal,
    );
    const flat = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.length === 1 ? flat(value[0]) : value.map(flat);
      const names = Object.keys(value);
      if (names.some((name) => name === 'Ref' || name.startsWith('Fn::'))) return text(value);
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, flat(part)]));
    };
    expect(flat(JSON.parse(written))).toEqual(flat(services));
  });
});
