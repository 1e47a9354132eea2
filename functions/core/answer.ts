import type { Retry } from './backoff.ts';
import type { EpochMs } from './epoch.ts';
import type { FinalOutcome, RetryCode, StuckCode } from './outcome.ts';

/** What one exchange showed of the target. `silent` is no verdict. */
export type Saw = 'alive' | 'expired' | 'listed' | 'unlisted' | 'unknown' | 'accepted' | 'rejected' | 'silent';

/** What an answer makes of the request: an end, or a wait, until the instant that the provider stated, if it did. */
export type Meaning = { readonly end: FinalOutcome } | { readonly wait: RetryCode; readonly notBefore?: EpochMs };

/** What one reply, or the replies to one question, show. A `silent` answer always has a meaning; any other has one where it settles it. */
export interface Answer {
  readonly saw: Saw;
  /** The provider's own code for the evidence: `0`, `204`, `NOT_FOUND`, `no reply`. */
  readonly code: string;
  readonly means?: Meaning;
  /** The call would meet the same check: where the signer asked, the end in `means` holds a delete back. */
  readonly blocksCall?: true;
  /** What the request ends as when its time runs out with nothing better known, or when the key lives on after this call. */
  readonly fallbackCode?: StuckCode;
  /** The reply authenticates the target or names it, so its later absence is a change. */
  readonly identified?: true;
  /** In place of the question's own, where only the answer shows which account was read. */
  readonly questionId?: string;
  /** It is said to our address, whatever the key: until then nobody has to ask. */
  readonly hostWide?: true;
  /** The provider's clock, where the reply shows that ours is off. */
  readonly serverTime?: EpochMs;
  /** What was learned on the way (account ids, cursors), kept in the ledger and handed back to the next plan. */
  readonly facts?: Facts;
  /** The key's settings, where the question reads them. */
  readonly record?: KeyRecord;
  /** A part of a long search was read; ask again to continue. */
  readonly more?: true;
}

export type Facts = Readonly<Record<string, string>>;

/** What a key may do. Only its provider reads what is in it. */
export type KeyRecord = Readonly<Record<string, unknown>>;

/** Whether the answer shows that the provider still holds the key. */
export const isPresent = ({ saw }: Answer): boolean => saw === 'alive' || saw === 'expired' || saw === 'listed';

/** Whether the answer could prove a death, if what asked had seen the key before. */
export const isAbsent = ({ saw }: Answer): boolean => saw === 'unknown' || saw === 'unlisted';

/** The end that the answer settles, if it does. */
export const endIn = ({ means }: Answer): FinalOutcome | undefined =>
  means !== undefined && 'end' in means ? means.end : undefined;

/** The wait that the answer asks for, if it does. */
export const waitIn = ({ means }: Answer): Retry | undefined =>
  means !== undefined && 'wait' in means ? { code: means.wait, notBefore: means.notBefore } : undefined;
