/** What a key may do, for providers that can change that. */
export interface KeySettings {
  readonly readOnly: 0 | 1;
  readonly permissions: Readonly<Record<string, readonly string[]>>;
  /** Bound addresses; `['*']` is no binding. */
  readonly ips: readonly string[];
}

/** One mutation that really happened, at the provider's clock. */
export interface Change {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly host: string;
  /** The world of the changed key; a Bybit demo key is changed through `api.bybit.com`. */
  readonly world: string;
  readonly keyId: string;
  readonly kind: 'deleted' | 'updated';
  /** Identifier of the key that signed the request. */
  readonly by: string;
  /** The settings around an update; absent for a deletion. */
  readonly before?: KeySettings;
  readonly after?: KeySettings;
}

/** One request as the provider received it. It holds identifiers only: no header, no body, no secret. */
export interface Exchange {
  /** From 1, in order of arrival. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly host: string;
  readonly method: string;
  /** The request target, with its query. */
  readonly path: string;
  /** Identifier of the key that the request was signed with, as far as it can be known. */
  readonly keyId?: string;
  /** What the request changed, also where its reply was lost or the change came late. */
  readonly applied?: Change;
  /** Status of the reply; 0 where no reply was begun. */
  readonly status: number;
  readonly faultName?: string;
}
