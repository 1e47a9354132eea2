import type { AttendedSandbox } from '../cast.ts';
import { createKeyStore } from '../key-store.ts';
import { type SandboxOptions, serveProvider } from '../serve-provider.ts';
import { uuidIn } from '../uuid.ts';
import { type Access, REQUESTY_UNCONFIRMED, type RequestyKey, type RequestyUnconfirmed } from './requesty-key.ts';
import { requestySide } from './requesty-side.ts';

export interface RequestyOptions extends SandboxOptions {
  readonly unconfirmed?: Partial<RequestyUnconfirmed>;
}

export interface RequestySeed {
  readonly id: string;
  /** The bearer token. */
  readonly secret: string;
  readonly name?: string;
  /** @default `none` and `write`: a key only for inference */
  readonly permissions?: { readonly manage: Access; readonly completions: Access };
  readonly expired?: boolean;
}

export interface RequestyOrganisationSeed {
  /** Keys of one organisation are listed together and can delete each other. @default a new one */
  readonly organisation?: string;
  readonly keys: readonly RequestySeed[];
}

export interface RequestySandbox extends AttendedSandbox {
  /** Adds keys to an organisation. @returns its name. */
  readonly addOrganisation: (world: string, seed: RequestyOrganisationSeed) => string;
  /** Someone changes the key in the web console; an expired key cannot be extended there, only made so here. */
  readonly patch: (
    world: string,
    keyId: string,
    fields: Partial<Pick<RequestyKey, 'name' | 'permissions' | 'isExpired'>>,
  ) => void;
}

/** Starts Requesty's side of its hosts. It publishes no rate limit, so none holds. */
export const startRequesty = async (options: RequestyOptions = {}): Promise<RequestySandbox> => {
  const store = createKeyStore<RequestyKey>(options.now ?? Date.now);
  const side = requestySide({ ...REQUESTY_UNCONFIRMED, ...options.unconfirmed });
  const sandbox = await serveProvider(side, store, options);
  let organisations = 0;

  const add = (world: string, organisation: string, seed: RequestySeed): void => {
    const { id, secret, name = 'key', permissions = { manage: 'none', completions: 'write' }, expired = false } = seed;
    const keyId = uuidIn(id);
    if (!keyId) throw new Error(`Cannot add key ${id}, wanted a UUID`);
    store.add({ world, organisation, keyId, secret, name, permissions, isExpired: expired, alive: true });
  };
  const change = (world: string, keyId: string, fields: Partial<RequestyKey>): void =>
    store.replace({ ...store.get(world, keyId), ...fields });

  return {
    ...sandbox,
    addOrganisation: (world, { organisation = `organisation-${++organisations}`, keys }) => {
      for (const key of keys) add(world, organisation, key);
      return organisation;
    },
    remove: (world, keyId) => change(world, keyId, { alive: false }),
    revive: (world, keyId) => change(world, keyId, { alive: true }),
    patch: change,
  };
};
