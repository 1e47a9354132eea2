import type { Environment } from '../../core/provider.ts';

/** The first is the default. `eu` follows from how the official client derives its host. It was not tested live. */
export const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  prod: { host: 'api-v2.requesty.ai', realm: 'prod' },
  legacy: { host: 'api.requesty.ai', realm: 'prod' },
  eu: { host: 'api-v2.eu.requesty.ai', realm: 'eu' },
};
