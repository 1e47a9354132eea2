/** What one world came to. Lengths in milliseconds since the request was sent. */
export interface Lived {
  /** Tells the world apart, with what was asked for and what was wrong. */
  readonly name: string;
  readonly ends: readonly string[];
  /** Something that is wrong in this world has shown. */
  readonly isStruck: boolean;
  /** The laws that were broken; those of the first law are false words. */
  readonly breaches: readonly string[];
  /** When `revoked`, `already-revoked` or `restricted` was said first. */
  readonly saidMs: number | undefined;
  /** When the request was said to have revoked its key. */
  readonly revokedMs: number | undefined;
  /** The key was said to be gone while some node accepted it still. */
  readonly isEarly: boolean;
  /** The key is dead, and no word ever said that it is gone. */
  readonly isUnsaid: boolean;
  /** When the word was confirmed. */
  readonly confirmedMs: number | undefined;
  /** When two agreeing probes would have said that the key is dead. */
  readonly twoProbesMs: number | undefined;
  /** Until when something accepted the key; `Infinity` for ever. `undefined` where the request was not to delete it. */
  readonly livedMs: number | undefined;
}
