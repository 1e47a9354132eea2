import axios from 'axios';
import { RestClientV5 } from 'bybit-api';
import { ApiKeysApi, Configuration } from 'kalshi-typescript';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BybitSandbox } from '../../../../infra/local/sandbox/bybit/bybit-sandbox.ts';
import { startSandbox } from '../../../../infra/local/sandbox/index.ts';
import type { KalshiSandbox } from '../../../../infra/local/sandbox/kalshi/start-kalshi.ts';
import CCXT from '../../../oracles/ccxt.json' with { type: 'json' };
import { rsaPair } from './throwaway-keys.ts';

const NOW = 1_700_000_000_000;
// The clients take the time from the machine and the host from the address, so both are given to them.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('bybit', () => {
  let bybit: BybitSandbox;
  beforeEach(async () => {
    bybit = await startSandbox('bybit', { now: () => NOW, defaultWorld: 'mainnet' });
    bybit.addMaster('mainnet', { apiKey: 'MASTER', apiSecret: 'secret', userID: 1000 });
    bybit.addSub('mainnet', { apiKey: 'SUB', apiSecret: 'secret', parent: 'MASTER', subMemberId: '2000' });
  });
  afterEach(() => bybit.close());

  const client = (key: string, secret = 'secret') => new RestClientV5({ key, secret, baseUrl: bybit.url });

  it('serves every call of the npm client that the product has a counterpart for', async () => {
    const master = client('MASTER');
    expect((await master.getQueryApiKey()).result).toMatchObject({ apiKey: 'MASTER', isMaster: true });
    expect((await master.getSubUIDList()).result.subMembers).toMatchObject([{ uid: '2000' }]);
    const listed = await master.getSubAccountAllApiKeys({ subMemberId: '2000', limit: 20 });
    expect(listed.result).toMatchObject({ result: [{ apiKey: 'SUB' }], nextPageCursor: '' });
    const permissions = { Wallet: ['AccountTransfer'] };
    const updated = await master.updateSubApiKey({ apikey: 'SUB', readOnly: 0, permissions });
    expect(updated.result.permissions.Wallet).toEqual(['AccountTransfer']);
    expect((await client('SUB').deleteSubApiKey()).retCode).toBe(0);
    expect((await master.deleteSubApiKey({ apikey: 'SUB' })).retCode).toBe(10001);
    expect((await master.deleteMasterApiKey()).retCode).toBe(0);
    expect((await master.getQueryApiKey()).retCode).toBe(10003);
    expect(bybit.applied().map(({ kind, keyId, by }) => [kind, keyId, by])).toEqual([
      ['updated', 'SUB', 'MASTER'],
      ['deleted', 'SUB', 'SUB'],
      ['deleted', 'MASTER', 'MASTER'],
    ]);
  });

  it('takes the RSA signatures of the npm client', async () => {
    const { publicKey, privateKey } = rsaPair('pkcs8');
    bybit.addMaster('mainnet', { apiKey: 'RSA', publicKey });
    expect((await client('RSA', privateKey).getQueryApiKey()).result.rsaPublicKey).toBe(publicKey);
    expect((await client('RSA', rsaPair('pkcs8').privateKey).getQueryApiKey()).retCode).toBe(10004);
  });

  it('serves what ccxt was recorded to send, and ccxt knows its refusals', async () => {
    /** Sends the recorded call. @returns its code, and the error that ccxt takes it for */
    const play = async (name: string): Promise<readonly [retCode: number, error: string]> => {
      const { method, path, body, headers } = called(name);
      const answer = await fetch(`${bybit.url}${path}`, { method, body, headers });
      const { retCode } = (await answer.json()) as { readonly retCode: number };
      return [retCode, CCXT.errors[String(retCode) as keyof typeof CCXT.errors] ?? 'none'];
    };
    const called = (name: string) => {
      const found = CCXT.calls.find(({ apiKey, path }) => apiKey === 'SUB' && path.startsWith(name));
      if (found === undefined) throw new Error(`Cannot find ${name} in the record of ccxt`);
      return { ...found, headers: found.headers as Readonly<Record<string, string>> };
    };
    expect(CCXT.at).toBe(NOW);
    expect(await play('/v5/user/query-api')).toEqual([0, 'none']);
    expect((await play('/v5/user/delete-api'))[1]).toBe('PermissionDenied');
    expect(await play('/v5/user/delete-sub-api')).toEqual([0, 'none']);
    expect((await play('/v5/user/query-api'))[1]).toBe('AuthenticationError');
    expect(bybit.applied()).toMatchObject([{ kind: 'deleted', keyId: 'SUB', by: 'SUB' }]);
  });
});

describe('kalshi', () => {
  const ID = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
  const OTHER = '11111111-1111-4111-8111-111111111111';
  const { publicKey, privateKey } = rsaPair('pkcs1');
  let kalshi: KalshiSandbox;
  beforeEach(async () => {
    kalshi = await startSandbox('kalshi', { now: () => NOW, defaultWorld: 'prod' });
    kalshi.addAccount('prod', {
      keys: [
        { apiKeyId: ID, publicKey },
        { apiKeyId: OTHER, publicKey, name: 'bot' },
      ],
    });
  });
  afterEach(() => kalshi.close());

  it('serves the npm client', async () => {
    const configuration = new Configuration({ apiKey: ID, privateKeyPem: privateKey });
    const api = new ApiKeysApi(configuration, `${kalshi.url}/trade-api/v2`, axios.create());
    expect((await api.getApiKeys()).data.api_keys.map((key: { api_key_id: string }) => key.api_key_id)).toEqual([
      ID,
      OTHER,
    ]);
    expect(await api.deleteApiKey(OTHER)).toMatchObject({ status: 204, data: '' });
    await expect(api.deleteApiKey(OTHER)).rejects.toMatchObject({ response: { status: 404 } });
    expect(await api.deleteApiKey(ID)).toMatchObject({ status: 204 });
    const details = { error: { details: 'NOT_FOUND' } };
    await expect(api.getApiKeys()).rejects.toMatchObject({ response: { status: 401, data: details } });
    expect(kalshi.applied().map(({ keyId, by }) => [keyId, by])).toEqual([
      [OTHER, ID],
      [ID, ID],
    ]);
  });
});
