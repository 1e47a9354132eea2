import { deletesOf, type Providers } from '../../core/provider.ts';
import { EXPIRY_TAG, readTags, SIGNED_BY_TAG } from '../../core/request/expiry-tags.ts';
import { type Parsed, parseRequest } from '../../core/request/parse-request.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import type { StoredKey } from '../deployment/keys.ts';

/** What is asked about a key: the first that is not refused for its kind counts. A text says why nothing can be asked. */
export type Questions = readonly RevocationRequest[] | string;

/** As it is due: a plan is wanted now. */
const asDue = ({ notBefore: _, requestId: __, ...request }: RevocationRequest): RevocationRequest => request;

const taken = (parsed: Parsed): Questions => (parsed.kind === 'request' ? [asDue(parsed.request)] : parsed.message);

/** What its tags order. */
const byTags = (providers: Providers, { secret, versionId }: StoredKey): Questions => {
  const read = readTags(providers, secret.tags);
  return read.kind === 'unreadable' ? read.why : taken(read.order.requestFor(secret, read.order.version ?? versionId));
};

const deleteBy = (
  providers: Providers,
  { secret, versionId }: StoredKey,
  provider: string,
  operation: string,
): Questions => {
  const signedBy = secret.tags[SIGNED_BY_TAG];
  const isManaged = signedBy !== undefined && signedBy !== secret.name && signedBy !== secret.arn;
  const aimed = isManaged
    ? { secretId: signedBy, target: { secretId: secret.name, secretVersion: versionId } }
    : { secretId: secret.name, secretVersion: versionId, target: 'self' };
  return taken(parseRequest(providers, JSON.stringify({ provider, operation, ...aimed })));
};

/** What an incident would ask for: its deletion, signed as its tags say. Of which kind a key is, only its provider may know. */
const byKind = (providers: Providers, key: StoredKey, provider: string): Questions => {
  const all = deletesOf(providers, provider).map(([operation]) => deleteBy(providers, key, provider, operation));
  return all.find((each) => typeof each === 'string') ?? all.flat().filter((each) => typeof each !== 'string');
};

/** What to have planned, to learn whether a key can be dealt with as its tags ask, or else be deleted. */
export const questionsFor = (providers: Providers, key: StoredKey): Questions => {
  if (key.problem !== undefined) return key.problem;
  if (key.secret.tags[EXPIRY_TAG] !== undefined) return byTags(providers, key);
  return key.provider === undefined
    ? 'Cannot tell which provider the key belongs to'
    : byKind(providers, key, key.provider);
};
