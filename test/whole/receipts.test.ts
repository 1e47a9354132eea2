import { createHash } from 'node:crypto';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { DELETIONS } from './system/deletions.ts';
import { kalshiUser, MASTER_KEY, master, RESTRICTIONS, SUB, SUB_KEY, sub } from './system/orders.ts';
import { type System, systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

const T0 = '2026-11-20T10:00:00.000Z';
const T2 = '2026-11-20T10:00:02.000Z';
/** The next slot of the rate after `T0`, and so on. */
const T0_NEXT = '2026-11-20T10:00:00.112Z';
const T2_NEXT = '2026-11-20T10:00:02.112Z';
const T4_NEXT = '2026-11-20T10:00:04.112Z';
/** When the window of an end at `T2_NEXT` is over. */
const T_END = '2026-11-20T10:10:02.112Z';
const FOLLOWS = `Confirmation follows by ${T_END}`;
const SETTLE = { windowMs: 600_000, source: 'assumed', endsAt: T_END };
/** The same of an end at `T4_NEXT`. */
const T_LATER_END = '2026-11-20T10:10:04.112Z';
const digest = (id: string): string => `sha256:${createHash('sha256').update(id).digest('hex')}`;
const LIST = { asked: 'sub-apikeys', as: 'managing', host: 'api.bybit.com', code: '0', step: 'probe' };
const OWN = { asked: 'query-api', as: 'self', host: 'api.bybit.com', step: 'probe' };

/** Two rounds, each over a connection of its own. */
const TRIES = { absences: 2, sightings: 0, connections: 2, addresses: ['127.0.0.1'], bound: null, notAsked: [] };

const versionOf = async ({ secrets }: System, name: string): Promise<string | undefined> => {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId: name }));
  return Object.keys(VersionIdsToStages)[0];
};

const carriedOut = async (request: unknown) => {
  await system().send(request);
  await system().settle();
  return system().receipts();
};

it('publishes the whole receipt of a managed deletion, as the contract has it', async () => {
  const { secretId, apiKey } = await master(system());
  await sub(system(), apiKey);
  const receipts = await carriedOut({
    version: 1,
    provider: 'bybit',
    operation: 'delete-sub-key',
    secretId,
    target: { apiKey: SUB_KEY, subMemberId: SUB },
    reason: 'leaked',
    requestId: '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55',
    requestedBy: 'arn:aws:iam::123456789012:role/secops',
    reference: 'INC-2041',
  });
  expect(receipts).toEqual([
    {
      version: 2,
      receiptId: '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55#1',
      requestId: '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55',
      attempt: 1,
      final: true,
      dryRun: false,
      provider: 'bybit',
      operation: 'delete-sub-key',
      environment: 'mainnet',
      outcome: 'revoked',
      keyState: 'gone',
      code: null,
      message: `The key is gone: two probes after our delete, some seconds apart, did not find it. ${FOLLOWS}`,
      request: {
        reason: 'leaked',
        requestedBy: 'arn:aws:iam::123456789012:role/secops',
        sender: '000000000000',
        reference: 'INC-2041',
      },
      signer: { as: 'managing', id: 'MAST…0001', secretId, secretVersion: await versionOf(system(), secretId) },
      key: { id: 'SUBK…0001', digest: digest(SUB_KEY), subMemberId: SUB },
      change: null,
      proof: {
        ...{ revision: 1, basis: 'accepted', control: 'signer', tried: 'list', firstAbsenceAt: T0_NEXT, spanMs: 2_000 },
        ...TRIES,
        lastSightingAt: T0,
        settle: SETTLE,
      },
      calls: 1,
      evidence: [
        { ...LIST, at: T0, saw: 'listed' },
        { ...LIST, at: T0, step: 'call', asked: 'delete-sub-api', saw: 'accepted' },
        { ...LIST, at: T0_NEXT, saw: 'unlisted' },
        { ...LIST, at: T2_NEXT, saw: 'unlisted' },
      ],
      times: { dueAt: T0, receivedAt: T0, calledAt: T0, acceptedAt: T0, goneAt: T0_NEXT },
      timeToRevokeMs: 112,
      confirms: null,
      exposedMs: null,
    },
  ]);
});

it('publishes the whole receipt of a restriction, with what it changed', async () => {
  const [row] = RESTRICTIONS;
  const { request } = (await row?.arrange(system())) ?? { request: { secretId: '' } };
  const [receipt] = await carriedOut({ ...request, requestId: 'less' });
  const before = system().bybit.applied()[0]?.before;
  expect(receipt).toEqual({
    version: 2,
    receiptId: 'less#1',
    requestId: 'less',
    attempt: 1,
    final: true,
    dryRun: false,
    provider: 'bybit',
    operation: 'update-master-key',
    environment: 'mainnet',
    outcome: 'restricted',
    keyState: 'alive',
    code: null,
    message: `The key is restricted: two reads confirm what was asked for, and nothing is wider than before. Confirmation follows by ${T_LATER_END}`,
    request: { reason: 'manual', requestedBy: null, sender: '000000000000', reference: null },
    signer: {
      as: 'self',
      id: 'MAST…0001',
      secretId: request.secretId,
      secretVersion: await versionOf(system(), request.secretId),
    },
    key: { id: 'MAST…0001', digest: digest(MASTER_KEY), subMemberId: null },
    change: {
      before: { readOnly: 0, ips: ['*'], permissions: expect.objectContaining(before?.permissions) },
      after: {
        readOnly: 1,
        ips: ['*'],
        permissions: expect.objectContaining({ Spot: ['SpotTrade'], Wallet: ['AccountTransfer'], Options: [] }),
      },
    },
    proof: {
      ...{ revision: 1, basis: 'accepted', control: 'none', tried: 'key', firstAbsenceAt: null, spanMs: 2_000 },
      ...TRIES,
      lastSightingAt: T4_NEXT,
      settle: { ...SETTLE, endsAt: T_LATER_END },
    },
    calls: 1,
    evidence: [
      { ...OWN, at: T0, saw: 'alive', code: '0' },
      { ...OWN, at: T2, saw: 'alive', code: '0' },
      { ...OWN, at: T2, step: 'call', asked: 'update-api', saw: 'accepted', code: '0' },
      { ...OWN, at: T2_NEXT, saw: 'alive', code: '0' },
      { ...OWN, at: T4_NEXT, saw: 'alive', code: '0' },
    ],
    times: { dueAt: T0, receivedAt: T0, calledAt: T2, acceptedAt: T2 },
    timeToRevokeMs: null,
    confirms: null,
    exposedMs: null,
  });
});

it('publishes the whole receipt of a body that is not a valid request, under the id of its message', async () => {
  const [receipt] = await carriedOut('no request');
  expect(receipt).toEqual({
    version: 2,
    receiptId: `${receipt?.requestId}#1`,
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    attempt: 1,
    final: true,
    dryRun: false,
    provider: null,
    operation: null,
    environment: null,
    outcome: 'refused',
    keyState: 'unknown',
    code: 'malformed',
    message: expect.stringMatching(/Cannot read the body: it must be a JSON object/),
    request: { reason: null, requestedBy: null, sender: '000000000000', reference: null },
    signer: null,
    key: null,
    change: null,
    proof: null,
    calls: 0,
    evidence: [],
    times: { dueAt: T0, receivedAt: T0 },
    timeToRevokeMs: null,
    confirms: null,
    exposedMs: null,
  });
});

it('hands the receipt to the topic as to the bus, with what subscribers filter by', async () => {
  const take = await system().subscribe();
  const [row] = DELETIONS.filter(({ name }) => name.startsWith('kalshi/'));
  const { request } = (await row?.arrange(system())) ?? {};
  const receipts = await carriedOut({ ...request, reason: 'incident' });
  const messages = await take();
  expect(messages.map(({ body }) => JSON.parse(body))).toEqual(receipts);
  expect(messages[0]?.attributes).toEqual({
    provider: 'kalshi',
    operation: 'delete-key',
    environment: 'prod',
    outcome: 'revoked',
    reason: 'incident',
    keyState: 'gone',
    final: 'true',
  });
});

it('names the code in the attributes where there is one', async () => {
  const take = await system().subscribe();
  await carriedOut({ provider: 'bybit', operation: 'delete-sub-key', secretId: 'key-revoker/none', target: 'self' });
  const [message] = await take();
  expect(message?.attributes).toEqual({
    provider: 'bybit',
    operation: 'delete-sub-key',
    outcome: 'stuck',
    code: 'credential-missing',
    reason: 'manual',
    keyState: 'unknown',
    final: 'true',
  });
});

it('takes a request from the bus, with what the event says of its sender and its time', async () => {
  const { targetSecret, target } = await kalshiUser(system());
  const id = await system().putEvent({
    provider: 'kalshi',
    operation: 'delete-key',
    secretId: targetSecret,
    target: 'self',
  });
  system().advance(3_000);
  await system().settle();
  expect(system().kalshi.isAlive('prod', target)).toBe(false);
  const [receipt] = system().receipts();
  expect(receipt).toMatchObject({
    requestId: id,
    outcome: 'revoked',
    request: { requestedBy: '000000000000/incident-desk' },
    times: { dueAt: T0, receivedAt: '2026-11-20T10:00:03.000Z', goneAt: '2026-11-20T10:00:03.112Z' },
    timeToRevokeMs: 3_112,
  });
});

it('tags the secret of the dead key for people, and no other', async () => {
  const { secretId, apiKey } = await master(system());
  const target = await sub(system(), apiKey);
  await carriedOut({
    provider: 'bybit',
    operation: 'delete-sub-key',
    secretId,
    target: { secretId: target.secretId },
  });
  expect(await system().tags(target.secretId)).toEqual({ 'key-revoker:status': 'revoked' });
  expect(await system().tags(secretId)).toEqual({});
});
