import type { Clock, EpochMs } from './epoch.ts';
import type { Lane } from './lane.ts';
import type { Connection, HttpCall, MaybeReply, Providers } from './provider.ts';
import type { Receipt } from './receipt.ts';
import type { Secret } from './secret.ts';

/** The key of an item in the ledger's one table. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** What every item carries for its conditional writes. */
export interface Versioned {
  /** Counts the writes to this item from 1. A write names the count that it is based on. */
  readonly rev: number;
  /** New for each write. If the acknowledgement of a write is lost, the writer recognises its write by this value. */
  readonly nonce: string;
  /** When the item could not be read as a whole, and what could be read of it was kept. */
  readonly salvagedAt?: EpochMs | undefined;
}

/** The item of one rate: for each lane the first instant that it has not booked. */
export type Booked = Readonly<Partial<Record<Lane, EpochMs>>>;

/** A slot of a rate that is booked. */
export interface RateSlot {
  readonly begins: EpochMs;
  /** Another lane may have taken it by then. */
  readonly mayBeTaken: boolean;
  /** What the item held when a delivery looked whether another lane had. Slots that were booked together share it. */
  readonly looked: { booked?: Promise<Booked> };
}

/** A wish for the next slot of a rate. Slots are `stepMs` apart. */
export interface Booking {
  readonly lane: Lane;
  /** Where the slot begins: at an instant, or behind what a lane has booked. */
  readonly begins: EpochMs | Lane;
  /** The lanes that may have booked nothing behind that, the booking's own and the one of `begins` among them. */
  readonly respects: readonly Lane[];
  readonly now: EpochMs;
  /** No slot later than that is of use. */
  readonly latest: EpochMs;
  /** What is booked beyond that was written by a wrong clock, and counts as not booked. */
  readonly horizon: EpochMs;
  readonly stepMs: number;
}

/** Puts an item into a list of the index `by-state-2`. An item without it is in none. */
export interface ListMarks {
  readonly listed: string;
  readonly brief: object;
}

/** An entry of a list, as it was written last. The state is that of the item now. */
export interface Listed extends ItemKey {
  readonly at: EpochMs;
  readonly state?: unknown;
  readonly brief?: unknown;
}

/**
 * The DynamoDB table of requests and cases. Every method throws `Unavailable` if the table does not answer. The write may then have
 * happened or not.
 */
export interface Ledger {
  /** A strongly consistent read. */
  read<T extends Versioned>(key: ItemKey): Promise<T | undefined>;
  /**
   * Writes one whole item, on condition that its `rev` is still one less than the item's (or, for `rev` 1, that there is no item, or
   * none whose `rev` can be read).
   *
   * @param isNew there must be no item at all: the writer found none, or did not look
   * @returns false if another writer has changed the item since
   */
  write(key: ItemKey, item: Versioned, isNew?: boolean): Promise<boolean>;
  /** All items of one partition whose sort key starts with the prefix, strongly consistent, every page. */
  list<T>(pk: string, prefix: string): Promise<readonly (T & ItemKey)[]>;
  /** Many items at once, in any order, without those that are not there. May lag behind the writes. */
  readMany<T extends Versioned>(keys: readonly ItemKey[]): Promise<readonly (T & ItemKey)[]>;
  /** All items in a state between two instants, oldest first, page by page. May lag behind the writes. */
  inState<T>(state: string, since: EpochMs, until: EpochMs): AsyncIterable<readonly T[]>;
  /** All items of a list of the index `by-state-2` between two instants, oldest first, page by page. May lag behind the writes. */
  listed(list: string, since: EpochMs, until: EpochMs): AsyncIterable<readonly Listed[]>;
  /**
   * Puts an item into a list, or out of all, and changes nothing else of it: its `rev` stays.
   *
   * @returns false if the item has another `rev` by now: its writer has put it where it belongs
   */
  enlist(key: ItemKey, rev: number, marks: ListMarks | undefined): Promise<boolean>;
  /**
   * Adds one to a counter that may not pass `max`. Counters vanish some time after `expiresAt`.
   *
   * @returns false if the counter is at `max` already
   */
  count(key: ItemKey, max: number, expiresAt: EpochMs): Promise<boolean>;
  /**
   * Books in one write what begins at a slot and lasts a step: the next slot of that lane is a step behind it. A rate's item vanishes some time after its last slot.
   *
   * @returns the slot; or what the item held, if the slot was not booked
   */
  book(key: ItemKey, booking: Booking): Promise<EpochMs | Booked>;
  /** What this delivery knows of its items. Absent where nothing is remembered. */
  readonly known?: KnownItems;
}

/** A change of an item. It is pure. @returns `undefined` to leave the item as it is */
export type ItemChange<T extends Versioned> = (current: T | undefined) => Omit<T, keyof Versioned> | undefined;

/** The items that a delivery wrote or read, as its last write or read left them. */
export interface KnownItems {
  /** `undefined`: the delivery knows nothing of the item. An empty object: it found none. */
  find<T extends Versioned>(key: ItemKey): { readonly item?: T | undefined } | undefined;
  /** Keeps a change back until the item is next written, or read. */
  owe<T extends Versioned>(key: ItemKey, change: ItemChange<T>): void;
  /** Hands out the changes that were kept back, in their order. They are no longer owed. */
  takeOwed<T extends Versioned>(key: ItemKey): readonly ItemChange<T>[];
}

/** One version of a secret, opened. */
export interface Opened {
  readonly found: true;
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
  readonly createdAt: EpochMs;
  /** The text as stored; `undefined` if the version is binary. */
  readonly value: Secret | undefined;
}

export interface NotFound {
  readonly found: false;
  /** `deleted`: scheduled for deletion and restorable until `until`. */
  readonly why: 'missing' | 'deleted';
  readonly until?: EpochMs;
}

export interface Described {
  readonly arn: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Version ids by staging label. */
  readonly stages: Readonly<Record<string, string>>;
  readonly isReplica: boolean;
  /** Its deletion is scheduled. The secret cannot be opened, and can still be restored. */
  readonly isMarkedForDeletion?: true;
}

/** Some of the secrets of a listing. */
export interface Page {
  readonly secrets: readonly Described[];
  /** Where the next page begins. Absent on the last page. */
  readonly next: string | undefined;
}

/** Secrets Manager. Methods throw `Unavailable` if it does not answer or throttles us. */
export interface Vault {
  /**
   * @param version a staging label or a version id
   * @throws Fault `stuck/access-denied` if AWS denies our role the secret or its KMS key
   */
  open(secretId: string, version: string): Promise<Opened | NotFound>;
  /** @throws Fault `stuck/access-denied` if AWS denies our role the secret */
  describe(secretId: string): Promise<Described | undefined>;
  /** Replaces these tags. Only the two status tags may be written. */
  tag(secretId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /**
   * The secrets under the prefix that have a tag whose key starts with `tagKey`, page by page.
   *
   * @param from where the next page begins, from the page before. Without it, or if the service no longer knows it, the listing starts
   *   again
   */
  tagged(prefix: string, tagKey: string, from?: string): AsyncIterable<Page>;
}

/** Text attributes of a queue message. */
export type Attributes = Readonly<Record<string, string>>;

/** Where receipts and messages go. Methods throw `Unavailable` if the service did not acknowledge. */
export interface Outbox {
  /** To the results topic, and to the bus as `Key Revocation Result`. */
  publish(receipt: Receipt): Promise<void>;
  /** The copy for the stuck queue: a request that can be sent again as it is, or the stub of a body that was not a valid request. */
  setAside(body: string, attributes: Attributes): Promise<void>;
  /** Onto the queue of a lane, delivered after the delay: 0 to 900 seconds. */
  enqueue(body: string, attributes: Attributes, delaySeconds: number, lane: Lane): Promise<void>;
}

/** Only flat facts: no object, error, request or record ever reaches a log line. */
export type LogFacts = Readonly<Record<string, string | number | boolean>>;

export interface Log {
  info(event: string, facts: LogFacts): void;
  /** A person should look. Alarms match on the event. */
  warn(event: string, facts: LogFacts): void;
}

/** Everything outside `core` that a revocation needs, and the operator's settings. */
export interface Ports {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly outbox: Outbox;
  readonly log: Log;
  /** Sends once, and never retries. Resolves with `undefined` if no whole reply came in the exchange's time. Never rejects. */
  send(call: HttpCall, until: EpochMs): Promise<MaybeReply>;
  /** Opens a connection for a call that is likely to follow. Never throws. Absent: each call opens its own when it leaves. */
  connect?(call: Pick<HttpCall, 'provider' | 'host'>): Connection;
  /** SHA-256 in lower-case hex. */
  digest(text: string): string;
  /** A fresh random identifier. */
  newId(): string;
  /** Names this process, for as long as it lives. It runs one instance of the function, and another process may have another address. */
  readonly processId: string;
  /** What this process saw last of each rate, so that most bookings need one write. Another process may have booked since. */
  readonly rates: Map<string, Booked>;
  /** The versions of secrets that this process keeps open, for looks at keys whose request has ended. */
  readonly kept: Map<string, { readonly opened: Opened; readonly until: EpochMs }>;
  /** A random number from 0 up to, not including, 1. */
  random(): number;
  readonly providers: Providers;
  readonly config: Config;
}

/** The construct's props as the functions see them. */
export interface Config {
  readonly instance: string;
  readonly secretPrefix: string;
  /** What every ARN of a secret begins with in the account and region of the deployment: `arn:aws:secretsmanager:eu-west-1:…:secret:`. */
  readonly secretArns: string;
  readonly mode: 'enforce' | 'observe';
  /** Names of the providers that are reachable. */
  readonly providers: readonly string[];
  readonly giveUpAfterMs: number;
  /** Calls per provider and hour. */
  readonly limits: { readonly urgent: number; readonly other: number };
  /** Addresses that our calls come from. Empty if they are not fixed. */
  readonly egressAddresses: readonly string[];
  /** The functions are in a VPC, so all processes call from the addresses of its gateways. */
  readonly inVpc: boolean;
  /** ARNs of the topics whose envelopes are opened. */
  readonly requestTopics: readonly string[];
  /** Unique ids of the roles of our own functions. `SenderId` begins with them. */
  readonly ownRoles: readonly string[];
}
