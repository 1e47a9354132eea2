// Made by `npm run generate` from functions/providers. Do not edit.

export const PROVIDER_NAMES = ['bybit', 'kalshi', 'requesty'] as const;

export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** Where a provider answers nobody, by what the names of AWS regions there begin with. */
export const REFUSED_REGIONS = [
  { provider: 'bybit', title: 'Bybit', begins: 'us-', country: 'the United States' },
  { provider: 'bybit', title: 'Bybit', begins: 'cn-', country: 'mainland China' },
] as const;
