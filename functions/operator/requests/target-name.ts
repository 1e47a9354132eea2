import type { Providers } from '../../core/provider.ts';
import { namedTarget, type RevocationRequest } from '../../core/request/revocation-request.ts';

/** What a request is about, in one word for a table: the secret that the key is in, or the key's identifier. */
export const targetName = (
  providers: Providers,
  request: Pick<RevocationRequest, 'provider' | 'target' | 'secretId'>,
): string => {
  const { secret, keyId } = namedTarget(providers, request);
  return secret?.secretId ?? keyId ?? request.secretId;
};
