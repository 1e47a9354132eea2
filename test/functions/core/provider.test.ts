import { describe, expect, it } from 'vitest';
import { deletesOf, kindOf, providerNamed } from '../../../functions/core/provider.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';

it('tells providers from others', () => {
  for (const [name, provider] of Object.entries(PROVIDERS)) expect(providerNamed(PROVIDERS, name)).toBe(provider);
  for (const name of [undefined, '', 'toString', 'binance', ['kalshi'], { toString: null }])
    expect(providerNamed(PROVIDERS, name)).toBeUndefined();
});

it('gives each operation the kind that its provider gives it', () => {
  for (const [provider, { operations }] of Object.entries(PROVIDERS))
    for (const [operation, { kind }] of Object.entries(operations))
      expect(kindOf(PROVIDERS, { provider, operation })).toBe(kind);
});

it.each(['', 'delete', 'toString', 'update-key'])('gives no kind to %j, which is no operation', (operation) =>
  expect(kindOf(PROVIDERS, { provider: 'kalshi', operation })).toBeUndefined(),
);

it('gives no kind to an operation of no provider', () =>
  expect(kindOf(PROVIDERS, { provider: 'binance', operation: 'delete-key' })).toBeUndefined());

describe('the deletes of a provider', () => {
  const names = (provider: string) => deletesOf(PROVIDERS, provider).map(([name]) => name);

  it('are its delete operations, and first those that another key may sign', () => {
    expect(names('bybit')).toEqual(['delete-sub-key', 'delete-master-key']);
    expect(names('kalshi')).toEqual(['delete-key']);
  });

  it('come in that order, however the provider lists them', () => {
    const operations = Object.fromEntries(Object.entries(PROVIDERS.bybit.operations).toReversed());
    const turned = { bybit: { ...PROVIDERS.bybit, operations } };
    expect(deletesOf(turned, 'bybit').map(([name]) => name)).toEqual(['delete-sub-key', 'delete-master-key']);
  });

  it('are none where no provider has that name', () => expect(names('binance')).toEqual([]));
});
