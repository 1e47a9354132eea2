import type { RevocationRequest } from '../../core/request/parse-request.ts';

/** What a request is about, in one word for a table: the secret that the key is in, or the key's identifier. */
export const targetName = ({ target, secretId }: Pick<RevocationRequest, 'target' | 'secretId'>): string => {
  if (target === 'self') return secretId;
  if ('secretId' in target) return target.secretId;
  return 'apiKey' in target ? target.apiKey : target.apiKeyId;
};
