import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kalshiUser, MASTER_KEY, master, requestyOrganisation, SUB, SUB_KEY, sub } from './system/orders.ts';
import { START, type System, type SystemOptions, systemForEachTest } from './system/system.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MOST = 400;

const deleteMaster = (secretId: string, fields: object = {}) => ({
  provider: 'bybit',
  operation: 'delete-master-key',
  secretId,
  target: 'self',
  requestId: 'one',
  ...fields,
});
const deleteSub = (secretId: string, fields: object = {}) => ({
  provider: 'bybit',
  operation: 'delete-sub-key',
  secretId,
  target: { apiKey: SUB_KEY, subMemberId: SUB },
  requestId: 'sub',
  ...fields,
});
const outcomes = (system: System) =>
  system.receipts().map(({ receiptId, outcome, code }) => [receiptId, outcome, code].filter(Boolean).join(' '));
const since = (instant: string | undefined): number => Date.parse(instant ?? '') - START;

describe('a provider that is silent', () => {
  const system = systemForEachTest({ environment: { GIVE_UP_AFTER_SECONDS: '7200' } });

  it('makes an urgent request say so after a minute and then each hour, until its time is up', async () => {
    const { secretId } = await master(system());
    system().bybit.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    const take = await system().subscribe();
    await system().send(deleteMaster(secretId, { reason: 'leaked' }));
    await system().settle(MOST);
    const receipts = system().receipts();
    const interim = receipts.filter(({ final }) => !final);
    expect(interim).toHaveLength(2);
    expect(interim[0]).toMatchObject({ receiptId: 'one#1~1', outcome: 'retry', code: 'no-reply', keyState: 'unknown' });
    expect(interim.map(({ receiptId }) => receiptId)).toEqual(interim.map((_, n) => `one#1~${n + 1}`));
    expect(receipts.at(-1)).toMatchObject({ receiptId: 'one#1', final: true, outcome: 'stuck', code: 'unproven' });
    expect(Date.now() - START).toBeGreaterThanOrEqual(2 * HOUR);
    expect(Date.now() - START).toBeLessThan(2 * HOUR + 5 * MINUTE);
    expect((await take()).map(({ attributes }) => attributes['final'])).toEqual([
      ...interim.map(() => 'false'),
      'true',
    ]);
    const copies = await system().stuck();
    expect(copies.map(({ attributes }) => attributes['code'])).toEqual(['unproven']);
  });

  it('is not called by a request that is not urgent, and called at last by one that is', async () => {
    const { secretId } = await master(system());
    const silent = {
      match: { method: 'GET' },
      fault: { kind: 'dropBefore' },
      times: Number.POSITIVE_INFINITY,
    } as const;
    system().bybit.faults.script(silent);
    await system().send(deleteMaster(secretId));
    await system().settle(MOST);
    expect(system().bybit.record.filter(({ method }) => method === 'POST')).toEqual([]);
    expect(outcomes(system())).toEqual(['one#1 stuck unproven']);
    await system().send(deleteMaster(secretId, { requestId: 'two', reason: 'incident' }));
    for (let n = 0; n < 6; n += 1) {
      await system().deliver();
      system().advance(10_000);
    }
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(false);
    system().bybit.faults.clear();
    await system().settle();
    expect(outcomes(system()).at(-1)).toBe('two#1 revoked');
  });

  it('leaves no interim receipt of a request that is not urgent', async () => {
    const { secretId } = await master(system());
    system().bybit.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: 10 });
    await system().send(deleteMaster(secretId));
    await system().settle();
    expect(outcomes(system())).toEqual(['one#1 revoked']);
  });

  it('does not slow the other providers', async () => {
    const { secretId } = await master(system());
    const { targetSecret, target } = await kalshiUser(system());
    system().bybit.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    await system().send(deleteMaster(secretId));
    await system().send({ provider: 'kalshi', operation: 'delete-key', secretId: targetSecret, target: 'self' });
    for (let n = 0; n < 2; n += 1) await system().deliver();
    expect(system().kalshi.isAlive('prod', target)).toBe(false);
    expect(system().receipts()).toMatchObject([{ provider: 'kalshi', outcome: 'revoked' }]);
  });
});

describe('a provider that says when to come back', () => {
  const system = systemForEachTest();

  it('is not asked before', async () => {
    const { secretId } = await master(system());
    const at = START + 7 * MINUTE;
    system().bybit.faults.script({
      match: { method: 'GET' },
      fault: {
        kind: 'reply',
        status: 200,
        headers: { 'x-bapi-limit-reset-timestamp': String(at), 'content-type': 'application/json' },
        body: '{"retCode":10006,"retMsg":"Too many visits!","result":{}}',
      },
    });
    await system().send(deleteMaster(secretId));
    await system().settle();
    const [first, second] = system().bybit.record;
    expect(first?.at).toBe(START);
    expect(second?.at).toBeGreaterThanOrEqual(at);
    expect(second?.at).toBeLessThan(at + 8 * MINUTE);
    expect(outcomes(system())).toEqual(['one#1 revoked']);
  });
});

describe('a request before its time', () => {
  const system = systemForEachTest();

  it.each<[string, (body: object) => Promise<unknown>]>([
    ['from the queue', (body) => system().send(body)],
    ['from the bus', (body) => system().putEvent(body)],
  ])('%s waits, and its call leaves at that instant', async (_from, send) => {
    const { secretId } = await master(system());
    const notBefore = new Date(START + 40 * MINUTE).toISOString();
    await send(deleteMaster(secretId, { notBefore, reason: 'leaked' }));
    await system().deliver();
    expect(system().bybit.record).toEqual([]);
    await system().settle();
    const [receipt, ...more] = system().receipts();
    expect(more).toEqual([]);
    expect(receipt?.times.dueAt).toBe(notBefore);
    expect(system().bybit.applied()[0]?.at).toBe(START + 40 * MINUTE);
    expect(receipt?.timeToRevokeMs).toBe(112); // the look after the call takes the next slot of the rate
  });

  it('does not count its wait as time that is up', async () => {
    const { secretId } = await master(system());
    const notBefore = new Date(START + 3 * DAY).toISOString();
    await system().send(deleteMaster(secretId, { notBefore }));
    await system().settle();
    expect(outcomes(system())).toEqual(['one#1 revoked']);
    expect(system().bybit.applied()[0]?.at).toBe(START + 3 * DAY);
  });
});

describe('a limit', () => {
  const options: SystemOptions = { environment: { LIMIT_OTHER: '1', LIMIT_URGENT: '1' } };
  const system = systemForEachTest(options);

  it('lets the next call through in the next hour, and counts the urgent ones apart', async () => {
    const first = await master(system());
    const second = await master(system(), { n: 1 });
    const third = await master(system(), { n: 2 });
    await system().send(deleteMaster(first.secretId, { requestId: 'first' }));
    await system().send(deleteMaster(second.secretId, { requestId: 'second' }));
    await system().send(deleteMaster(third.secretId, { requestId: 'third', reason: 'leaked' }));
    await system().settle(MOST);
    const at = (keyId: string) =>
      system()
        .bybit.applied()
        .find((change) => change.keyId === keyId)?.at ?? 0;
    expect(at(first.apiKey)).toBe(START);
    expect(at(third.apiKey)).toBeLessThan(START + MINUTE);
    expect(at(second.apiKey)).toBeGreaterThanOrEqual(START + HOUR);
    expect(at(second.apiKey)).toBeLessThan(START + HOUR + 30 * MINUTE);
    expect(
      new Set(
        system()
          .receipts()
          .filter(({ final }) => final)
          .map(({ outcome }) => outcome),
      ),
    ).toEqual(new Set(['revoked']));
  });
});

describe('a limit of none', () => {
  const system = systemForEachTest({ environment: { LIMIT_OTHER: '0', GIVE_UP_AFTER_SECONDS: '3600' } });

  it('ends stuck by that name, nothing having been called', async () => {
    const { secretId } = await master(system());
    await system().send(deleteMaster(secretId));
    await system().settle(MOST);
    expect(outcomes(system())).toEqual(['one#1 stuck limit']);
    expect(system().receipts()[0]).toMatchObject({ keyState: 'alive', calls: 0 });
    expect(system().bybit.applied()).toEqual([]);
    expect((await system().stuck()).map(({ attributes }) => attributes['code'])).toEqual(['limit']);
  });
});

describe('a managing key', () => {
  // How long a request waits is half by chance; this chance is the same in every run.
  beforeEach(() => {
    let state = 1;
    vi.spyOn(Math, 'random').mockImplementation(() => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    });
  });
  afterEach(() => void vi.restoreAllMocks());
  const system = systemForEachTest();

  const LISTS = { match: { path: 'sub-apikeys' }, skip: 1 };
  const CALLS = { match: { path: 'delete-sub-api' } };
  /** A sub key's request that is not over when its first delivery is, so that its case is open and needs its master. */
  const openCase = async (dropped: typeof LISTS | typeof CALLS) => {
    const parent = await master(system());
    await sub(system(), parent.apiKey);
    system().bybit.faults.script({ ...dropped, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    await system().send(deleteSub(parent.secretId));
    await system().deliver();
    return parent;
  };

  it.each([
    ['leaked', MINUTE],
    ['manual', 10 * MINUTE],
  ])('that an open case needs is kept so long after a %s request for it, and not longer', async (reason, ms) => {
    const { secretId, apiKey } = await openCase(LISTS);
    await system().send(deleteMaster(secretId, { reason }));
    for (let n = 0; n < 60 && system().bybit.isAlive('mainnet', apiKey); n += 1) await system().settle(1);
    const at = system().bybit.applied()[1]?.at ?? 0;
    expect(system().bybit.applied()).toMatchObject([{ keyId: SUB_KEY }, { keyId: apiKey }]);
    expect(at).toBeGreaterThanOrEqual(START + ms);
    expect(at).toBeLessThan(START + 2 * ms + MINUTE);
  });

  it('goes at once when the case is closed', async () => {
    const { secretId, apiKey } = await openCase(LISTS);
    system().bybit.faults.clear();
    await system().settle();
    const closedAt = Date.now();
    await system().send(deleteMaster(secretId));
    await system().settle();
    expect(outcomes(system())).toEqual(['sub#1 revoked', 'one#1 revoked']);
    expect(since(system().receipts()[1]?.times.calledAt)).toBe(closedAt - START);
    expect(system().bybit.isAlive('mainnet', apiKey)).toBe(false);
  });

  it('that this system killed is named as gone', async () => {
    const parent = await master(system());
    await sub(system(), parent.apiKey);
    await system().send(deleteMaster(parent.secretId));
    await system().settle();
    await system().send(deleteSub(parent.secretId));
    await system().settle();
    const waited = 'sub#1~1 retry refused-for-now';
    expect(outcomes(system())).toEqual(['one#1 revoked', waited, 'one#1!1 confirmed', 'sub#1 stuck signer-gone']);
    expect(system().receipts().at(-1)?.keyState).not.toBe('gone');
  });

  it('that was rotated since the pin is opened again as it is now', async () => {
    const { secretId, apiKey } = await openCase(CALLS);
    const fresh = { apiKey: 'MASTERexample000099', apiSecret: 'fresh-secret-0123456789' };
    system().bybit.addMaster('mainnet', { ...fresh, userID: system().bybit.key('mainnet', apiKey).userID });
    await system().rotate(secretId, fresh);
    system().bybit.remove('mainnet', apiKey);
    system().bybit.faults.clear();
    await system().settle();
    expect(system().bybit.isAlive('mainnet', SUB_KEY)).toBe(false);
    expect(system().bybit.applied()).toMatchObject([{ keyId: SUB_KEY, by: fresh.apiKey }]);
    expect(outcomes(system())).not.toContain('sub#1 stuck credential-refused');
    expect(system().receipts()[0]?.signer?.id).toBe('MAST…0099');
  });

  it('that is refused and was not rotated ends the request with nothing said of the target', async () => {
    const parent = await master(system());
    await sub(system(), parent.apiKey);
    system().bybit.remove('mainnet', parent.apiKey);
    await system().send(deleteSub(parent.secretId, { reason: 'leaked' }));
    await system().settle();
    expect(outcomes(system())).toEqual(['sub#1~1 retry refused-for-now', 'sub#1 stuck credential-refused']);
    expect(system().receipts()[1]?.keyState).toBe('unknown');
    expect(system().bybit.isAlive('mainnet', SUB_KEY)).toBe(true);
  });

  it('without a target kills nothing, least of all itself', async () => {
    const { managingSecret, managing } = await kalshiUser(system());
    await system().send({ provider: 'kalshi', operation: 'delete-key', secretId: managingSecret, reason: 'leaked' });
    await system().settle();
    expect(system().receipts()).toMatchObject([{ outcome: 'refused', code: 'target-missing' }]);
    expect(system().kalshi.isAlive('prod', managing)).toBe(true);
    expect(system().kalshi.record).toEqual([]);
  });
});

describe('a credential that vanishes', () => {
  const system = systemForEachTest();
  const remove = (SecretId: string) => system().secrets.send(new DeleteSecretCommand({ SecretId }));

  it('between call and proof leaves an accepted death unproved', async () => {
    const { targetSecret, target } = await requestyOrganisation(system());
    const match = { method: 'GET' };
    system().requesty.faults.script({ match, fault: { kind: 'dropBefore' }, skip: 3, times: Number.POSITIVE_INFINITY });
    await system().send({
      provider: 'requesty',
      operation: 'delete-key',
      secretId: targetSecret,
      target: 'self',
      requestId: 'one',
    });
    await system().deliver();
    expect(system().requesty.isAlive('prod', target)).toBe(false);
    await remove(targetSecret);
    await system().settle();
    expect(outcomes(system())).toEqual(['one#1 stuck unproven']);
    expect(system().receipts()[0]?.message).toContain('accepted at 2026-11-20T10:00:00.000Z');
  });

  it('before the call is missing, with the date until which it can be restored', async () => {
    const { secretId } = await master(system());
    await remove(secretId);
    await system().send(deleteMaster(secretId));
    await system().settle();
    expect(outcomes(system())).toEqual(['one#1 stuck credential-missing']);
    expect(system().receipts()[0]?.message).toContain('2026-12-20');
    expect(system().bybit.record).toEqual([]);
  });

  it('after the proof was written is not needed any more', async () => {
    const { secretId } = await master(system());
    system().aws.faults.add({ service: 'sns', action: 'Publish', kind: 'unavailable', times: 3 });
    await system().send(deleteMaster(secretId));
    await system().deliver();
    await remove(secretId);
    await system().settle();
    expect(outcomes(system()).at(-1)).toBe('one#1 revoked');
    expect(await system().stuck()).toEqual([]);
  });
});
