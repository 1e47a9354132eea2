/** One version; `createdAt` in epoch milliseconds, a binary value as base64. */
export interface Version {
  readonly id: string;
  readonly value: { readonly SecretString?: string | undefined; readonly SecretBinary?: string | undefined };
  readonly createdAt: number;
}

/** One secret as stored. It is replaced, never changed in place. Times in epoch milliseconds. */
export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  /** Place in the order of creation, which is the order of listings. */
  readonly position: number;
  readonly description?: string | undefined;
  readonly createdAt: number;
  readonly changedAt: number;
  /** When it will be gone, where it is marked for deletion. */
  readonly deletedAt?: number | undefined;
  /** The region of the original, where this one is a replica. */
  readonly primaryRegion?: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly versions: readonly Version[];
  /** Staging label to version id. */
  readonly stages: ReadonlyMap<string, string>;
}
