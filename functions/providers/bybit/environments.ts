import type { Environment } from '../../core/provider.ts';

const alone = (name: string, host: string) => [name, { host, realm: name }] as const;

/**
 * Where Bybit's keys live; a key is known to the hosts of its own realm alone. The first is the default.
 * https://bybit-exchange.github.io/docs/v5/guide
 */
export const ENVIRONMENTS: Readonly<Record<string, Environment>> = Object.fromEntries([
  alone('mainnet', 'api.bybit.com'),
  ['mainnet-bytick', { host: 'api.bytick.com', realm: 'mainnet' }],
  alone('testnet', 'api-testnet.bybit.com'),
  alone('demo', 'api-demo.bybit.com'),
  alone('nl', 'api.bybit.nl'),
  alone('tr', 'api.bybit.tr'),
  alone('kz', 'api.bybit.kz'),
  alone('ae', 'api.bybit.ae'),
  alone('id', 'api.bybit.id'),
  alone('ge', 'api.bybitgeorgia.ge'),
  alone('eu', 'api.bybit.eu'),
  alone('jp', 'api.manepa.jp'),
  alone('jp-testnet', 'api-testnet.manepa.jp'),
  alone('hk', 'api.spark-fintech.com'),
  alone('hk-testnet', 'api-testnet.spark-fintech.com'),
]);

/** Where a key that its own environment does not know is looked for. */
export const BYBIT_SIBLINGS: readonly string[] = ['mainnet', 'testnet', 'demo'];
