import { afterEach, describe, expect, it } from 'vitest';
import { type Canaries, listenForCanaries, OPERATOR } from './system/canaries.ts';
import { DELETIONS } from './system/deletions.ts';
import { kalshiUser, MASTER_KEY, master, requestyOrganisation } from './system/orders.ts';
import { systemForEachTest } from './system/system.ts';

const SECRET = 'canary-5b1f09c2d7';
const PEM = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANcanaryline1\nb64canaryline2of2xyz\n-----END PRIVATE KEY-----\n';

describe('every whole test fails where a secret is seen', () => {
  let canaries: Canaries;
  afterEach(() => canaries.caught());

  const call = (service: 'sqs' | 'sns' | 'secretsmanager', body: string, accessKey = 'AROAFUNCTION') => ({
    service,
    action: 'Any',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20261120/us-east-1` },
    body,
  });

  it.each([
    ['in a line of the log', () => void process.stdout.write(`{"message":"${SECRET}"}\n`)],
    ['on standard error', () => void process.stderr.write(`Error: ${SECRET}`)],
    ['in a message to a queue', () => canaries.hear(call('sqs', JSON.stringify({ MessageBody: SECRET })))],
    ['in a published form', () => canaries.hear(call('sns', `Message=%22${encodeURIComponent(SECRET)}%22`))],
    ['in the ledger', () => canaries.hearText(`{"S":"${SECRET}"}`)],
    ['as base64', () => canaries.hearText(Buffer.from(SECRET).toString('base64'))],
  ])('%s', (_where, leak) => {
    canaries = listenForCanaries();
    canaries.guard({ apiKey: MASTER_KEY, apiSecret: SECRET });
    leak();
    expect(canaries.caught()).toEqual(['cana…']);
  });

  it('line by line of a PEM, and as a bearer, but not as an identifier', () => {
    canaries = listenForCanaries();
    canaries.guard({ apiKeyId: '8-4-4-4-12-the-identifier', privateKey: PEM });
    canaries.guard({ apiKey: 'rqsty-sk-canary' });
    canaries.guard({ apiKey: MASTER_KEY, apiSecret: SECRET });
    canaries.hearText(`8-4-4-4-12-the-identifier ${MASTER_KEY} BEGIN PRIVATE KEY`);
    canaries.hearText('b64canaryline2of2xyz rqsty-sk-canary');
    expect(canaries.caught()).toEqual(['b64c…', 'rqst…']);
  });

  it('and only there: the vault may hear it, and what the test itself sends', () => {
    canaries = listenForCanaries();
    canaries.guard({ apiSecret: SECRET });
    canaries.hear(call('secretsmanager', SECRET));
    canaries.hear(call('sqs', SECRET, OPERATOR));
    expect(canaries.caught()).toEqual([]);
  });
});

describe('a provider that repeats what it was sent', () => {
  const system = systemForEachTest();
  const json = { 'content-type': 'application/json' };

  it.each([200, 400, 401, 403, 500])('with status %i is not quoted anywhere', async (status) => {
    const { secretId } = await master(system());
    const user = await kalshiUser(system());
    const org = await requestyOrganisation(system());
    const secrets = [`hmac-of-${MASTER_KEY}-0123456789`, `rqsty-sk-of-${org.target}`];
    const text = secrets.join(' ');
    const body = JSON.stringify({
      retCode: 10004,
      retMsg: text,
      error: { code: text, message: text, details: text, origin: text },
    });
    for (const sandbox of [system().bybit, system().kalshi, system().requesty])
      sandbox.faults.script({ match: {}, fault: { kind: 'reply', status, headers: json, body }, times: 3 });
    await system().send({ provider: 'bybit', operation: 'delete-master-key', secretId, target: 'self' });
    for (const [provider, name] of [
      ['kalshi', user.targetSecret],
      ['requesty', org.targetSecret],
    ])
      await system().send({ provider, operation: 'delete-key', secretId: name, target: 'self', reason: 'leaked' });
    await system().settle();
    expect(
      system()
        .receipts()
        .filter(({ final }) => final),
    ).toHaveLength(3);
  });
});

/** A secret in the identifier's place, and the key whose secret it is. */
const SWAPPED = [
  ['both are as long', { apiKey: 'ASLONGexample00001', apiSecret: 'canary-4d1f09c2d7a' }],
  ['the secret is the shorter one', { apiKey: 'LONGERexample0000001', apiSecret: 'canary-5b1f09c2d7' }],
] as const;

describe.each(SWAPPED)('an identifier and a secret that are swapped, where %s', (_what, key) => {
  const system = systemForEachTest();
  const credential = { apiKey: key.apiSecret, apiSecret: key.apiKey };
  /** Stores it, and listens for the secret wherever it stands. */
  const swapped = async (tags?: Readonly<Record<string, string>>): Promise<string> => {
    system().canaries.guard(key.apiSecret);
    return system().store('key-revoker/bybit/swapped', credential, tags);
  };
  const BY_ITSELF = { provider: 'bybit', operation: 'delete-master-key', target: 'self' };
  const outcomes = () =>
    system()
      .receipts()
      .filter(({ final }) => final)
      .map(({ outcome, code, message }) => [`${outcome}/${code}`, /Perhaps its identifier/.test(message)]);

  it.each(['manual', 'leaked'])('signs for nothing (%s), and is asked for at one host', async (reason) => {
    system().bybit.addMaster('mainnet', key);
    const secretId = await swapped();
    await system().send({ ...BY_ITSELF, secretId, reason });
    await system().settle();
    expect(outcomes()).toEqual([['stuck/not-recognised', true]]);
    expect(new Set(system().bybit.record.map(({ host, method }) => `${method} ${host}`))).toEqual(
      new Set(['GET api.bybit.com']),
    );
    expect(await system().stuck()).toHaveLength(1);
    await system().send({ ...BY_ITSELF, secretId, reason, dryRun: true });
    await system().settle();
  });

  it('signs for no other key', async () => {
    system().bybit.addMaster('mainnet', key);
    const target = { apiKey: 'SUBKEYexample000001', subMemberId: '100400345' };
    const secretId = await swapped();
    await system().send({ provider: 'bybit', operation: 'delete-sub-key', secretId, target });
    await system().settle();
    expect(outcomes()).toEqual([['stuck/credential-refused', true]]);
  });

  it('is no target', async () => {
    const { secretId, apiKey: parent } = await master(system());
    system().bybit.addSub('mainnet', { ...key, parent, subMemberId: '100400345' });
    const target = { secretId: await swapped() };
    await system().send({ provider: 'bybit', operation: 'delete-sub-key', secretId, target });
    await system().settle();
    expect(outcomes()).toEqual([['stuck/not-recognised', true]]);
  });

  it('is no control key', async () => {
    await swapped({ 'key-revoker:control': 'bybit' });
    const { secretId } = await master(system());
    await system().tick();
    system().bybit.faults.script({ match: { method: 'POST' }, fault: { kind: 'dropAfter' }, times: 1 });
    await system().send({ ...BY_ITSELF, secretId });
    await system().settle();
    expect(outcomes().map(([outcome]) => outcome)).toEqual(['revoked/null']);
  });

  it('is not written down while the provider is silent, until the request is given up', async () => {
    system().bybit.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    await system().send({ ...BY_ITSELF, secretId: await swapped(), reason: 'leaked' });
    await system().settle(2);
    system().advance(86_400_000);
    await system().settle(1);
    expect(outcomes()).toEqual([['stuck/unproven', false]]);
  });

  it('is not written down by a process that crashes, nor by the next one', async () => {
    const secretId = await swapped();
    for (let step = 1; step <= 15; step += 1) {
      system().steps.arm({ step, as: 'crash', when: step % 2 === 0 ? 'before' : 'after' });
      await system().send({ ...BY_ITSELF, secretId, requestId: `disturbed-${step}` });
      await system().settle(2);
    }
    system().steps.arm();
    await system().settle(20);
    const ends = system()
      .receipts()
      .map(({ wouldEnd }) => wouldEnd);
    expect(new Set(ends)).toEqual(new Set(['stuck/not-recognised']));
  });
});

describe('a signature', () => {
  const system = systemForEachTest();

  it.each(DELETIONS.filter(({ name }) => name.endsWith('by itself')))(
    'is guarded like the secret that made it: $name',
    async ({ arrange }) => {
      const { request } = await arrange(system());
      const guarded: unknown[] = [];
      const { guard } = system().canaries;
      Object.assign(system().canaries, {
        guard: (value: unknown) => {
          guarded.push(value);
          guard(value);
        },
      });
      await system().send(request);
      await system().settle();
      const long = guarded.filter((value) => String(value).length > 16);
      expect(long.length).toBeGreaterThanOrEqual(system().bybit.record.length + system().kalshi.record.length);
      expect(long.length).toBeGreaterThanOrEqual(4);
    },
  );
});
