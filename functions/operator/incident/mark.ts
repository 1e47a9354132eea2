import { deletesOf, type Providers } from '../../core/provider.ts';
import { SIGNED_BY_TAG } from '../../core/request/expiry-tags.ts';
import type { StoredKey } from '../deployment/keys.ts';

/** One key that an incident is about. */
export interface Mark {
  /** Name of its secret. */
  readonly secret: string;
  readonly arn: string;
  readonly versionId: string;
  readonly provider: string;
  readonly keyId: string | undefined;
  /** The managing key's secret; `undefined`: the key signs for itself. */
  readonly signedBy: string | undefined;
  /** The deletes that it may need, the likeliest first: of which kind a key is may not be in its credential. */
  readonly operations: readonly string[];
  /** Signs for another one of the incident, so that it goes last. */
  readonly isSigner: boolean;
  /** What a dry run foresees to go wrong, in sentences. */
  readonly foreseen: readonly string[];
}

export interface Wanted {
  readonly provider: string;
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
  const signer = secret.tags[SIGNED_BY_TAG] ?? signedBy;
  return signer === secret.name || signer === secret.arn ? undefined : signer;
};

/** How a key is signed for: by whom, and whether it signs for others itself. */
interface Role {
  readonly isManaged: boolean;
  readonly isSigner: boolean;
}

const operationsOf = (
  providers: Providers,
  { secret }: StoredKey,
  provider: string,
  { isManaged, isSigner }: Role,
): readonly string[] => {
  const deletes = deletesOf(providers, provider);
  // Where some keys can only sign for themselves, a key that signs for others is one of these.
  const own = deletes.filter(([, { signers }]) => !signers.includes('managing'));
  const tagged = deletes.filter(([name]) => name === secret.tags['key-revoker:operation']);
  const fitting = deletes.filter(([, { signers }]) => signers.includes(isManaged ? 'managing' : 'self'));
  // If no delete fits, the request is sent and refused with a sentence that says why.
  const named = [tagged, fitting, deletes].find((some) => some.length > 0) ?? [];
  const ownAmong = isSigner ? named.filter((one) => own.includes(one)) : [];
  return (ownAmong.length > 0 ? ownAmong : named).map(([name]) => name);
};

/**
 * The keys that are to die.
 *
 * @param isKnown whether this incident has sent a request for the secret before: then it stays in, dead or not
 */
export const select = (
  providers: Providers,
  keys: readonly StoredKey[],
  wanted: Wanted,
  isKnown: (mark: Mark) => boolean,
): Selection => {
  const own = keys.filter(({ provider }) => provider === undefined || provider === wanted.provider);
  const readable = own.filter(({ problem }) => problem === undefined);
  const signers = new Set(readable.map((key) => signerOf(key, wanted)));
  const markOf = (key: StoredKey): Mark => {
    const signedBy = signerOf(key, wanted);
    const { name, arn } = key.secret;
    const isSigner = signers.has(name) || signers.has(arn);
    return {
      ...{ secret: name, arn, versionId: key.versionId, provider: wanted.provider, keyId: key.keyId, signedBy },
      operations: operationsOf(providers, key, wanted.provider, { isManaged: signedBy !== undefined, isSigner }),
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
