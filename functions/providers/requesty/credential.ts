import * as z from 'zod';
import type { Credential } from '../../core/provider.ts';
import { isNotKnownToken } from '../../core/request/secret-scan.ts';
import { Secret } from '../../core/secret.ts';
import { hiddenText, NOT_OURS, parseCredential } from '../unreadable.ts';
import { ENVIRONMENTS } from './environments.ts';

/** As it stands in the secret. */
export const Shape = z.strictObject({
  // A bearer is sent as it is.
  apiKey: hiddenText.refine(isNotKnownToken, NOT_OURS),
  environment: z.enum(Object.keys(ENVIRONMENTS)).default('prod'),
});

/**
 * `{ apiKey, environment? }`: a bearer, which does not name the key's id.
 *
 * @throws Fault `refused/credential-unreadable`
 */
export const credential = (value: unknown): Credential => {
  const { apiKey, environment } = parseCredential(Shape, value);
  return { environment, keyId: undefined, parts: new Secret({ apiKey }) };
};
