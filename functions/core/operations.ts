/** Every operation, by provider. */
export const OPERATIONS = {
  bybit: ['delete-master-key', 'delete-sub-key', 'update-master-key', 'update-sub-key'],
  kalshi: ['delete-key'],
  requesty: ['delete-key'],
} as const;

export type ProviderName = keyof typeof OPERATIONS;

export const isProvider = (name: unknown): name is ProviderName =>
  typeof name === 'string' && Object.hasOwn(OPERATIONS, name);
