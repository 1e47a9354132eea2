import { describe, expect, it } from 'vitest';
import { kalshiUser, MASTER_KEY, master, requestyOrganisation, SUB_KEY, sub } from './system/orders.ts';
import { systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

const carriedOut = async (request: unknown, attempt?: number) => {
  await system().send(request, attempt);
  await system().settle();
  return system()
    .receipts()
    .filter(({ final }) => final);
};

const deleteMaster = (secretId: string, fields: object = {}) => ({
  provider: 'bybit',
  operation: 'delete-master-key',
  secretId,
  target: 'self',
  requestId: 'one',
  ...fields,
});
const outcomes = () =>
  system()
    .receipts()
    .map(({ receiptId, outcome }) => `${receiptId} ${outcome}`);

describe('the same request', () => {
  it('twice in a row is carried out and reported once', async () => {
    const { secretId } = await master(system());
    await carriedOut(deleteMaster(secretId));
    await carriedOut(deleteMaster(secretId));
    expect(system().bybit.applied()).toHaveLength(1);
    expect(outcomes()).toEqual(['one#1 revoked']);
  });

  it.each([
    ['leaked', ['Requests', 'Urgent']],
    ['incident', ['Requests', 'Urgent']],
    ['manual', ['Requests']],
    [undefined, ['Requests']],
  ])('as an event with the reason %s is on the queues %j, and is one request', async (reason, parts) => {
    const { secretId } = await master(system());
    const { requestId: _, ...unnamed } = deleteMaster(secretId, reason ? { reason } : {});
    const id = await system().putEvent(unnamed);
    const { aws, deployment } = system();
    const queues = Object.entries(deployment.queues).filter(([part]) => /Requests|Urgent|Rechecks/.test(part));
    const holding = await Promise.all(
      queues.map(async ([part, { name }]) => [part, (await aws.queues.inspect(name)).ready.length] as const),
    );
    const found = holding.filter(([, count]) => count > 0).map(([part]) => parts.find((one) => part.includes(one)));
    expect(found.toSorted()).toEqual(parts.toSorted());
    await system().settle();
    expect(system().bybit.record.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(new Set(outcomes())).toEqual(new Set([`${id}#1 revoked`]));
    expect(await system().waiting()).toEqual([]);
  });

  it('twice at once is carried out once', async () => {
    const { secretId } = await master(system());
    await system().send(deleteMaster(secretId));
    await system().send(deleteMaster(secretId));
    await Promise.all([system().deliver(), system().deliver()]);
    await system().settle();
    expect(system().bybit.record.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(new Set(outcomes())).toEqual(new Set(['one#1 revoked']));
    expect(await system().stuck()).toEqual([]);
  });

  it('with other fields that names no key is carried out under the id of its message, for the key of the first', async () => {
    const { secretId } = await master(system());
    await system().send(deleteMaster(secretId, { reference: 'first' }));
    await system().settle();
    await system().send(deleteMaster(secretId, { reference: 'second' }));
    await system().settle();
    const [first, second] = ['first', 'second'].map((reference) =>
      system()
        .receipts()
        .find(({ request }) => request.reference === reference),
    );
    expect(first).toMatchObject({ requestId: 'one', outcome: 'revoked' });
    expect(second).toMatchObject({ outcome: 'already-revoked', request: { id: 'one' } });
    expect(second?.requestId).not.toBe('one');
    expect(system().bybit.applied()).toHaveLength(1);
    expect(await system().stuck()).toEqual([]);
  });

  it('with other fields is refused if the secret holds another key by now', async () => {
    const { secretId } = await master(system());
    await system().send(deleteMaster(secretId, { reference: 'first' }));
    await system().settle();
    const fresh = { apiKey: 'MASTERexample000099', apiSecret: 'fresh-secret-of-the-key-after-it-0001' };
    system().bybit.addMaster('mainnet', fresh);
    await system().rotate(secretId, fresh);
    await system().send(deleteMaster(secretId, { reference: 'second' }));
    await system().settle();
    const second = system()
      .receipts()
      .find(({ request }) => request.reference === 'second');
    expect(second).toMatchObject({ outcome: 'refused', code: 'request-id-reused', request: { id: 'one' } });
    expect(second?.requestId).not.toBe('one');
    expect(system().bybit.isAlive('mainnet', fresh.apiKey)).toBe(true);
    const [copy, ...more] = await system().stuck();
    expect(more).toEqual([]);
    expect(JSON.parse(copy?.body ?? '')).toMatchObject({ reference: 'second', requestId: second?.requestId });
  });
});

describe('another request', () => {
  it('for a key that was proved gone proves it again and makes no call', async () => {
    const { secretId } = await master(system());
    await carriedOut(deleteMaster(secretId));
    await carriedOut(deleteMaster(secretId, { requestId: 'two' }));
    expect(system().bybit.applied()).toHaveLength(1);
    expect(system().receipts()[1]).toMatchObject({
      requestId: 'two',
      outcome: 'already-revoked',
      keyState: 'gone',
      calls: 0,
      timeToRevokeMs: expect.any(Number),
    });
    expect(system().receipts()[1]?.evidence).toHaveLength(2);
  });

  it('finds a Requesty key’s case by its secret’s version although the key can no longer tell its id', async () => {
    const { targetSecret } = await requestyOrganisation(system());
    const request = { provider: 'requesty', operation: 'delete-key', secretId: targetSecret, target: 'self' };
    await carriedOut({ ...request, requestId: 'one' });
    await carriedOut({ ...request, requestId: 'two' });
    expect(outcomes()).toEqual(['one#1 revoked', 'two#1 already-revoked']);
  });

  it('finds a proved key alive: says so, and kills it again', async () => {
    const { secretId } = await master(system());
    await carriedOut(deleteMaster(secretId));
    system().bybit.revive('mainnet', MASTER_KEY);
    await carriedOut(deleteMaster(secretId, { requestId: 'two' }));
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(false);
    expect(outcomes()).toEqual(['one#1 revoked', 'two#1!1 resurrected', 'two#1 revoked']);
    expect(system().receipts()[1]).toMatchObject({ final: false, keyState: 'alive', code: null });
  });

  it('of the same secret after a rotation meets the new key’s own case', async () => {
    const { secretId } = await master(system());
    await carriedOut(deleteMaster(secretId));
    const fresh = { apiKey: 'MASTERexample000099', apiSecret: 'fresh-secret-0123456789' };
    system().bybit.addMaster('mainnet', fresh);
    await system().rotate(secretId, fresh);
    await carriedOut(deleteMaster(secretId, { requestId: 'two' }));
    expect(outcomes()).toEqual(['one#1 revoked', 'two#1 revoked']);
    expect(system().bybit.isAlive('mainnet', 'MASTERexample000099')).toBe(false);
  });
});

describe('gone is a change', () => {
  it.each(['leaked', 'manual'])(
    'so a %s key that nobody here has seen is not recognised, any sender who asks',
    async (reason) => {
      const { managingSecret, target } = await kalshiUser(system());
      system().kalshi.remove('prod', target);
      const [receipt] = await carriedOut({
        provider: 'kalshi',
        operation: 'delete-key',
        secretId: managingSecret,
        target: { apiKeyId: target },
        reason,
      });
      expect(receipt).toMatchObject({ outcome: 'stuck', code: 'not-recognised' });
      expect(receipt?.keyState).not.toBe('gone');
    },
  );

  it('so a dead key’s own first probe proves nothing, and neither does the one delete that leaves', async () => {
    const { secretId } = await master(system());
    system().bybit.remove('mainnet', MASTER_KEY);
    const [receipt] = await carriedOut(deleteMaster(secretId, { reason: 'leaked' }));
    expect(receipt).toMatchObject({ outcome: 'stuck', code: 'not-recognised', calls: 1 });
    expect(receipt?.keyState).not.toBe('gone');
    const asked = system().bybit.record.map(({ method, host }) => `${method} ${host}`);
    expect(asked.slice(0, 3)).toEqual(['GET api.bybit.com', 'GET api-testnet.bybit.com', 'GET api-demo.bybit.com']);
    // Where the key may be alive in another environment, no call leaves before that was asked.
    expect(asked.filter((each) => each.startsWith('POST'))).toEqual(['POST api.bybit.com']);
    expect(asked.indexOf('POST api.bybit.com')).toBe(4);
  });

  it('and a key that is at home elsewhere is left alone there', async () => {
    const { secretId } = await master(system(), { world: 'testnet' });
    const [receipt] = await carriedOut(deleteMaster(secretId));
    expect(receipt).toMatchObject({ outcome: 'stuck', code: 'wrong-environment' });
    expect(receipt?.message).toContain('testnet');
    expect(system().bybit.isAlive('testnet', MASTER_KEY)).toBe(true);
  });

  it('and a managing key that is stored in another environment is named with its own', async () => {
    const { secretId } = await master(system(), { world: 'testnet' });
    const [receipt] = await carriedOut({
      ...{ provider: 'bybit', operation: 'delete-sub-key', secretId },
      target: { apiKey: SUB_KEY, subMemberId: '1' },
    });
    expect(receipt).toMatchObject({ outcome: 'stuck', code: 'wrong-environment', calls: 0 });
    expect(receipt?.message).toContain('The managing key belongs to the environment testnet');
  });

  it('so a sub key that its master’s list never named is called on, and not called dead', async () => {
    const { secretId, apiKey } = await master(system());
    const { subMemberId } = await sub(system(), apiKey);
    system().bybit.remove('mainnet', SUB_KEY);
    const [receipt] = await carriedOut({
      provider: 'bybit',
      operation: 'delete-sub-key',
      secretId,
      target: { apiKey: SUB_KEY, subMemberId },
    });
    expect(receipt).toMatchObject({ outcome: 'stuck', code: 'not-recognised', calls: 1 });
  });
});

describe('a redrive', () => {
  /** Stuck, because the secret holds no credential of this provider. */
  const stuckOnce = async () => {
    const { secretId, apiKey } = await master(system());
    const credential = { apiKey, apiSecret: `hmac-of-${apiKey}-0123456789` };
    await system().rotate(secretId, { apiKey });
    await carriedOut(deleteMaster(secretId));
    const [copy] = await system().stuck();
    if (copy === undefined) throw new Error('Cannot redrive, wanted a stuck copy');
    return { secretId, credential, copy };
  };

  it('is the next attempt: it opens the secret again and counts from zero', async () => {
    const { secretId, credential, copy } = await stuckOnce();
    await system().rotate(secretId, credential);
    await system().redrive(copy);
    await system().settle();
    expect(outcomes()).toEqual(['one#1 refused', 'one#2 revoked']);
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(false);
    expect(await system().stuck()).toEqual([]);
  });

  it('that fails again is stuck again, once, as the second attempt', async () => {
    const { copy } = await stuckOnce();
    await system().redrive(copy);
    await system().settle();
    const copies = await system().stuck();
    expect(copies.map(({ attributes }) => attributes['attempt'])).toEqual(['2']);
    expect(outcomes()).toEqual(['one#1 refused', 'one#2 refused']);
  });

  it('of an attempt that is over already is answered silently', async () => {
    const { secretId, credential, copy } = await stuckOnce();
    await system().rotate(secretId, credential);
    for (let times = 0; times < 2; times += 1) await system().redrive(copy);
    await system().settle();
    expect(outcomes()).toEqual(['one#1 refused', 'one#2 revoked']);
    expect(system().bybit.applied()).toHaveLength(1);
  });

  it('that finds another key in the secret is refused', async () => {
    const { secretId, apiKey } = await master(system());
    system().bybit.patch('mainnet', apiKey, { permissions: { Spot: ['SpotTrade'] } });
    await carriedOut(deleteMaster(secretId));
    expect(outcomes()).toEqual(['one#1 stuck']);
    const fresh = { apiKey: 'MASTERexample000099', apiSecret: 'fresh-secret-0123456789' };
    system().bybit.addMaster('mainnet', fresh);
    await system().rotate(secretId, fresh);
    const [copy] = await system().stuck();
    if (copy) await system().redrive(copy);
    await system().settle();
    expect(system().receipts()[1]).toMatchObject({ receiptId: 'one#2', outcome: 'refused', code: 'target-mismatch' });
    expect(system().bybit.applied()).toEqual([]);
  });

  it('after a refusal by the provider succeeds once the cause is fixed', async () => {
    const { secretId, apiKey } = await master(system());
    system().bybit.patch('mainnet', apiKey, { permissions: { Spot: ['SpotTrade'] } });
    await carriedOut(deleteMaster(secretId));
    expect(system().receipts()[0]).toMatchObject({ outcome: 'stuck', code: 'permission-missing', keyState: 'alive' });
    system().bybit.patch('mainnet', apiKey, { permissions: { Wallet: ['AccountTransfer'] } });
    const [copy] = await system().stuck();
    if (copy) await system().redrive(copy);
    await system().settle();
    expect(outcomes()).toEqual(['one#1 stuck', 'one#2 revoked']);
    expect(system().receipts()[1]?.calls).toBe(1);
  });
});

describe('the pinned version', () => {
  it('is what every later delivery opens, whatever the secret holds by then', async () => {
    const { secretId } = await master(system());
    system().bybit.faults.script({ match: { method: 'GET' }, fault: { kind: 'dropBefore' }, times: 2 });
    await system().send(deleteMaster(secretId));
    await system().deliver();
    expect(system().bybit.applied()).toEqual([]);
    const fresh = { apiKey: 'MASTERexample000099', apiSecret: 'fresh-secret-0123456789' };
    system().bybit.addMaster('mainnet', fresh);
    await system().rotate(secretId, fresh);
    await system().settle();
    expect(system().bybit.applied()).toMatchObject([{ keyId: MASTER_KEY }]);
    expect(system().bybit.isAlive('mainnet', 'MASTERexample000099')).toBe(true);
    expect(outcomes()).toEqual(['one#1 revoked']);
  });
});
