import type { ItemKey } from '../../functions/core/ports.ts';
import type { Receipt } from '../../functions/core/receipt.ts';
import type { Change, Exchange, KeySettings } from '../../infra/local/sandbox/index.ts';

/** One request of a run, with everything that it is judged by. Instants in epoch milliseconds. */
export interface Asked {
  /** Tells the requests of a run apart. */
  readonly id: string;
  /** The names that its receipts may have; none where its sender knows none. */
  readonly requestIds: readonly string[];
  /** How its receipts name its key, where they have no name that its sender knows. */
  readonly keyDigest?: string;
  /** Where it is carried out: one of the evidence's providers. */
  readonly provider: string;
  /** Where the target lives at the provider. */
  readonly world: string;
  readonly target: string;
  /** The keys that may sign its calls. */
  readonly signers: readonly string[];
  readonly isUpdate: boolean;
  readonly isUrgent: boolean;
  /** No call may leave before. */
  readonly dueAt: number;
  /** The most that may be done for it. What gets stuck may have been tried. */
  readonly allows: 'a change' | 'a call' | 'nothing';
  /** How many attempts there were reasons for: the request itself, each redrive, and each return of its tag. */
  readonly attempts: number;
  /** What each attempt may come to, as `stuck/unproven`. @default anything */
  readonly ends?: readonly string[];
  /** The most that an update leaves the key. */
  readonly narrow?: KeySettings;
  /** How long after its sending an update may land, in milliseconds. */
  readonly landsWithinMs: number;
}

/** A receipt on its way to the topic, with what was true of its key at that instant. */
export interface Said {
  readonly at: number;
  readonly receipt: Receipt;
  readonly isAlive: boolean;
  /** Some node of the provider accepts the key, though the record holds it no more. @default false */
  readonly isAccepted?: boolean;
  /** By provider, the number of the last exchange before it. */
  readonly after: Readonly<Record<string, number>>;
}

/** One exchange as the provider recorded it, with the request that it was made for and what was true of that one's key right after it. */
export interface Seen extends Exchange {
  readonly provider: string;
  /** When it left, where that is known; else when it arrived. */
  readonly at: number;
  /** The request's `id`; empty where no request is known. */
  readonly of: string;
  readonly attempt: number;
  /** Tells deliveries apart, where these are known. */
  readonly delivery?: object;
  readonly isCall: boolean;
  readonly isAlive: boolean;
  readonly settings: KeySettings | undefined;
}

/** What is true at a provider by its own record. */
export interface ProviderRecord {
  /** In the order in which they happened; changes by hand are not among them. */
  readonly changes: readonly Change[];
  /** Numbers of the exchanges after which a dead key was made to live again by hand. */
  readonly revivals: readonly number[];
  isAlive(world: string, keyId: string): boolean;
}

/** All that the laws judge, and all that they know of a run. Every harness fills it. */
export interface Evidence {
  readonly asked: readonly Asked[];
  readonly said: readonly Said[];
  /** Receipts as they came out of the topic and out of the bus, as texts. */
  readonly onTopic: readonly string[];
  readonly onBus: readonly string[];
  /** Copies for a person, of which request and attempt. */
  readonly copies: readonly { readonly requestId: string; readonly attempt: string }[];
  /** The `id` of the request for each message that still waits; empty where no request is known. */
  readonly left: readonly string[];
  /** Items of the ledger under the code's names. */
  readonly ledger: readonly (ItemKey & Readonly<Record<string, unknown>>)[];
  readonly providers: Readonly<Record<string, ProviderRecord>>;
  /** In the order of each provider's record. */
  readonly seen: readonly Seen[];
  /** What was seen to be wrong at the instant when it happened. */
  readonly noted: readonly string[];
  readonly now: number;
  /** Whether the run continued through every settle window, so that each end that has to hold has its finding. */
  readonly isSettled: boolean;
  /** Whether the holder of a lease finished, as far as is known; what was killed on the way cannot let go. */
  hasEnded(holder: string): boolean;
}
