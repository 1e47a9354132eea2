import * as sm from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, it } from 'vitest';
import type { BusEvent } from '../../../../infra/local/aws/bus/bus-event.ts';
import { createSecret } from '../../../../infra/local/aws/secrets/create-secret.ts';
import { awsForThisFile } from './aws-in-test.ts';

const START = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const clock = { now: START };
const aws = awsForThisFile({ now: () => clock.now });
const client = new sm.SecretsManagerClient({});
afterAll(() => client.destroy());

const create = (Name: string, more: Partial<sm.CreateSecretRequest> = {}) =>
  client.send(new sm.CreateSecretCommand({ Name, SecretString: 'one', ...more }));
const get = (SecretId: string, more: Partial<sm.GetSecretValueRequest> = {}) =>
  client.send(new sm.GetSecretValueCommand({ SecretId, ...more }));
const namesOf = (page: sm.ListSecretsResponse) => page.SecretList?.map(({ Name }) => Name);
const list = (input: sm.ListSecretsRequest) => client.send(new sm.ListSecretsCommand(input));

it('finds a secret by name, by ARN and by ARN without the suffix', async () => {
  const { ARN = '' } = await create('find/me');
  expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:find\/me-[A-Za-z]{6}$/);
  for (const id of ['find/me', ARN, ARN.slice(0, -7)]) expect((await get(id)).SecretString).toBe('one');
});

it('does not take the ARN of a secret for that of another with the same name', async () => {
  const { ARN = '' } = await create('again');
  await client.send(new sm.DeleteSecretCommand({ SecretId: 'again', ForceDeleteWithoutRecovery: true }));
  const second = await create('again');
  expect(second.ARN).not.toBe(ARN);
  await expect(get(ARN)).rejects.toBeInstanceOf(sm.ResourceNotFoundException);
});

it('moves AWSCURRENT and AWSPREVIOUS when a value is put, and keeps the dates of the versions', async () => {
  clock.now = START;
  const first = await create('rotated');
  clock.now = START + DAY_MS;
  const second = await client.send(new sm.PutSecretValueCommand({ SecretId: 'rotated', SecretString: 'two' }));
  const current = await get('rotated');
  const previous = await get('rotated', { VersionStage: 'AWSPREVIOUS' });
  expect(current).toMatchObject({ SecretString: 'two', VersionId: second.VersionId, VersionStages: ['AWSCURRENT'] });
  expect(current.CreatedDate).toEqual(new Date(START + DAY_MS));
  expect(previous).toMatchObject({ SecretString: 'one', VersionId: first.VersionId, CreatedDate: new Date(START) });
  await client.send(new sm.PutSecretValueCommand({ SecretId: 'rotated', SecretString: 'three' }));
  const unlabelled = await get('rotated', { VersionId: first.VersionId });
  expect(unlabelled).toMatchObject({ SecretString: 'one', VersionStages: [] });
  const described = await client.send(new sm.DescribeSecretCommand({ SecretId: 'rotated' }));
  expect(described.VersionIdsToStages).not.toHaveProperty(String(first.VersionId));
});

it('adds a pending version without touching the current one, then promotes it', async () => {
  const first = await create('staged');
  const pending = { SecretId: 'staged', SecretString: 'two', VersionStages: ['AWSPENDING'] };
  const { VersionId } = await client.send(new sm.PutSecretValueCommand(pending));
  expect((await get('staged')).SecretString).toBe('one');
  const promote = { SecretId: 'staged', VersionStage: 'AWSCURRENT', MoveToVersionId: VersionId };
  const unnamed = client.send(new sm.UpdateSecretVersionStageCommand(promote));
  await expect(unnamed).rejects.toBeInstanceOf(sm.InvalidParameterException);
  await client.send(new sm.UpdateSecretVersionStageCommand({ ...promote, RemoveFromVersionId: first.VersionId }));
  const { VersionIdsToStages } = await client.send(new sm.DescribeSecretCommand({ SecretId: 'staged' }));
  expect(VersionIdsToStages).toEqual({
    [String(VersionId)]: expect.arrayContaining(['AWSPENDING', 'AWSCURRENT']),
    [String(first.VersionId)]: ['AWSPREVIOUS'],
  });
});

it('puts the same token with the same value once, and refuses it with another', async () => {
  const ClientRequestToken = '0f8fad5b-d9cb-469f-a165-70867728950e';
  await create('token');
  const put = (SecretString: string) =>
    client.send(new sm.PutSecretValueCommand({ SecretId: 'token', ClientRequestToken, SecretString }));
  await put('two');
  expect((await put('two')).VersionId).toBe(ClientRequestToken);
  await expect(put('three')).rejects.toBeInstanceOf(sm.ResourceExistsException);
});

it('keeps binary values', async () => {
  const SecretBinary = Buffer.from([0, 255, 7]);
  await client.send(new sm.CreateSecretCommand({ Name: 'binary', SecretBinary }));
  expect(Buffer.from((await get('binary')).SecretBinary ?? [])).toEqual(Buffer.from([0, 255, 7]));
});

it.each([
  ['a secret that is not there', () => get('nowhere'), sm.ResourceNotFoundException],
  ['a label that no version has', () => get('errors', { VersionStage: 'AWSPREVIOUS' }), sm.ResourceNotFoundException],
  ['a name that is taken', () => create('errors'), sm.ResourceExistsException],
  ['a page of 101', () => list({ MaxResults: 101 }), sm.SecretsManagerServiceException],
  ['a token that was never given', () => list({ NextToken: 'bm8=' }), sm.InvalidNextTokenException],
])('refuses %s', async (_what, ask, error) => {
  await create('errors').catch(() => undefined);
  await expect(ask()).rejects.toBeInstanceOf(error);
});

it.each([
  ['another character', { Key: 'key', Value: 'a,b' }],
  ['a long value', { Key: 'key', Value: 'x'.repeat(257) }],
  ['a key of AWS', { Key: 'aws:key', Value: 'a' }],
])('refuses a tag with %s', async (_what, tag) => {
  await create('tags').catch(() => undefined);
  const asked = client.send(new sm.TagResourceCommand({ SecretId: 'tags', Tags: [tag] }));
  await expect(asked).rejects.toBeInstanceOf(sm.InvalidParameterException);
});

it('sets, replaces and removes tags', async () => {
  await create('tagged', { Tags: [{ Key: 'a', Value: '1' }] });
  const Tags = [
    { Key: 'a', Value: '2' },
    { Key: 'b', Value: '3' },
  ];
  await client.send(new sm.TagResourceCommand({ SecretId: 'tagged', Tags }));
  await client.send(new sm.UntagResourceCommand({ SecretId: 'tagged', TagKeys: ['b'] }));
  const described = await client.send(new sm.DescribeSecretCommand({ SecretId: 'tagged' }));
  expect(described.Tags).toEqual([{ Key: 'a', Value: '2' }]);
});

it('hides a secret marked for deletion, restores it, and forgets it when its time is up', async () => {
  clock.now = START;
  await create('doomed/one');
  const remove = () => client.send(new sm.DeleteSecretCommand({ SecretId: 'doomed/one', RecoveryWindowInDays: 7 }));
  expect((await remove()).DeletionDate).toEqual(new Date(START + 7 * DAY_MS));
  await expect(get('doomed/one')).rejects.toThrow(/marked for deletion/);
  await expect(get('doomed/one')).rejects.toBeInstanceOf(sm.InvalidRequestException);
  const Filters = [{ Key: 'name' as const, Values: ['doomed/'] }];
  expect(namesOf(await list({ Filters }))).toEqual([]);
  expect(namesOf(await list({ Filters, IncludePlannedDeletion: true }))).toEqual(['doomed/one']);
  await client.send(new sm.RestoreSecretCommand({ SecretId: 'doomed/one' }));
  expect((await get('doomed/one')).SecretString).toBe('one');
  await remove();
  clock.now = START + 7 * DAY_MS;
  await expect(get('doomed/one')).rejects.toBeInstanceOf(sm.ResourceNotFoundException);
});

it.each([
  ['a name prefix', [{ Key: 'name', Values: ['filter/a'] }], ['filter/a1', 'filter/a2']],
  ['case', [{ Key: 'name', Values: ['Filter/'] }], []],
  ['any of several values', [{ Key: 'name', Values: ['filter/a1', 'filter/b'] }], ['filter/a1', 'filter/b1']],
  ['a tag key by prefix', [{ Key: 'tag-key', Values: ['test:exp'] }], ['filter/a1', 'filter/b1']],
  ['a tag value', [{ Key: 'tag-value', Values: ['soon'] }], ['filter/b1']],
  [
    'all filters at once, one negated',
    [
      { Key: 'name', Values: ['filter/'] },
      { Key: 'tag-key', Values: ['!test:'] },
    ],
    ['filter/a2'],
  ],
] as const)('filters a list by %s', async (_what, filters, expected) => {
  await create('filter/a1', { Tags: [{ Key: 'test:expires-at', Value: 'later' }] }).catch(() => undefined);
  await create('filter/a2').catch(() => undefined);
  await create('filter/b1', { Tags: [{ Key: 'test:expiry', Value: 'soon' }] }).catch(() => undefined);
  const Filters = filters.map(({ Key, Values }) => ({ Key, Values: [...Values] }));
  expect(namesOf(await list({ Filters }))).toEqual(expected);
});

it('tells the region of the original of a replica', async () => {
  await create('replica');
  aws().secrets.put({ ...aws().secrets.find('replica'), primaryRegion: 'eu-west-1' });
  const described = await client.send(new sm.DescribeSecretCommand({ SecretId: 'replica' }));
  expect(described.PrimaryRegion).toBe('eu-west-1');
});

it('pages through a great many secrets, each once', async () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `many/${index}`);
  for (const Name of names) createSecret(aws().secrets, { Name, SecretString: 'x' });
  const pages = sm.paginateListSecrets({ client }, { Filters: [{ Key: 'name', Values: ['many/9999'] }] });
  const found: (string | undefined)[] = [];
  for await (const page of pages) found.push(...(namesOf(page) ?? []));
  expect(found).toEqual(names.filter((name) => name.startsWith('many/9999')));
  const first = await list({ Filters: [{ Key: 'name', Values: ['many/'] }] });
  const second = await list({ Filters: [{ Key: 'name', Values: ['many/'] }], NextToken: first.NextToken });
  expect([...(namesOf(first) ?? []), ...(namesOf(second) ?? [])]).toEqual(names.slice(0, 200));
});

describe('what changes', () => {
  const heard = async (work: () => Promise<unknown>): Promise<readonly BusEvent[]> => {
    const events: BusEvent[] = [];
    const stop = aws().buses.listen((event, bus) => void (bus === 'default' && events.push(event)));
    await work().finally(stop);
    return events;
  };
  const labelsIn = (events: readonly BusEvent[]) => events.map(({ detail }) => detail);
  const put = (SecretId: string, VersionStages?: string[]) =>
    client.send(
      new sm.PutSecretValueCommand({ SecretId, SecretString: 'two', ...(VersionStages && { VersionStages }) }),
    );

  it('is an event where a label is on a new version, but for the labels of a rotation', async () => {
    const { ARN = '' } = await create('told/version');
    let id: string | undefined;
    const events = await heard(async () => {
      id = (await put('told/version')).VersionId;
    });
    expect(events).toMatchObject([
      { source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated', resources: [ARN] },
    ]);
    expect(labelsIn(events)).toEqual([{ name: 'told/version', labelUpdated: 'AWSCURRENT', versionId: id }]);
    const pending = await put('told/version', ['AWSPENDING']);
    expect(await heard(() => put('told/version', ['AWSPENDING']))).toEqual([]);
    const move = { SecretId: 'told/version', VersionStage: 'AWSCURRENT', RemoveFromVersionId: id };
    const moved = await heard(() =>
      client.send(new sm.UpdateSecretVersionStageCommand({ ...move, MoveToVersionId: pending.VersionId })),
    );
    expect(labelsIn(moved)).toMatchObject([{ labelUpdated: 'AWSCURRENT', versionId: pending.VersionId }]);
  });

  it('is an event of a call only while a trail logs, and shows no value', async () => {
    await create('told/tags');
    const Tags = [{ Key: 'a', Value: 'b' }];
    const tag = () => client.send(new sm.TagResourceCommand({ SecretId: 'told/tags', Tags }));
    expect(await heard(tag)).toEqual([]);
    aws().trail.isLogging = true;
    const [event, ...more] = await heard(tag);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ source: 'aws.secretsmanager', 'detail-type': 'AWS API Call via CloudTrail' });
    expect(event?.detail).toMatchObject({
      ...{ eventSource: 'secretsmanager.amazonaws.com', eventName: 'TagResource', responseElements: null },
      requestParameters: { secretId: 'told/tags', tags: [{ key: 'a', value: 'b' }] },
    });
    const [created] = await heard(() => create('told/new'));
    expect(created?.detail).toMatchObject({ eventName: 'CreateSecret', requestParameters: { name: 'told/new' } });
    expect(JSON.stringify(created)).not.toContain('one');
    expect(await heard(() => get('told/new'))).toEqual([]);
    aws().trail.isLogging = false;
  });

  it('shows in a listing only after its time, and in a description at once', async () => {
    clock.now = START;
    await create('late/kept');
    await create('late/gone');
    const late = { Filters: [{ Key: 'name' as const, Values: ['late/'] }] };
    aws().secrets.listingLagMs = 300_000;
    expect(namesOf(await list(late))).toEqual([]);
    clock.now += 300_000;
    expect(namesOf(await list(late))).toEqual(['late/kept', 'late/gone']);
    await client.send(new sm.TagResourceCommand({ SecretId: 'late/kept', Tags: [{ Key: 'a', Value: 'b' }] }));
    await client.send(new sm.DeleteSecretCommand({ SecretId: 'late/gone', ForceDeleteWithoutRecovery: true }));
    const described = await client.send(new sm.DescribeSecretCommand({ SecretId: 'late/kept' }));
    expect(described.Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    const { SecretList = [] } = await list(late);
    expect(SecretList.map(({ Name, Tags }) => [Name, Tags])).toEqual([
      ['late/kept', []],
      ['late/gone', []],
    ]);
    clock.now += 300_000;
    const after = await list(late);
    expect(after.SecretList?.map(({ Name, Tags }) => [Name, Tags])).toEqual([['late/kept', described.Tags]]);
    aws().secrets.listingLagMs = 0;
  });
});
