import type { Environment } from '../../core/provider.ts';

const single = (name: string, host: string) => [name, { host, realm: name }] as const;

/**
 * Where Bybit's keys live. Only the hosts of its own realm know a key. The first environment is the default.
 * https://bybit-exchange.github.io/docs/v5/guide
 */
export const ENVIRONMENTS: Readonly<Record<string, Environment>> = Object.fromEntries([
  single('mainnet', 'api.bybit.com'),
  ['mainnet-bytick', { host: 'api.bytick.com', realm: 'mainnet' }],
  single('testnet', 'api-testnet.bybit.com'),
  single('demo', 'api-demo.bybit.com'),
  single('nl', 'api.bybit.nl'),
  single('tr', 'api.bybit.tr'),
  single('kz', 'api.bybit.kz'),
  single('ae', 'api.bybit.ae'),
  single('id', 'api.bybit.id'),
  single('ge', 'api.bybitgeorgia.ge'),
  single('eu', 'api.bybit.eu'),
  single('jp', 'api.manepa.jp'),
  single('jp-testnet', 'api-testnet.manepa.jp'),
  single('hk', 'api.spark-fintech.com'),
  single('hk-testnet', 'api-testnet.spark-fintech.com'),
]);

/** Where to look first for a key that its own environment does not know. */
export const BYBIT_SIBLINGS: readonly string[] = ['mainnet', 'testnet', 'demo'];

/** Only official clients name these hosts, and no documentation: a key is asked there only if its credential says so. */
const UNDOCUMENTED: readonly string[] = ['hk', 'hk-testnet'];

/** Where to look for a key that is not known otherwise: one host of each realm. */
export const BYBIT_ELSEWHERE: readonly string[] = Object.entries(ENVIRONMENTS)
  .filter(([name, { realm }]) => name === realm && !UNDOCUMENTED.includes(name))
  .map(([name]) => name);

/** Here only keys of third-party applications are served, and every other key is answered 10010. So that code shows no key. */
export const FOR_APPLICATIONS = 'eu';
