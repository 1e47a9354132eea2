import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import type { Described, Page, Vault } from '../../../../functions/core/ports.ts';
import { secretsVault } from '../../../../functions/edge/aws/vault.ts';
import { awsForThisFile } from '../../../infra/local/aws/aws-in-test.ts';
import { frozenClock } from '../frozen-clock.ts';
import { secretsForTest } from '../secrets-for-test.ts';

const DAY = 86_400_000;
const clock = frozenClock();
const calls: { action: string; body: string }[] = [];
const aws = awsForThisFile({ now: () => clock.now(), onCall: (call) => calls.push(call) });

let vault: Vault;
let secrets: ReturnType<typeof secretsForTest>;
let count = 0;
/** Each test has a prefix of its own, so that they run in any order. */
const freshPrefix = (): string => `key-revoker/${++count}/`;

beforeAll(() => {
  secrets = secretsForTest();
  vault = secretsVault(secrets.client, clock);
});
beforeEach(() => {
  aws().faults.clear();
  calls.length = 0;
});

const tagged = async (prefix: string): Promise<readonly Described[]> => {
  const found: Described[] = [];
  for await (const page of vault.tagged(prefix, 'key-revoker:')) found.push(...page.secrets);
  return found;
};

describe('a listing', () => {
  const pagesFrom = async (prefix: string, from?: string): Promise<readonly Page[]> => {
    const pages: Page[] = [];
    for await (const page of vault.tagged(prefix, 'key-revoker:', from)) pages.push(page);
    return pages;
  };

  it('continues where a page said, and from the beginning if that is no longer known', async () => {
    const prefix = freshPrefix();
    for (let n = 0; n < 101; n += 1) {
      await secrets.create({ name: `${prefix}${n}`, value: '{}', tags: { 'key-revoker:expires-at': 'x' } });
    }
    const pages = await pagesFrom(prefix);
    expect(pages.map((page) => page.secrets.length)).toEqual([100, 1]);
    expect(await pagesFrom(prefix, pages[0]?.next)).toEqual(pages.slice(1));
    expect(await pagesFrom(prefix, 'forgotten')).toEqual(pages);
  });
});

it('opens the current version, whole and wrapped', async () => {
  const name = `${freshPrefix()}desk`;
  const { arn, versionId } = await secrets.create({ name, value: ' {"apiKey":"CANARY"}\n' });
  const opened = await vault.open(name, 'AWSCURRENT');
  expect(opened).toMatchObject({ found: true, arn, name, versionId, createdAt: clock.now() });
  expect(opened.found && opened.value?.reveal()).toBe(' {"apiKey":"CANARY"}\n');
  expect(JSON.stringify(opened)).not.toContain('CANARY');
});

it('opens an older version by its label or by its id, with its own date', async () => {
  const name = `${freshPrefix()}desk`;
  const createdAt = clock.now();
  const { arn, versionId } = await secrets.create({ name, value: 'old' });
  clock.forward(1_000);
  await secrets.rotate(name, 'new');
  for (const version of ['AWSPREVIOUS', versionId]) {
    const opened = await vault.open(arn, version);
    expect(opened).toMatchObject({ found: true, versionId, createdAt });
    expect(opened.found && opened.value?.reveal()).toBe('old');
  }
});

it('has no text of a binary version', async () => {
  const name = `${freshPrefix()}desk`;
  await secrets.create({ name, value: new TextEncoder().encode('CANARY') });
  const opened = await vault.open(name, 'AWSCURRENT');
  expect(opened.found && opened.value).toBeUndefined();
});

it.each([
  ['a secret that does not exist', false, 'AWSCURRENT'],
  ['a label that no version has', true, 'AWSPREVIOUS'],
  ['a version that does not exist', true, '01234567-89ab-cdef-0123-456789abcdef'],
])('misses %s', async (_what, exists, version) => {
  const name = `${freshPrefix()}desk`;
  if (exists) await secrets.create({ name });
  expect(await vault.open(name, version)).toEqual({ found: false, why: 'missing' });
});

it('says until when a secret marked for deletion can be restored', async () => {
  const name = `${freshPrefix()}desk`;
  await secrets.create({ name });
  await secrets.client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
  const until = epochMs(clock.now() + 7 * DAY);
  expect(await vault.open(name, 'AWSCURRENT')).toEqual({ found: false, why: 'deleted', until });
});

it('does not take the day of the marking for the end of the window', async () => {
  const name = `${freshPrefix()}desk`;
  await secrets.create({ name });
  await secrets.client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
  const later = secretsVault(secrets.client, { ...clock, now: () => epochMs(clock.now() + 7 * DAY) });
  expect(await later.open(name, 'AWSCURRENT')).toEqual({ found: false, why: 'deleted' });
});

it('describes tags, labels and name', async () => {
  const name = `${freshPrefix()}desk`;
  const first = await secrets.create({ name, tags: { 'key-revoker:provider': 'bybit', empty: '' } });
  const second = await secrets.rotate(name, 'new');
  expect(await vault.describe(first.arn)).toEqual({
    arn: first.arn,
    name,
    tags: { 'key-revoker:provider': 'bybit', empty: '' },
    stages: { AWSCURRENT: second.versionId, AWSPREVIOUS: first.versionId },
    isReplica: false,
  });
});

it('describes nothing where there is no secret', async () => {
  expect(await vault.describe(`${freshPrefix()}desk`)).toBeUndefined();
});

it.each([
  ['a replica', 'eu-west-1', true],
  ['a primary that has replicas', 'us-east-1', false],
])('tells %s', async (_what, primaryRegion, isReplica) => {
  const prefix = freshPrefix();
  const { arn } = await secrets.create({ name: `${prefix}desk`, tags: { 'key-revoker:expires-at': 'soon' } });
  const store = aws().secrets;
  store.put({ ...store.find(arn), primaryRegion });
  expect(await vault.describe(arn)).toMatchObject({ isReplica });
  expect(await tagged(prefix)).toMatchObject([{ arn, isReplica }]);
});

it('replaces the status tags and leaves the others', async () => {
  const name = `${freshPrefix()}desk`;
  await secrets.create({ name, tags: { 'key-revoker:status': 'stuck', 'key-revoker:provider': 'bybit' } });
  await vault.tag(name, { 'key-revoker:status': 'revoked', 'key-revoker:proved-at': '2026-11-21T12:00:00Z' });
  expect((await vault.describe(name))?.tags).toEqual({
    'key-revoker:status': 'revoked',
    'key-revoker:proved-at': '2026-11-21T12:00:00Z',
    'key-revoker:provider': 'bybit',
  });
});

it('writes no tag that is an order', async () => {
  const name = `${freshPrefix()}desk`;
  await secrets.create({ name });
  const order = { 'key-revoker:status': 'revoked', 'key-revoker:expires-at': '2026-11-21T12:00:00Z' };
  await expect(vault.tag(name, order)).rejects.toThrow('Cannot write the tag key-revoker:expires-at');
  expect((await vault.describe(name))?.tags).toEqual({});
});

it('lists every page of the secrets under the prefix that have such a tag', async () => {
  const prefix = freshPrefix();
  const names = Array.from({ length: 205 }, (_none, at) => `${prefix}${String(at).padStart(3, '0')}`);
  for (const name of names) await secrets.create({ name, tags: { 'key-revoker:expires-at': 'soon' } });
  calls.length = 0;
  expect((await tagged(prefix)).map(({ name }) => name).sort()).toEqual(names);
  expect(calls).toHaveLength(3);
  expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({ MaxResults: 100, IncludePlannedDeletion: true });
});

it('leaves out other prefixes and other tags, and says what is marked for deletion', async () => {
  const prefix = freshPrefix();
  const tags = { 'key-revoker:expires-at': 'soon' };
  const { arn, versionId } = await secrets.create({ name: `${prefix}meant`, tags });
  await secrets.create({ name: `${prefix}untagged` });
  await secrets.create({ name: `${prefix}other-tag`, tags: { 'key-revoker': 'no' } });
  await secrets.create({ name: `${prefix}by-value`, tags: { note: 'key-revoker:expires-at' } });
  await secrets.create({ name: `other/${prefix}`, tags });
  await secrets.create({ name: prefix.toUpperCase(), tags });
  const deleted = await secrets.create({ name: `${prefix}deleted`, tags });
  await secrets.client.send(new DeleteSecretCommand({ SecretId: `${prefix}deleted` }));
  expect(await tagged(prefix)).toEqual([
    { arn, name: `${prefix}meant`, tags, stages: { AWSCURRENT: versionId }, isReplica: false },
    {
      arn: deleted.arn,
      name: `${prefix}deleted`,
      tags,
      stages: { AWSCURRENT: deleted.versionId },
      isReplica: false,
      isMarkedForDeletion: true,
    },
  ]);
});

it.each<[string, string, (name: string) => Promise<unknown>]>([
  ['open the secret', 'GetSecretValue', (name) => vault.open(name, 'AWSCURRENT')],
  ['describe the secret', 'DescribeSecret', (name) => vault.describe(name)],
  ['tag the secret', 'TagResource', (name) => vault.tag(name, { 'key-revoker:status': 'revoked' })],
  ['list secrets', 'ListSecrets', (name) => tagged(name)],
])('cannot %s while the service is down', async (what, action, use) => {
  const name = `${freshPrefix()}desk`;
  await secrets.create({ name, value: 'CANARY' });
  aws().faults.add({ service: 'secretsmanager', action, kind: 'unavailable', times: 3 });
  await expect(use(name)).rejects.toThrow(new Unavailable(`Cannot ${what}: InternalFailure`));
});

it('ends a listing whose second page does not come with an error, never as if it were whole', async () => {
  const prefix = freshPrefix();
  for (let at = 0; at < 101; at += 1) await secrets.create({ name: `${prefix}${at}`, tags: { 'key-revoker:x': '1' } });
  aws().faults.add({ service: 'secretsmanager', action: 'ListSecrets', kind: 'unavailable', skip: 1, times: 3 });
  await expect(tagged(prefix)).rejects.toBeInstanceOf(Unavailable);
});
