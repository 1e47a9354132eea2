import { kindOf, operationNames, type ProviderName } from '../../core/operations.ts';
import type { StoredKey } from '../deployment/keys.ts';

/** One key that an incident is about. */
export interface Mark {
  /** Name of its secret. */
  readonly secret: string;
  readonly arn: string;
  readonly versionId: string;
  readonly provider: ProviderName;
  readonly keyId: string | undefined;
  /** The managing key's secret; `undefined`: the key signs for itself. */
  readonly signedBy: string | undefined;
  /** The deletes that it may need, the likeliest first; at Bybit the kind of a key is not in its credential. */
  readonly operations: readonly string[];
  /** Signs for another one of the incident, so that it goes last. */
  readonly isSigner: boolean;
  /** What a dry run foresees to go wrong, in sentences. */
  readonly foreseen: readonly string[];
}

export interface Wanted {
  readonly provider: ProviderName;
  /** Each as `key=value`; all have to hold. */
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly namePrefix: string;
  /** A managing key for those whose tags name none. */
  readonly signedBy: string | undefined;
}

/** What an incident found under the prefix. */
export interface Selection {
  readonly marks: readonly Mark[];
  /** Proved dead already, and left out. */
  readonly dead: readonly StoredKey[];
  /** Nobody can tell whose credential is in them. */
  readonly unreadable: readonly StoredKey[];
}

/** Whether a secret is meant, by its name and tags. */
export const isMeant = (
  { name, tags }: StoredKey['secret'],
  { tags: wanted, namePrefix }: Pick<Wanted, 'tags' | 'namePrefix'>,
): boolean => name.startsWith(namePrefix) && wanted.every(([key, value]) => tags[key] === value);

const signerOf = ({ secret }: StoredKey, { signedBy }: Wanted): string | undefined => {
  const signer = secret.tags['key-revoker:signed-by'] ?? signedBy;
  return signer === secret.name || signer === secret.arn ? undefined : signer;
};

const operationsOf = ({ secret }: StoredKey, provider: ProviderName, isManaged: boolean): readonly string[] => {
  const deletes: readonly string[] = operationNames(provider).filter((name) => kindOf(provider, name) === 'delete');
  const tagged = secret.tags['key-revoker:operation'];
  if (tagged !== undefined && deletes.includes(tagged)) return [tagged];
  if (provider !== 'bybit') return deletes;
  // A master key can be deleted by itself alone.
  return isManaged ? ['delete-sub-key'] : ['delete-sub-key', 'delete-master-key'];
};

/**
 * The keys that are to die.
 *
 * @param isKnown whether this incident has sent a request for the secret before: then it stays in, dead or not
 */
export const select = (keys: readonly StoredKey[], wanted: Wanted, isKnown: (mark: Mark) => boolean): Selection => {
  const own = keys.filter(({ provider }) => provider === undefined || provider === wanted.provider);
  const readable = own.filter(({ problem }) => problem === undefined);
  const signers = new Set(readable.map((key) => signerOf(key, wanted)));
  const markOf = (key: StoredKey): Mark => {
    const signedBy = signerOf(key, wanted);
    const { name, arn } = key.secret;
    const isSigner = signers.has(name) || signers.has(arn);
    const operations = operationsOf(key, wanted.provider, signedBy !== undefined);
    return {
      ...{ secret: name, arn, versionId: key.versionId, provider: wanted.provider, keyId: key.keyId, signedBy },
      operations: isSigner && operations.includes('delete-master-key') ? ['delete-master-key'] : operations,
      isSigner,
      foreseen: [],
    };
  };
  const all = readable.map((key) => ({ key, mark: markOf(key) }));
  const isLeftOut = ({ key, mark }: (typeof all)[number]): boolean => key.found?.proved !== undefined && !isKnown(mark);
  return {
    marks: all
      .filter((each) => !isLeftOut(each))
      .map(({ mark }) => mark)
      .toSorted((a, b) => Number(a.isSigner) - Number(b.isSigner)),
    dead: all.filter(isLeftOut).map(({ key }) => key),
    unreadable: own.filter(({ problem }) => problem !== undefined),
  };
};
