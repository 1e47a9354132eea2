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

/** Where to look for a key that its own environment does not know. */
export const BYBIT_SIBLINGS: readonly string[] = ['mainnet', 'testnet', 'demo'];
