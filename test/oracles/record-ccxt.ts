/**
 * Records what ccxt (npm) sends to Bybit. ccxt is 61 MB, and its signatures depend on nothing but their input, so the repository has
 * the record and not the package. To record again:
 *
 *     npm install --no-save ccxt && node test/oracles/record-ccxt.ts
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** As much of ccxt as is used here. */
interface Exchange {
  nonce: () => number;
  sign(path: string, api: string, method: string, params: object): Signed;
  handleErrors(
    code: number,
    reason: string,
    url: string,
    method: string,
    headers: object,
    body: string,
    reply: object,
    request: object,
    sent: string,
  ): void;
}

interface Signed {
  readonly url: string;
  readonly method: string;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

interface Ccxt {
  readonly version: string;
  readonly bybit: new (options: object) => Exchange;
}

const load = createRequire(import.meta.url);
const { default: ccxt } = (await import(load.resolve('ccxt'))) as { readonly default: Ccxt };

const AT = 1_700_000_000_000;
const HOST = 'https://api.bybit.com';

const CALLS: readonly (readonly [method: string, path: string, params: object])[] = [
  ['POST', 'v5/user/delete-api', {}],
  ['POST', 'v5/user/delete-sub-api', {}],
  ['POST', 'v5/user/delete-sub-api', { apikey: 'SUBKEYexample00001' }],
  ['GET', 'v5/user/query-api', {}],
  ['GET', 'v5/user/sub-apikeys', { subMemberId: '100400345', limit: 20 }],
];

const KEYS = [
  { apiKey: 'MASTERexample00001', secret: 'SKexample00000000000000000000000000001' },
  { apiKey: 'SUB', secret: 'secret' },
] as const;

/** Codes of refusals that the sandbox gives. */
const CODES = [10_001, 10_003, 10_004, 10_005, 10_010, 33_004];

const exchangeFor = (key: object): Exchange => {
  const exchange = new ccxt.bybit(key);
  exchange.nonce = () => AT;
  return exchange;
};

const calls = KEYS.flatMap((key) =>
  CALLS.map(([method, path, params]) => {
    const { url, body, headers } = exchangeFor(key).sign(path, 'private', method, params);
    const own = Object.entries(headers).filter(([name]) => name.startsWith('X-BAPI-') || name === 'Content-Type');
    return {
      ...{ ...key, method, path: url.replace(HOST, ''), body: method === 'POST' ? body : null },
      headers: Object.fromEntries(own),
    };
  }),
);

const errorFor = (retCode: number): string => {
  const reply = { retCode, retMsg: '', result: {} };
  try {
    exchangeFor(KEYS[0]).handleErrors(200, 'OK', HOST, 'POST', {}, JSON.stringify(reply), reply, {}, '');
  } catch (error) {
    return (error as Error).constructor.name;
  }
  return 'none';
};

const record = {
  version: ccxt.version,
  at: AT,
  calls,
  errors: Object.fromEntries(CODES.map((code) => [code, errorFor(code)])),
};
writeFileSync(join(import.meta.dirname, 'ccxt.json'), `${JSON.stringify(record, null, 2)}\n`);
