import type { Clock } from '../../functions/core/epoch.ts';
import type { ItemKey } from '../../functions/core/ports.ts';
import type { KeySettings, Sandbox } from '../../infra/local/sandbox/index.ts';

/** What a request is about, as a witness in the same process needs to know it. */
export interface RequestFacts {
  readonly request: Readonly<Record<string, unknown>>;
  /** Where the target lives at the provider. */
  readonly world: string;
  readonly target: string;
  /** The key that signs the call. */
  readonly signer: string;
  /** Keys that may sign as well, once the signer's secret was rotated to one of them. */
  readonly otherSigners?: readonly string[];
  /** What a key may do, where that can be changed. */
  readonly settings?: (world: string, keyId: string) => KeySettings;
  /** The most that an update leaves the key. */
  readonly narrow?: KeySettings;
  /** How long after its sending an update may land, in milliseconds. */
  readonly landsWithinMs: number;
}

/** What may be read of a ledger from outside. */
export interface OpenLedger {
  /** Every item as it stands, with its key. */
  readonly items: () => readonly (ItemKey & Readonly<Record<string, unknown>>)[];
  /** Calls that were ever written down as attempted in the cases of these keys; those of works that are over stay counted. */
  readonly attempted: (isMeant: (pk: string) => boolean) => number;
}

/** What a witness in the same process can see. */
export interface Scene {
  readonly sandbox: Pick<Sandbox, 'record' | 'isAlive'> & { readonly keyIds: () => readonly string[] };
  /** By the id of their request. */
  readonly orders: ReadonlyMap<string, RequestFacts>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ledger: OpenLedger;
}
