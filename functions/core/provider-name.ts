/** Stands by itself, since whoever uses the construct knows this much of us. */
export type ProviderName = 'bybit' | 'kalshi' | 'requesty';
