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
