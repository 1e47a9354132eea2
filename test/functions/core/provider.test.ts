import { expect, it } from 'vitest';
import { kindOf, providerNamed } from '../../../functions/core/provider.ts';
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
