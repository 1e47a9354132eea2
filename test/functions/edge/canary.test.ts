import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, it, vi } from 'vitest';
import { after } from '../../../functions/core/epoch.ts';
import type { HttpCall } from '../../../functions/core/provider.ts';
import { Secret } from '../../../functions/core/secret.ts';
import { dynamoLedger } from '../../../functions/edge/aws/ledger.ts';
import { secretsVault } from '../../../functions/edge/aws/vault.ts';
import { sendOver } from '../../../functions/edge/http/http.ts';
import { awsOutbox } from '../../../functions/edge/messages/outbox.ts';
import { hideIn } from '../../../functions/edge/messages/visibility.ts';
import { logAs } from '../../../functions/edge/telemetry/log.ts';
import type { FaultKind } from '../../../infra/local/aws/protocol/faults.ts';
import { awsForThisFile } from '../../infra/local/aws/aws-in-test.ts';
import { frozenClock } from './frozen-clock.ts';
import { receiptForTest } from './receipt-for-test.ts';
import { secretsForTest } from './secrets-for-test.ts';

/** Stands for a credential. */
const CANARY = 'CANARY-3f9a7c51e2';
const BYTES = [...Buffer.from(CANARY)].slice(0, 6);
const TRACES = [
  new RegExp(CANARY, 'i'),
  new RegExp(Buffer.from(CANARY).toString('base64').slice(0, 20)),
  new RegExp(BYTES.map((byte) => byte.toString(16)).join(' ')), // a Buffer, as it is inspected
  new RegExp(BYTES.join(',\\s+')), // any other array of bytes
];
const KINDS: readonly FaultKind[] = ['throttle', 'unavailable', 'unavailable-after', 'reset', 'reset-after'];

const aws = awsForThisFile();

afterEach(() => {
  vi.restoreAllMocks();
  aws().faults.clear();
});

/** Everything that this process prints while it works, and what the work gives or throws, printed as deep as it goes. */
const traceOf = async (work: () => unknown): Promise<string> => {
  const printed: string[] = [];
  const keep = (chunk: unknown) => printed.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...all) => void printed.push(inspect(all, { depth: 20 })));
  const came: unknown = await Promise.resolve()
    .then(work)
    .catch((error: unknown) => error);
  vi.restoreAllMocks();
  const shown = inspect(came, { depth: 20, showHidden: true });
  return [...printed, shown, JSON.stringify(came), String(came), came instanceof Error ? came.stack : ''].join('\n');
};

const expectNoTrace = (text: string): void => {
  for (const trace of TRACES) expect(text).not.toMatch(trace);
};

const everyLane = (url: string) => ({ requests: url, urgent: url, rechecks: url });

const NOWHERE = {
  log: logAs('desk'),
  queueUrls: everyLane('none'),
  stuckQueueUrl: 'none',
  resultsTopicArn: 'none',
  notificationsTopicArn: 'none',
  busName: 'none',
};

const call = (fields: Partial<HttpCall> = {}): HttpCall => ({
  method: 'POST',
  changes: true,
  provider: 'bybit',
  host: 'api.bybit.com',
  path: '/v5/user/delete-api',
  headers: new Secret({ Authorization: `Bearer ${CANARY}` }),
  body: '{}',
  ...fields,
});

it('is a test that finds a trace where there is one', async () => {
  expect(await traceOf(() => Promise.reject(new Error('outer', { cause: { deep: [CANARY] } })))).toContain(CANARY);
  expect(await traceOf(() => console.error({ headers: { Authorization: CANARY } }))).toContain(CANARY);
});

it.each([CANARY, Buffer.from(CANARY), new Uint8Array(Buffer.from(CANARY)), btoa(CANARY)])(
  'finds a trace in every shape (%#)',
  async (shape) => {
    const text = await traceOf(() => shape);
    expect(() => expectNoTrace(text)).toThrow();
  },
);

it('keeps nothing of an error of the SDK, whatever that holds', async () => {
  const failure = Object.assign(new Error(CANARY), { name: 'Oops', $response: { body: CANARY }, cause: CANARY });
  const client = { send: () => Promise.reject(failure), config: {} } as never;
  const ledger = dynamoLedger(client, 'ledger');
  const vault = secretsVault(client, frozenClock());
  const outbox = awsOutbox({ ...NOWHERE, sqs: client, sns: client, events: client });
  const key = { pk: 'a', sk: 'b' };
  const uses: readonly (() => Promise<unknown>)[] = [
    () => ledger.read(key),
    () => ledger.write(key, { rev: 1, nonce: 'a' }),
    () => ledger.list('a', 'b'),
    () => ledger.count(key, 1, frozenClock().now()),
    () => vault.open('a', 'AWSCURRENT'),
    () => vault.describe('a'),
    () => vault.tag('a', {}),
    async () => {
      for await (const _page of vault.tagged('a', 'b')) expect.unreachable();
    },
    () => outbox.publish(receiptForTest()),
    () => outbox.setAside('{}', {}),
    () => outbox.enqueue('{}', {}, 0, 'requests'),
    () => hideIn(client, 'a')('b', 1),
  ];
  for (const use of uses) {
    const text = await traceOf(use);
    expect(text).toContain('Unavailable: Cannot ');
    expectNoTrace(text);
  }
});

it.each(KINDS)('shows nothing of a secret that could not be opened, described or tagged (%s)', async (kind) => {
  const secrets = secretsForTest(1);
  const name = `key-revoker/${kind}`;
  const { arn } = await secrets.create({ name, value: CANARY });
  const vault = secretsVault(secrets.client, frozenClock());
  for (const action of ['GetSecretValue', 'DescribeSecret', 'TagResource'])
    aws().faults.add({ service: 'secretsmanager', action, kind });
  expectNoTrace(await traceOf(() => vault.open(arn, 'AWSCURRENT')));
  expectNoTrace(await traceOf(() => vault.describe(arn)));
  expectNoTrace(await traceOf(() => vault.tag(arn, { 'key-revoker:status': 'revoked' })));
  expectNoTrace(await traceOf(() => vault.open(arn, 'AWSCURRENT')));
});

it('shows nothing of a secret that was opened', async () => {
  const secrets = secretsForTest(1);
  await secrets.create({ name: 'key-revoker/text', value: CANARY });
  await secrets.create({ name: 'key-revoker/binary', value: Buffer.from(CANARY) });
  const vault = secretsVault(secrets.client, frozenClock());
  expectNoTrace(await traceOf(() => vault.open('key-revoker/text', 'AWSCURRENT')));
  expectNoTrace(await traceOf(() => vault.open('key-revoker/binary', 'AWSCURRENT')));
});

it.each<[string, RequestListener]>([
  ['is reset', (request) => void request.socket.resetAndDestroy()],
  ['hangs', () => {}],
  [
    'is cut off',
    (request, response) => void response.writeHead(200, { 'Content-Length': 9 }).write('{', () => request.socket.end()),
  ],
  ['is no HTTP', (request) => void request.socket.end(`${CANARY}\r\n\r\n`)],
])('shows nothing of the headers of a call that %s', async (_what, answer) => {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clock = frozenClock();
  const baseUrls = { bybit: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const { send } = sendOver({ clock, exchangeMs: 150, baseUrls });
  expectNoTrace(await traceOf(() => send(call(), after(clock.now(), 1_000))));
  server.close();
  server.closeAllConnections();
});

it('shows nothing of headers that cannot be sent', async () => {
  const clock = frozenClock();
  const { send } = sendOver({ clock, exchangeMs: 150, baseUrls: { bybit: 'http://127.0.0.1:9' } });
  const headers = new Secret({ Authorization: `Bearer ${CANARY}\n` });
  expectNoTrace(await traceOf(() => send(call({ headers }), after(clock.now(), 1_000))));
});

it.each([...KINDS, undefined])('writes no wrapped secret to the ledger, nor to an error of it (%s)', async (kind) => {
  const plain = new DynamoDBClient({ maxAttempts: 1 });
  const TableName = `ledger-${kind ?? 'well'}`;
  const create = {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  } as const;
  await plain.send(new CreateTableCommand({ ...create, KeySchema: [...create.KeySchema] }));
  const marshallOptions = { removeUndefinedValues: true };
  const ledger = dynamoLedger(DynamoDBDocumentClient.from(plain, { marshallOptions }), TableName);
  if (kind !== undefined) aws().faults.add({ service: 'dynamodb', action: 'PutItem', kind });
  const item = { rev: 1, nonce: 'a', credential: { deep: new Secret(CANARY) } };
  expectNoTrace(await traceOf(() => ledger.write({ pk: 'a', sk: 'b' }, item)));
  expectNoTrace(await traceOf(() => ledger.list('a', '')));
});

it.each(KINDS)('shows nothing of a message or receipt that could not be sent (%s)', async (kind) => {
  const client = { maxAttempts: 1 };
  const outbox = awsOutbox({
    sqs: new SQSClient(client),
    sns: new SNSClient(client),
    events: new EventBridgeClient(client),
    queueUrls: everyLane(`${aws().url}/000000000000/none`),
    stuckQueueUrl: `${aws().url}/000000000000/none`,
    resultsTopicArn: 'arn:aws:sns:us-east-1:000000000000:none',
    notificationsTopicArn: 'arn:aws:sns:us-east-1:000000000000:none',
    log: logAs('desk'),
    busName: 'none',
  });
  aws().faults.add({ service: 'sqs', action: 'SendMessage', kind });
  aws().faults.add({ service: 'sns', action: 'Publish', kind });
  expectNoTrace(await traceOf(() => outbox.setAside(JSON.stringify({ apiSecret: CANARY }), { requestId: CANARY })));
  expectNoTrace(await traceOf(() => outbox.publish(receiptForTest({ message: CANARY, environment: CANARY }))));
});

it('prints no secret, error or record that is handed to the log as a fact', async () => {
  const facts = { secret: new Secret(CANARY), error: new Error(CANARY), record: { body: CANARY }, list: [CANARY] };
  const text = await traceOf(() => logAs('desk').warn('record over', facts as never));
  expect(text).toContain('record over');
  expectNoTrace(text);
});
