import { kindOf, operationNames, type ProviderName } from '../../core/operations.ts';
import { EXPIRY_TAG, readTags } from '../../core/request/expiry-tags.ts';
import { type Parsed, parseRequest, type RevocationRequest } from '../../core/request/parse-request.ts';
import type { StoredKey } from '../deployment/keys.ts';

/** What is asked about a key: the first that is not refused for its kind counts. A text says why nothing can be asked. */
export type Questions = readonly RevocationRequest[] | string;

/** As it is due: a plan is wanted now. */
const asDue = ({ notBefore: _, requestId: __, ...request }: RevocationRequest): RevocationRequest => request;

const taken = (parsed: Parsed): Questions => (parsed.kind === 'request' ? [asDue(parsed.request)] : parsed.message);

/** What its tags order. */
const byTags = ({ secret, versionId }: StoredKey): Questions => {
  const read = readTags(secret.tags);
  return read.kind === 'unreadable' ? read.why : taken(read.order.requestFor(secret, read.order.version ?? versionId));
};

const deleteBy = ({ secret, versionId }: StoredKey, provider: ProviderName, operation: string): Questions => {
  const signedBy = secret.tags['key-revoker:signed-by'];
  const isManaged = signedBy !== undefined && signedBy !== secret.name && signedBy !== secret.arn;
  const aimed = isManaged
    ? { secretId: signedBy, target: { secretId: secret.name, secretVersion: versionId } }
    : { secretId: secret.name, secretVersion: versionId, target: 'self' };
  return taken(parseRequest(JSON.stringify({ provider, operation, ...aimed })));
};

/** What an incident would ask for: its deletion, by whoever its tags say. At Bybit only the provider knows of which kind a key is. */
const byKind = (key: StoredKey, provider: ProviderName): Questions => {
  const deletes = operationNames(provider)
    .filter((name) => kindOf(provider, name) === 'delete')
    .toReversed();
  const all = deletes.map((operation) => deleteBy(key, provider, operation));
  return all.find((each) => typeof each === 'string') ?? all.flat().filter((each) => typeof each !== 'string');
};

/** What to have planned, to learn whether a key can be dealt with as its tags ask, or else be deleted. */
export const questionsFor = (key: StoredKey): Questions => {
  if (key.problem !== undefined) return key.problem;
  if (key.secret.tags[EXPIRY_TAG] !== undefined) return byTags(key);
  return key.provider === undefined ? 'Cannot tell whose key it is' : byKind(key, key.provider);
};
