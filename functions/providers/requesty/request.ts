import type { Credential, HttpCall } from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';

/** The path of the keys, each under its id. `self` is the key that asks. */
export const MANAGE_KEY_PATH = '/v1/manage/apikey';

/** No body, no Content-Type, nothing to sign. */
export const withBearer = (
  bearer: string,
  { method, changes, host, path }: Pick<HttpCall, 'method' | 'changes' | 'host' | 'path'>,
): HttpCall => ({
  method,
  changes,
  provider: 'requesty',
  host,
  path,
  headers: new Secret({ Authorization: `Bearer ${bearer}` }),
});

export const bearerOf = ({ parts }: Credential): string => parts.reveal()['apiKey'] ?? '';
