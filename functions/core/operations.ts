/** What an operation does with the target: `delete` kills the key, `update` takes permissions away from it. */
export type OperationKind = 'delete' | 'update';

/** Every operation and its kind, by provider. */
export const OPERATIONS = {
  bybit: {
    'delete-master-key': 'delete',
    'delete-sub-key': 'delete',
    'update-master-key': 'update',
    'update-sub-key': 'update',
  },
  kalshi: { 'delete-key': 'delete' },
  requesty: { 'delete-key': 'delete' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OperationKind>>>>;

export type ProviderName = keyof typeof OPERATIONS;

export const PROVIDER_NAMES = Object.keys(OPERATIONS) as ProviderName[];

export const isProvider = (name: unknown): name is ProviderName =>
  typeof name === 'string' && Object.hasOwn(OPERATIONS, name);

/** The names of a provider's operations. */
export const operationNames = <P extends ProviderName>(provider: P): (keyof (typeof OPERATIONS)[P] & string)[] =>
  Object.keys(OPERATIONS[provider]) as (keyof (typeof OPERATIONS)[P] & string)[];

const KINDS = new Map<string, OperationKind>(
  Object.entries(OPERATIONS).flatMap(([provider, kinds]) =>
    Object.entries(kinds).map(([operation, kind]) => [`${provider}/${operation}`, kind] as const),
  ),
);

/** @returns the operation's kind; `undefined` where no provider of that name has such an operation */
export const kindOf = (provider: string, operation: string): OperationKind | undefined =>
  KINDS.get(`${provider}/${operation}`);
