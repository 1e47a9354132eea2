import { epochMs } from '../../../functions/core/epoch.ts';
import { Fault } from '../../../functions/core/fault.ts';
import type { Described, Opened, Vault } from '../../../functions/core/ports.ts';
import { Secret } from '../../../functions/core/secret.ts';

const ACCOUNT = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:';
const RESTORABLE_MS = 30 * 86_400_000;

interface Version {
  readonly id: string;
  readonly createdAt: number;
  /** The text; `undefined` where it is binary. */
  readonly text: string | undefined;
}

interface Stored {
  readonly name: string;
  /** The newest last: it is AWSCURRENT, and the one before it AWSPREVIOUS. */
  versions: readonly Version[];
  deletedAt?: number | undefined;
  tags: Readonly<Record<string, string>>;
}

/** A vault whose owner changes what is in it. */
export interface MemoryVault extends Vault {
  /** A new version becomes the current one. @param text `undefined` makes it binary */
  readonly put: (name: string, text: string | undefined) => void;
  /** Schedules the secret for deletion. */
  readonly schedule: (name: string) => void;
  readonly restore: (name: string) => void;
  /** Deletes the secret at once. */
  readonly remove: (name: string) => void;
  /** Forgets the versions that have no label any more. */
  readonly forgetOld: (name: string) => void;
  readonly label: (name: string, tags: Readonly<Record<string, string>>) => void;
  /** Listings are so old from now on: what has changed since does not show in them. */
  readonly listBehind: (ms: number) => void;
  /** AWS denies this secret from now on, or grants it again. */
  readonly deny: (name: string, isDenied: boolean) => void;
  /** Stores one more secret. */
  readonly add: (name: string, credential: unknown, tags?: Readonly<Record<string, string>>) => void;
}

const stagesOf = ({ versions }: Stored): Readonly<Record<string, string>> => {
  const [current, previous] = [versions.at(-1), versions.at(-2)];
  return { ...(current && { AWSCURRENT: current.id }), ...(previous && { AWSPREVIOUS: previous.id }) };
};

const describedOf = (stored: Stored): Described => ({
  arn: ACCOUNT + stored.name,
  name: stored.name,
  tags: stored.tags,
  stages: stagesOf(stored),
  isReplica: false,
  ...(stored.deletedAt === undefined ? {} : { isMarkedForDeletion: true }),
});

/**
 * A vault with one version of each secret.
 *
 * @param createdAt of those versions, epoch milliseconds
 * @param now for what is changed afterwards
 */
export const memoryVault = (
  credentials: Readonly<Record<string, unknown>>,
  createdAt: number,
  now: () => number = () => createdAt,
): MemoryVault => {
  const secrets = new Map<string, Stored>(
    Object.entries(credentials).map(([name, credential]) => [
      name,
      { name, versions: [{ id: 'v1', createdAt, text: JSON.stringify(credential) }], tags: {} },
    ]),
  );
  const nameOf = (id: string): string => (id.startsWith(ACCOUNT) ? id.slice(ACCOUNT.length) : id);
  const known = (id: string): Stored | undefined => secrets.get(nameOf(id));
  /** What each listing of an instant would show, where listings are behind. */
  const listings: { readonly at: number; readonly secrets: readonly Stored[] }[] = [];
  let behindMs = 0;
  const copies = (): readonly Stored[] => [...secrets.values()].map((one) => ({ ...one }));
  const listed = (): readonly Stored[] =>
    behindMs === 0 ? [...secrets.values()] : (listings.findLast(({ at }) => at <= now() - behindMs)?.secrets ?? []);
  const noteListing = (): void => void (behindMs > 0 && listings.push({ at: now(), secrets: copies() }));
  const denied = new Set<string>();
  const mustBeGranted = (id: string): void => {
    if (denied.has(nameOf(id))) throw new Fault('stuck/access-denied', `Cannot open ${id}: AWS denies it`);
  };
  const change = (name: string, by: (stored: Stored) => void): void => {
    const stored = known(name);
    if (stored === undefined) throw new Error(`Cannot find the secret ${name}, wanted one that is there`);
    by(stored);
    noteListing();
  };
  const opened = ({ name }: Stored, { id, createdAt: made, text }: Version): Opened => ({
    found: true,
    arn: ACCOUNT + name,
    name,
    versionId: id,
    createdAt: epochMs(made),
    value: text === undefined ? undefined : new Secret(text),
  });
  return {
    open: async (secretId, version) => {
      mustBeGranted(secretId);
      const stored = known(secretId);
      if (stored === undefined) return { found: false, why: 'missing' };
      const { deletedAt, versions } = stored;
      if (deletedAt !== undefined) return { found: false, why: 'deleted', until: epochMs(deletedAt + RESTORABLE_MS) };
      const wanted = stagesOf(stored)[version] ?? version;
      const found = versions.find(({ id }) => id === wanted);
      return found ? opened(stored, found) : { found: false, why: 'missing' };
    },
    describe: async (secretId) => {
      mustBeGranted(secretId);
      const stored = known(secretId);
      return stored && describedOf(stored);
    },
    tag: async (secretId, tags) =>
      change(secretId, (stored) => void Object.assign(stored, { tags: { ...stored.tags, ...tags } })),
    tagged: async function* (prefix, tagKey) {
      const isTagged = ({ name, tags }: Stored): boolean =>
        name.startsWith(prefix) && Object.keys(tags).some((key) => key.startsWith(tagKey));
      const found = listed().filter((one) => one.deletedAt === undefined && isTagged(one));
      yield { secrets: found.map(describedOf), next: undefined };
    },
    put: (name, text) =>
      change(name, (stored) => {
        stored.versions = [...stored.versions, { id: `v${stored.versions.length + 1}`, createdAt: now(), text }];
      }),
    schedule: (name) => change(name, (stored) => void Object.assign(stored, { deletedAt: now() })),
    restore: (name) => change(name, (stored) => void Object.assign(stored, { deletedAt: undefined })),
    remove: (name) => {
      secrets.delete(name);
      noteListing();
    },
    listBehind: (ms) => {
      behindMs = ms;
      noteListing();
    },
    forgetOld: (name) =>
      change(name, (stored) => {
        stored.versions = stored.versions.slice(-2);
      }),
    add: (name, credential, tags = {}) => {
      const versions = [{ id: 'v1', createdAt: now(), text: JSON.stringify(credential) }];
      secrets.set(name, { name, versions, tags });
      noteListing();
    },
    deny: (name, isDenied) => void (isDenied ? denied.add(name) : denied.delete(name)),
    label: (name, tags) => change(name, (stored) => void Object.assign(stored, { tags })),
  };
};
