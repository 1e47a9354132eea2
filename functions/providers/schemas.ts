import type { ProviderName } from '../core/operations.ts';
import { type JsonSchema, receiptSchema, requestSchema, schemaOf } from '../core/request/json-schemas.ts';
import { Shape as bybit } from './bybit/credential.ts';
import { Shape as kalshi } from './kalshi/credential.ts';
import { Shape as requesty } from './requesty/credential.ts';

/** The shapes of the credentials, by provider. */
const CREDENTIALS = { bybit, kalshi, requesty } satisfies Readonly<Record<ProviderName, unknown>>;

/** Every contract that a user writes or reads as JSON, by the name of its file. */
export const jsonSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  'request.schema.json': requestSchema(),
  'receipt.schema.json': receiptSchema(),
  ...Object.fromEntries(
    Object.entries(CREDENTIALS).map(([provider, shape]) => [
      `credential.${provider}.schema.json`,
      schemaOf(shape, `Credential for ${provider}`, 'The value of a secret in Secrets Manager'),
    ]),
  ),
});
