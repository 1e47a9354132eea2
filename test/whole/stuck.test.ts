import { describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/sandbox/index.ts';
import { kalshiUser, MASTER_KEY, master, requestyOrganisation, SUB_KEY, sub } from './system/orders.ts';
import { type System, systemForEachTest } from './system/system.ts';

const system = systemForEachTest({ environment: { GIVE_UP_AFTER_SECONDS: '3600' } });

const json = { 'content-type': 'application/json' };
const reply = (status: number, body: unknown): Fault => ({
  kind: 'reply',
  status,
  headers: typeof body === 'string' ? { 'content-type': 'text/html' } : json,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const always = (fault: Fault, match: { method?: string; path?: string } = {}) => ({
  match,
  fault,
  times: Number.POSITIVE_INFINITY,
});
const retCode = (code: number): Fault => reply(200, { retCode: code, retMsg: '', result: {} });

interface Trouble {
  readonly code: string;
  readonly what: string;
  /** @returns the request, the key it is about, and what fixes the trouble */
  readonly arrange: (system: System) => Promise<{
    readonly request: Readonly<Record<string, unknown>>;
    readonly isAlive: () => boolean;
    readonly fix: () => unknown;
  }>;
  readonly calls: number;
  readonly keyState?: string;
}

const ofMaster =
  (trouble: (sys: System, secretId: string) => unknown, fix: (sys: System, secretId: string) => unknown) =>
  async (sys: System) => {
    const { secretId, apiKey } = await master(sys);
    await trouble(sys, secretId);
    return {
      request: { provider: 'bybit', operation: 'delete-master-key', secretId, target: 'self' },
      isAlive: () => sys.bybit.isAlive('mainnet', apiKey),
      fix: () => fix(sys, secretId),
    };
  };

const ofKalshi = (trouble: (sys: System) => unknown) => async (sys: System) => {
  const { targetSecret, target } = await kalshiUser(sys);
  trouble(sys);
  return {
    request: { provider: 'kalshi', operation: 'delete-key', secretId: targetSecret, target: 'self' },
    isAlive: () => sys.kalshi.isAlive('prod', target),
    fix: () => sys.kalshi.faults.clear(),
  };
};

const ofRequesty =
  (trouble: (sys: System, target: string) => unknown, fix: (sys: System, target: string) => unknown) =>
  async (sys: System) => {
    const { targetSecret, target } = await requestyOrganisation(sys);
    trouble(sys, target);
    return {
      request: { provider: 'requesty', operation: 'delete-key', secretId: targetSecret, target: 'self' },
      isAlive: () => sys.requesty.isAlive('prod', target),
      fix: () => fix(sys, target),
    };
  };

const clear = (sys: System): void => sys.bybit.faults.clear();
const bybitSays = (fault: Fault, match = {}) => ofMaster((sys) => sys.bybit.faults.script(always(fault, match)), clear);
const GOOD = { apiKey: MASTER_KEY, apiSecret: `hmac-of-${MASTER_KEY}-0123456789` };

/** The stuck codes that a provider's state or reply brings about, with what a person does about each. */
const TROUBLES: readonly Trouble[] = [
  {
    code: 'permission-missing',
    what: 'a Bybit key without a transfer permission',
    arrange: ofMaster(
      (sys) => sys.bybit.patch('mainnet', MASTER_KEY, { permissions: { Spot: ['SpotTrade'] } }),
      (sys) => sys.bybit.patch('mainnet', MASTER_KEY, { permissions: { Wallet: ['AccountTransfer'] } }),
    ),
    calls: 1,
    keyState: 'alive',
  },
  {
    code: 'permission-missing',
    what: 'a Requesty key that may not manage',
    arrange: ofRequesty(
      (sys, id) => sys.requesty.patch('prod', id, { permissions: { manage: 'none', completions: 'write' } }),
      (sys, id) => sys.requesty.patch('prod', id, { permissions: { manage: 'write', completions: 'write' } }),
    ),
    calls: 1,
    keyState: 'alive',
  },
  {
    code: 'ip-not-allowed',
    what: 'a key that is bound to another address',
    arrange: ofMaster(
      (sys) => sys.bybit.patch('mainnet', MASTER_KEY, { ips: ['10.0.0.1'] }),
      (sys) => sys.bybit.patch('mainnet', MASTER_KEY, { ips: ['127.0.0.1'] }),
    ),
    calls: 0,
    keyState: 'alive',
  },
  {
    code: 'credential-refused',
    what: 'a secret that does not belong to its key',
    arrange: ofMaster(
      (sys, secretId) => sys.rotate(secretId, { ...GOOD, apiSecret: 'not-its-secret-0123456789-0123456789-01' }),
      (sys, secretId) => sys.rotate(secretId, GOOD),
    ),
    calls: 0,
    keyState: 'alive',
  },
  {
    code: 'expired-renewable',
    what: 'a key that has expired, and is renewed',
    arrange: async (sys) => {
      sys.bybit.addMaster('mainnet', { ...GOOD, expired: true });
      const secretId = await sys.store('key-revoker/bybit/expired', GOOD);
      return {
        request: { provider: 'bybit', operation: 'delete-master-key', secretId, target: 'self', reason: 'leaked' },
        isAlive: () => sys.bybit.isAlive('mainnet', MASTER_KEY),
        fix: () => sys.bybit.renew('mainnet', MASTER_KEY),
      };
    },
    calls: 0,
    keyState: 'expired',
  },
  {
    code: 'region-refused',
    what: 'a page for every request from here',
    arrange: bybitSays(reply(403, '<html>The request could not be satisfied</html>')),
    calls: 1,
  },
  { code: 'account-restricted', what: 'Bybit 10024', arrange: bybitSays(retCode(10024)), calls: 1 },
  {
    code: 'request-rejected',
    what: 'Bybit 10001 to the call',
    arrange: bybitSays(retCode(10001), { method: 'POST' }),
    calls: 1,
    keyState: 'alive',
  },
  {
    code: 'no-effect',
    what: 'calls that are accepted and change nothing',
    arrange: bybitSays(retCode(0), { method: 'POST' }),
    calls: 5,
    keyState: 'alive',
  },
  {
    code: 'attestation-lapsed',
    what: 'Kalshi 403 over the location',
    arrange: ofKalshi((sys) =>
      sys.kalshi.faults.script(
        always(reply(403, { error: { code: 'forbidden', message: 'Your_location_attestation_has_expired' } })),
      ),
    ),
    calls: 1,
  },
  {
    code: 'wrong-account',
    what: 'a sub account of another user',
    arrange: async (sys) => {
      const { secretId, apiKey } = await master(sys);
      const other = await master(sys, { n: 1 });
      const { subMemberId } = await sub(sys, other.apiKey);
      expect(apiKey).not.toBe(other.apiKey);
      return {
        request: { provider: 'bybit', operation: 'delete-sub-key', secretId, target: { apiKey: SUB_KEY, subMemberId } },
        isAlive: () => sys.bybit.isAlive('mainnet', SUB_KEY),
        fix: () => undefined,
      };
    },
    calls: 0,
  },
];

describe('a key that cannot be killed as asked', () => {
  it.each(TROUBLES)('$code: $what', async ({ code, arrange, calls, keyState = 'unknown' }) => {
    const { request, isAlive, fix } = await arrange(system());
    await system().send({ ...request, requestId: 'one' });
    await system().settle(200);
    const ended = () =>
      system()
        .receipts()
        .filter(({ final }) => final);
    const ends = ended().map((receipt) =>
      [receipt.receiptId, receipt.outcome, receipt.code, receipt.calls, receipt.keyState].join(' '),
    );
    expect(ends.join()).toBe(`one#1 stuck ${code} ${calls} ${keyState}`);
    expect(isAlive()).toBe(true);
    const [copy, ...more] = await system().stuck();
    expect(more).toEqual([]);
    expect(JSON.parse(copy?.body ?? '')).toMatchObject(request);
    if (code === 'wrong-account') return;
    await fix();
    if (copy) await system().redrive(copy);
    await system().settle();
    expect(isAlive()).toBe(false);
    expect(ended()[1]).toMatchObject({ receiptId: 'one#2', outcome: 'revoked', calls: 1 });
    expect(await system().stuck()).toEqual([]);
  });
});

describe('what the API cannot take away', () => {
  it('is stuck for the web console, after the rest was taken', async () => {
    const { secretId } = await master(system());
    const permissions = { Wallet: ['AccountTransfer', 'Withdraw'], Spot: ['SpotTrade'] };
    system().bybit.patch('mainnet', MASTER_KEY, { permissions });
    const settings = { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] } };
    await system().send({ provider: 'bybit', operation: 'update-master-key', secretId, target: 'self', settings });
    await system().settle(200);
    expect(system().receipts()).toMatchObject([{ outcome: 'stuck', code: 'only-in-web-ui', keyState: 'alive' }]);
    const left = system().bybit.key('mainnet', MASTER_KEY);
    expect(left.readOnly).toBe(1);
    expect(Object.values(left.permissions).flat().sort()).toEqual(['AccountTransfer', 'Withdraw']);
    expect(await system().stuck()).toHaveLength(1);
  });
});

describe('an expired sub key', () => {
  it('is deleted by its master, whose list still names it', async () => {
    const { secretId, apiKey } = await master(system());
    const seed = { apiKey: SUB_KEY, apiSecret: 'expired-sub-secret-01', parent: apiKey, subMemberId: '100400345' };
    system().bybit.addSub('mainnet', { ...seed, expired: true });
    const target = { apiKey: SUB_KEY, subMemberId: '100400345' };
    await system().send({ provider: 'bybit', operation: 'delete-sub-key', secretId, target });
    await system().settle();
    expect(system().bybit.isAlive('mainnet', SUB_KEY)).toBe(false);
    expect(system().receipts()).toMatchObject([{ outcome: 'revoked' }]);
  });
});

describe('two requests for one key at once', () => {
  it('make one call; both end with the truth', async () => {
    const { secretId } = await master(system());
    const request = { provider: 'bybit', operation: 'delete-master-key', secretId, target: 'self' };
    for (const requestId of ['one', 'two']) await system().send({ ...request, requestId });
    await Promise.all([system().deliver(), system().deliver()]);
    await system().settle();
    expect(system().bybit.record.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(
      system()
        .receipts()
        .map(({ outcome }) => outcome)
        .sort(),
    ).toEqual(['already-revoked', 'revoked']);
  });
});

describe('one lost reply before the call, of several probes that all have to speak', () => {
  it.each(['self', 'dddddddd', 'apikey$'])('(%s) does not keep the death from its proof', async (path) => {
    const { managingSecret, targetSecret, managing } = await requestyOrganisation(system());
    // The first `self` is the managing key's own, and the one before it tells whose key the secret holds.
    const skip = path === 'self' ? 2 : 0;
    system().requesty.faults.script({ match: { method: 'GET', path }, fault: { kind: 'dropBefore' }, skip });
    const target = { secretId: targetSecret };
    await system().send({ provider: 'requesty', operation: 'delete-key', secretId: managingSecret, target });
    await system().settle();
    expect(system().requesty.faults.pending()).toEqual([]);
    expect(system().requesty.applied()).toMatchObject([{ by: managing }]);
    expect(system().receipts()).toMatchObject([{ outcome: 'revoked', calls: 1 }]);
  });
});
