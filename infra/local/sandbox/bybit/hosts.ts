/** Host to world (docs/v5/guide, docs/v5/demo): the two mainnet hosts are one world, every regional host its own. */
export const BYBIT_WORLDS: Readonly<Record<string, string>> = {
  'api.bybit.com': 'mainnet',
  'api.bytick.com': 'mainnet',
  'api-testnet.bybit.com': 'testnet',
  'api-demo.bybit.com': 'demo',
  'api.bybit.nl': 'nl',
  'api.bybit.tr': 'tr',
  'api.bybit.kz': 'kz',
  'api.bybit.ae': 'ae',
  'api.bybit.id': 'id',
  'api.bybitgeorgia.ge': 'ge',
  'api.bybit.eu': 'eu',
  'api.manepa.jp': 'jp',
  'api-testnet.manepa.jp': 'jp-testnet',
  'api.spark-fintech.com': 'hk',
  'api-testnet.spark-fintech.com': 'hk-testnet',
};

/** The worlds whose sub keys a master of this world manages: mainnet masters have the demo keys too. */
export const managedWorlds = (world: string): readonly string[] =>
  world === 'mainnet' ? ['mainnet', 'demo'] : [world];
