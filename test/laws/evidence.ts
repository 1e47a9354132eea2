import type { Clock } from '../../functions/core/epoch.ts';
import type { Attributes, ItemKey, Ports } from '../../functions/core/ports.ts';
import type { Receipt } from '../../functions/core/receipt.ts';
import type { KeySettings, Sandbox } from '../../infra/local/sandbox/index.ts';

/** What a request is about, as the laws need to know it. */
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

/** What an onlooker can see. */
export interface Scene {
  readonly sandbox: Pick<Sandbox, 'record' | 'applied' | 'isAlive'> & { readonly keyIds: () => readonly string[] };
  /** By the id of their request. */
  readonly orders: ReadonlyMap<string, RequestFacts>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ledger: OpenLedger;
}

/** A receipt with what was true of its key when it went out. */
export interface Said {
  readonly at: number;
  readonly receipt: Receipt;
  readonly isAlive: boolean;
  /** The number of the last exchange before it. */
  readonly seq: number;
}

/** One exchange, as it left, with what was true of its request's key right after it. */
export interface Seen {
  readonly at: number;
  /** Its number in the sandbox's record. */
  readonly seq: number;
  readonly requestId: string;
  readonly attempt: number;
  /** Tells deliveries apart. */
  readonly delivery: object;
  readonly isCall: boolean;
  readonly isAlive: boolean;
  readonly settings: KeySettings | undefined;
}

/** What an onlooker notes while the function works. */
export interface Witness {
  readonly receipts: readonly Said[];
  readonly exchanges: readonly Seen[];
  readonly copies: readonly { readonly body: string; readonly attributes: Attributes }[];
  /** Numbers of the exchanges after which somebody made a dead key live again. */
  readonly revivals: readonly number[];
  /** What was seen to be wrong at the instant when it happened. */
  readonly breaches: readonly string[];
  published(receipt: Receipt): void;
  setAside(body: string, attributes: Attributes): void;
  delivered(startedAt: number): void;
  watching(send: Ports['send']): Ports['send'];
  /** Somebody changes something at the provider. */
  byHand(change: () => void): void;
}

/** All that the laws judge. A harness fills it while it runs. */
export interface Evidence extends Scene {
  readonly witness: Witness;
  /** What still waits on the queue. */
  readonly queue: readonly unknown[];
  /** Identifiers made by deliveries that came to their end. */
  readonly over: ReadonlySet<string>;
}
