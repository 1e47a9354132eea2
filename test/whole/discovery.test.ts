import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteSecretCommand, UntagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { MASTER_KEY, master } from './system/orders.ts';
import { START, systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const at = (ms: number): string => new Date(START + ms).toISOString();
const tags = (fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`key-revoker:${name}`, value]));
const ORDER = { provider: 'bybit', operation: 'delete-master-key' };

const outcomes = () =>
  system()
    .receipts()
    .filter(({ confirms }) => confirms === null)
    .map(({ attempt, outcome }) => `${attempt} ${outcome}`);

/** A tagged master key, whose tag a trail tells of. */
const tagged = async (ms: number): Promise<string> => {
  const { secretId } = await master(system());
  system().aws.trail.isLogging = true;
  await system().tag(secretId, tags({ ...ORDER, 'expires-at': at(ms) }));
  return secretId;
};

const itemOf = async (pk: string, sk: string) => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const table = system().deployment.outputs['LedgerTable'];
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: { pk, sk } }));
  client.destroy();
  return Item;
};

const arnOf = (secretId: string): string => system().aws.secrets.find(secretId).arn;

describe('a date that is set for two minutes ahead', () => {
  it('is met within five seconds of its instant where a trail tells of it, without any sweep', async () => {
    await tagged(2 * MINUTE);
    expect(await system().discover()).toBe(1);
    await system().settle();
    const [call] = system().bybit.applied();
    expect(call).toMatchObject({ keyId: MASTER_KEY });
    expect(Number(call?.at) - (START + 2 * MINUTE)).toBeGreaterThanOrEqual(0);
    expect(Number(call?.at) - (START + 2 * MINUTE)).toBeLessThan(5 * SECOND);
    expect(outcomes()).toEqual(['1 revoked']);
  });

  it('is met by the next sweep where there is no trail', async () => {
    const { secretId } = await master(system());
    await system().tag(secretId, tags({ ...ORDER, 'expires-at': at(2 * MINUTE) }));
    expect(await system().discover()).toBe(0);
    system().advance(5 * MINUTE);
    await system().sweep();
    await system().settle();
    expect(outcomes()).toEqual(['1 revoked']);
    expect(Number(system().bybit.applied()[0]?.at)).toBeGreaterThanOrEqual(START + 5 * MINUTE);
  });

  it('is ordered once by an event and sweeps', async () => {
    await tagged(2 * MINUTE);
    await Promise.all([system().discover(), system().sweep()]);
    await system().sweep();
    expect(new Set(await system().waiting()).size).toBe(1);
    await system().settle();
    expect(system().bybit.record.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('is withdrawn where the tag is moved meanwhile, and met at the later date', async () => {
    const secretId = await tagged(2 * MINUTE);
    await system().discover();
    await system().tag(secretId, tags({ 'expires-at': at(10 * MINUTE) }));
    await system().discover();
    await system().settle();
    expect(outcomes()).toEqual(['1 withdrawn', '1 revoked']);
    const [call] = system().bybit.applied();
    expect(Number(call?.at) - (START + 10 * MINUTE)).toBeLessThan(5 * SECOND);
  });

  it('is taken back by an untagging', async () => {
    const secretId = await tagged(HOUR);
    await system().discover();
    expect(await itemOf(`sweep#${arnOf(secretId)}`, 'sweep')).toMatchObject({ state: 'due', at: START + HOUR });
    const TagKeys = ['key-revoker:expires-at'];
    await system().secrets.send(new UntagResourceCommand({ SecretId: secretId, TagKeys }));
    await system().discover();
    expect(await itemOf(`sweep#${arnOf(secretId)}`, 'sweep')).not.toHaveProperty('state');
  });

  it('is put back by no listing that is five minutes old', async () => {
    const secretId = await tagged(10 * MINUTE);
    system().aws.secrets.listingLagMs = 5 * MINUTE;
    await system().discover();
    system().advance(6 * MINUTE);
    const TagKeys = ['key-revoker:expires-at'];
    await system().secrets.send(new UntagResourceCommand({ SecretId: secretId, TagKeys }));
    await system().discover();
    // The listing still shows the tag.
    expect(await system().sweep()).toMatchObject({ secrets: 1, sent: 0 });
    await system().settle();
    expect(outcomes()).toEqual(['1 withdrawn']);
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(true);
  });

  it('is taken back by no listing that does not show it yet', async () => {
    system().aws.secrets.listingLagMs = 5 * MINUTE;
    const secretId = await tagged(HOUR);
    await system().discover();
    expect(await system().sweep()).toMatchObject({ secrets: 0 });
    expect(await itemOf(`sweep#${arnOf(secretId)}`, 'sweep')).toMatchObject({ state: 'due' });
    system().advance(50 * MINUTE);
    await system().sweep();
    await system().settle();
    expect(outcomes()).toEqual(['1 revoked']);
    expect(system().bybit.applied()).toMatchObject([{ at: START + HOUR }]);
  });
});

describe('an event', () => {
  it('of our own status tags leads to no look', async () => {
    await tagged(MINUTE);
    await system().discover();
    await system().settle();
    const before = await itemOf('sweep#events', 'sweep');
    expect(before).toHaveProperty('tagEventAt');
    // The tag with the outcome, and later the one with the finding.
    system().advance(2 * MINUTE);
    await system().tick();
    expect(await system().discover()).toBeGreaterThan(0);
    expect(outcomes()).toEqual(['1 revoked']);
    expect((await itemOf('sweep#events', 'sweep'))?.['tagEventAt']).toBeGreaterThan(before?.['tagEventAt']);
  });

  it('outside the prefix leads to no look', async () => {
    system().aws.trail.isLogging = true;
    await system().store(
      'elsewhere/key',
      { apiKey: 'x', apiSecret: 'elsewhere-secret-1' },
      tags({ ...ORDER, 'expires-at': at(0) }),
    );
    expect(await system().discover()).toBe(1);
    expect(await system().waiting()).toEqual([]);
    expect(await itemOf(`sweep#${arnOf('elsewhere/key')}`, 'sweep')).toBeUndefined();
  });

  it('of a deleted secret takes its order away', async () => {
    const secretId = await tagged(HOUR);
    await system().discover();
    await system().secrets.send(new DeleteSecretCommand({ SecretId: secretId }));
    await system().discover();
    expect(await itemOf(`sweep#${arnOf(secretId)}`, 'sweep')).not.toHaveProperty('state');
  });

  it('of a new version is noted, without a trail', async () => {
    const { secretId } = await master(system());
    const version = await system().rotate(secretId, {
      apiKey: 'MASTERexample000099',
      apiSecret: 'fresh-secret-0123456789',
    });
    expect(await system().discover()).toBe(1);
    expect(await itemOf(`sweep#${arnOf(secretId)}`, 'version')).toMatchObject({ versionId: version, seenAt: START });
    expect(await itemOf('sweep#events', 'sweep')).toMatchObject({ labelEventAt: START });
    expect(await itemOf('sweep#events', 'sweep')).not.toHaveProperty('tagEventAt');
  });

  it('that says anything else is dropped', async () => {
    const { arn = '' } =
      Object.entries(system().deployment.queues).find(([id]) => id.includes('SecretEvents'))?.[1] ?? {};
    for (const body of ['{}', 'x', '[]', '{"source":"aws.secretsmanager","detail-type":"AWS API Call via CloudTrail"}'])
      await system().aws.queues.deliver(arn, body);
    expect(await system().discover()).toBe(4);
    expect(await system().discover()).toBe(0);
  });
});
