import { kindOf, type Providers, providerNamed } from '../../core/provider.ts';
import { isUrgent } from '../../core/reason.ts';
import { namedTarget, type RevocationRequest } from '../../core/request/revocation-request.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { placeOf } from '../deployment/place.ts';
import { pairs } from '../terminal/wrap.ts';

const targetText = (providers: Providers, request: RevocationRequest): string => {
  const { secret, keyId } = namedTarget(providers, request);
  if (secret) return `the key in ${secret.secretId}`;
  return keyId === undefined ? `the key in ${request.secretId} itself` : `the key ${keyId}`;
};

/**
 * What was asked for, for the user who is about to confirm it: the whole identifier of the key, and where it happens.
 *
 * @param keyId of the key, where the request names only its secret
 */
export const requestLines = (
  { terminal }: Context,
  { card, providers }: Deployed,
  request: RevocationRequest & { readonly requestId: string },
  keyId?: string,
): readonly string[] => {
  const { region, account } = placeOf(card.requestsQueueArn);
  const { provider, operation, secretId, secretVersion, reason, reference, requestId, notBefore } = request;
  const verb = kindOf(providers, request) === 'delete' ? 'Delete' : 'Restrict';
  return [
    terminal.style('bold', `${verb} ${targetText(providers, request)}`),
    ...pairs(terminal, [
      ['key', keyId],
      ['operation', `${provider}/${operation}`],
      ['signed by', `${secretId} (${secretVersion})`],
      ['reason', isUrgent(reason) ? `${reason} (urgent)` : reason],
      ['reference', reference],
      ['not before', notBefore],
      ['request', requestId],
      ['account', account],
      ['region', region],
      ['prefix', card.prefix],
      ['mode', card.mode === 'observe' ? 'observe: the request is only planned, and no key is touched' : card.mode],
    ]),
  ];
};

/** Whether what was asked for cannot be taken back: a delete, or an update after which a key cannot delete itself. */
export const isFinal = ({ providers }: Deployed, request: RevocationRequest): boolean => {
  const isFinalUpdate = providerNamed(providers, request.provider)?.settings?.isFinal(request.settings ?? {}) === true;
  return kindOf(providers, request) === 'delete' || isFinalUpdate;
};
