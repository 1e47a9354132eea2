import type { ItemKey, Versioned } from '../ports.ts';
import type { RequestItem } from './request-item.ts';

/** The index that lists items by their state, oldest first; it may lag behind the table. */
export const BY_STATE = 'by-state';

/** The key that a secret's version was found to hold, for providers that do not tell it in the credential. */
export interface KeyIdentityItem extends Versioned {
  readonly keyId: string;
  /** The question that the provider answered with it. */
  readonly questionIds: readonly string[];
}

export const requestKey = (requestId: string, planOnly: boolean): ItemKey => ({
  pk: `request#${requestId}${planOnly ? '#plan' : ''}`,
  sk: 'request',
});

/** Names a key across the product: `bybit/mainnet/AK1`. */
export const keyName = (provider: string, realm: string, keyId: string): string => `${provider}/${realm}/${keyId}`;

export const caseKey = (name: string): ItemKey => ({ pk: `case#${name}`, sk: 'case' });

/** Says whether a case still needs this key to sign. Items are never deleted: the functions hold no right to. */
export interface SignerItem extends Versioned {
  readonly needed: boolean;
}

/** Where it is said that a case needs this key to sign. */
export const signerKey = (signer: string, target: string): ItemKey => ({
  pk: `signer#${signer}`,
  sk: `case#${target}`,
});

export const keyIdentityKey = (arn: string, versionId: string): ItemKey => ({ pk: `pin#${arn}`, sk: versionId });

/** Names the work of a look after a request's; no request can have such an id, so that the two never meet. */
export const recheckName = (name: string): string => `~${name}`;

export const isRecheckName = (name: string): boolean => name.startsWith(recheckName(''));

/** Names one attempt at a request, and its receipt; a plan's is never taken for the real one's. */
export const attemptName = ({
  requestId,
  planOnly,
  attempt,
}: Pick<RequestItem, 'requestId' | 'planOnly' | 'attempt'>): string =>
  `${requestId}${planOnly ? '#plan' : ''}#${attempt}`;

/** The request behind an attempt's name. */
export const requestIdOf = (name: string): string => name.slice(0, name.lastIndexOf('#'));
