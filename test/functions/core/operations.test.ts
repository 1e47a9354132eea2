import { expect, it } from 'vitest';
import { isProvider, kindOf, operationNames, PROVIDER_NAMES } from '../../../functions/core/operations.ts';
import { PROVIDERS } from '../../../functions/providers/index.ts';

it('tells providers from others', () => {
  expect(PROVIDER_NAMES.every(isProvider)).toBe(true);
  expect([undefined, '', 'toString', 'binance', ['kalshi'], { toString: null }].some(isProvider)).toBe(false);
});

it('gives each operation the kind that its provider gives it', () => {
  for (const provider of PROVIDER_NAMES) {
    const { operations } = PROVIDERS[provider];
    expect(operationNames(provider)).toEqual(Object.keys(operations));
    for (const [name, { kind }] of Object.entries(operations)) expect(kindOf(provider, name)).toBe(kind);
  }
});

it.each(['', 'delete', 'toString', 'update-key'])('gives no kind to %j, which is no operation', (name) =>
  expect(kindOf('kalshi', name)).toBeUndefined(),
);
