import type { ItemKey, Versioned } from '../ports.ts';
import type { Rate } from '../provider.ts';
import type { RequestItem } from './request-item.ts';

/** The index that lists items by state, oldest first. It may lag behind the table. */
export const BY_STATE = 'by-state';

/** The key in a secret's version, for providers whose credentials do not name it. */
export interface KeyIdentityItem extends Versioned {
  readonly keyId: string;
  /** The question whose answer named the key. */
  readonly questionIds: readonly string[];
}

export const requestKey = (requestId: string, planOnly: boolean): ItemKey => ({
  pk: `request#${requestId}${planOnly ? '#plan' : ''}`,
  sk: 'request',
});

/** Names a key in the whole system: `bybit/mainnet/AK1`. */
export const keyName = (provider: string, realm: string, keyId: string): string => `${provider}/${realm}/${keyId}`;

export const caseKey = (name: string): ItemKey => ({ pk: `case#${name}`, sk: 'case' });

/** Whether a case still needs this key as signer. Items are never deleted: the functions have no permission for that. */
export interface SignerItem extends Versioned {
  readonly needed: boolean;
}

/** The item that says whether a case needs this key as signer. */
export const signerKey = (signer: string, target: string): ItemKey => ({
  pk: `signer#${signer}`,
  sk: `case#${target}`,
});

export const keyIdentityKey = (arn: string, versionId: string): ItemKey => ({ pk: `pin#${arn}`, sk: versionId });

/** What is booked of a rate. */
export const rateKey = ({ of }: Pick<Rate, 'of'>): ItemKey => ({ pk: `rate#${of}`, sk: 'slots' });

/** The copy of an item that could not be read. @param contents tells one copy of it from another */
export const quarantineKey = ({ pk, sk }: ItemKey, contents: string): ItemKey => ({
  pk: `quarantine#${pk}`,
  sk: `${sk}#${contents}`,
});

/** Names the attempt of a recheck after a request. No request can have such an id, so the names never collide. */
export const recheckName = (name: string): string => `~${name}`;

export const isRecheckName = (name: string): boolean => name.startsWith(recheckName(''));

/** Names one attempt of a request, and its receipt. The name of a plan differs from the name of the real request. */
export const attemptName = ({
  requestId,
  planOnly,
  attempt,
}: Pick<RequestItem, 'requestId' | 'planOnly' | 'attempt'>): string =>
  `${requestId}${planOnly ? '#plan' : ''}#${attempt}`;

/** The request behind an attempt's name. */
export const requestIdOf = (name: string): string => name.slice(0, name.lastIndexOf('#'));
