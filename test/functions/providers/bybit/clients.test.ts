import { generateKeyPairSync } from 'node:crypto';
import { RestClientV5 } from 'bybit-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../../../functions/core/secret.ts';
import { bybit } from '../../../../functions/providers/bybit/index.ts';
import { signForBybit, type Unsigned } from '../../../../functions/providers/bybit/sign.ts';
import CCXT from '../../../oracles/ccxt.json' with { type: 'json' };
import { callOf, converse, NOW, order, probe } from '../ask.ts';
import { keyIn, MASTER, SECRET, SUB } from './keys.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }));
afterEach(() => void vi.useRealTimers());

/** What a client library hands to the network. */
type Sent = {
  readonly url: string;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
};

type Network = NonNullable<NonNullable<ConstructorParameters<typeof RestClientV5>[1]>['adapter']>;
type Adapter = Extract<Network, (...parameters: never) => unknown>;

/** Makes one call with the official-style client, whose network answers nothing. */
const byRestClient = async (
  key: string,
  secret: string,
  make: (client: RestClientV5) => Promise<unknown>,
): Promise<Sent> => {
  const configs: Parameters<Adapter>[0][] = [];
  const adapter: Adapter = async (config) => {
    configs.push(config);
    return { data: { retCode: 0 }, status: 200, statusText: 'OK', headers: {}, config };
  };
  await make(new RestClientV5({ key, secret }, { adapter }));
  const [config] = configs;
  if (!config) throw new Error('the client sent nothing');
  const data: unknown = config.data;
  return {
    url: config.url ?? '',
    body: data === undefined ? undefined : typeof data === 'string' ? data : JSON.stringify(data),
    headers: Object.fromEntries(Object.entries(config.headers).map(([name, value]) => [name, String(value)])),
  };
};

const ours = (apiKey: string, unsigned: Omit<Unsigned, 'host'>, privateKey?: string): Sent => {
  const credential = privateKey === undefined ? keyIn(apiKey) : bybit.credential({ apiKey, privateKey });
  const { host, path, body, headers } = signForBybit(credential, { host: 'api.bybit.com', ...unsigned }, NOW);
  if (body instanceof Secret) throw new Error('Bybit signs no secret body');
  return { url: `https://${host}${path}`, body, headers: headers.reveal() };
};

const CALLS: readonly (readonly [
  name: string,
  unsigned: Omit<Unsigned, 'host'>,
  make: (client: RestClientV5) => Promise<unknown>,
])[] = [
  ['delete-api', { path: '/v5/user/delete-api', body: '{}' }, (client) => client.deleteMasterApiKey()],
  [
    'delete-sub-api',
    { path: '/v5/user/delete-sub-api', body: `{"apikey":"${SUB}"}` },
    (client) => client.deleteSubApiKey({ apikey: SUB }),
  ],
  [
    'update-api',
    { path: '/v5/user/update-api', body: '{"readOnly":1,"permissions":{"Wallet":["AccountTransfer"]}}' },
    (client) => client.updateMasterApiKey({ readOnly: 1, permissions: { Wallet: ['AccountTransfer'] } }),
  ],
  [
    'update-sub-api',
    { path: '/v5/user/update-sub-api', body: `{"apikey":"${SUB}","readOnly":1,"permissions":{}}` },
    (client) => client.updateSubApiKey({ apikey: SUB, readOnly: 1, permissions: {} }),
  ],
  ['query-api', { path: '/v5/user/query-api' }, (client) => client.getQueryApiKey()],
  [
    'sub-apikeys',
    { path: '/v5/user/sub-apikeys', query: 'subMemberId=100400345&limit=20&cursor=a%2Fb%3D' },
    (client) => client.getSubAccountAllApiKeys({ subMemberId: '100400345', limit: 20, cursor: 'a/b=' }),
  ],
  [
    'submembers',
    { path: '/v5/user/submembers', query: 'pageSize=100&nextCursor=126671' },
    (client) => client.getSubUIDListUnlimited({ pageSize: '100', nextCursor: '126671' }),
  ],
];

/** A query may stand in the address or beside it; headers of the library's own are left out. */
const SHARED = ['X-BAPI-API-KEY', 'X-BAPI-TIMESTAMP', 'X-BAPI-RECV-WINDOW', 'X-BAPI-SIGN', 'X-BAPI-SIGN-TYPE'];
const shared = (headers: Sent['headers']) => Object.fromEntries(SHARED.map((name) => [name, headers[name]]));

describe('beside bybit-api', () => {
  it.each(CALLS)('%s carries the same signature', async (_name, unsigned, make) => {
    const theirs = await byRestClient(MASTER, SECRET, make);
    const mine = ours(MASTER, unsigned);
    expect(shared(mine.headers)).toEqual(shared(theirs.headers));
    expect(new URL(mine.url).pathname).toBe(new URL(theirs.url).pathname);
  });

  it.each(CALLS.filter(([, { body }]) => body !== undefined))(
    '%s carries the same body',
    async (_name, unsigned, make) => {
      const theirs = await byRestClient(MASTER, SECRET, make);
      expect(ours(MASTER, unsigned).body).toBe(theirs.body ?? '{}');
    },
  );

  it('signs with RSA in the same way', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const theirs = await byRestClient(MASTER, pem, (client) => client.deleteMasterApiKey());
    const mine = ours(MASTER, { path: '/v5/user/delete-api', body: '{}' }, pem);
    expect(shared(mine.headers)).toEqual(shared(theirs.headers));
  });
});

describe('beside ccxt, as recorded', () => {
  const of = CCXT.calls.filter(({ apiKey }) => apiKey === MASTER);

  it.each(of)('$method $path carries the same signature', ({ method, path, body, headers: theirs }) => {
    const [name = '', query] = path.split('?');
    const mine = ours(
      MASTER,
      method === 'POST' ? { path: name, body: body ?? '' } : { path: name, ...(query && { query }) },
    );
    expect(CCXT.at).toBe(NOW);
    expect(mine.headers).toMatchObject({
      'X-BAPI-SIGN': theirs['X-BAPI-SIGN'],
      'X-BAPI-RECV-WINDOW': theirs['X-BAPI-RECV-WINDOW'],
      'X-BAPI-TIMESTAMP': theirs['X-BAPI-TIMESTAMP'],
    });
    expect(mine.body ?? null).toBe(body);
  });
});

describe('a plan', () => {
  it('sends what the clients send, to the host of its environment', async () => {
    const plan = bybit.plan(order('delete-sub-key', keyIn(SUB)));
    const theirs = await byRestClient(SUB, SECRET, (client) => client.deleteSubApiKey({}));
    const call = callOf(plan).send(NOW);
    expect([call.method, call.host, call.path, call.body]).toEqual([
      'POST',
      'api.bybit.com',
      '/v5/user/delete-sub-api',
      '{}',
    ]);
    expect(call.headers.reveal()['X-BAPI-SIGN']).toBe(theirs.headers['X-BAPI-SIGN']);
    const { sent } = converse(probe(plan, 'query-api'), [undefined]);
    expect(sent.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['GET', '/v5/user/query-api', undefined],
    ]);
  });
});
