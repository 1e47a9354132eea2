import type { Environment } from '../../core/provider.ts';

/** The first is the default. https://docs.kalshi.com/getting_started/api_environments */
export const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  prod: { host: 'external-api.kalshi.com', realm: 'prod' },
  'prod-elections': { host: 'api.elections.kalshi.com', realm: 'prod' },
  demo: { host: 'external-api.demo.kalshi.co', realm: 'demo' },
  'demo-legacy': { host: 'demo-api.kalshi.co', realm: 'demo' },
};

/** Where to look for a key that its own environment does not know. */
export const KALSHI_SIBLINGS: readonly string[] = ['prod', 'demo'];
