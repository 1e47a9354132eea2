import type { Retry } from './backoff.ts';
import type { EpochMs } from './epoch.ts';
import type { FinalOutcome, RetryCode, StuckCode } from './outcome.ts';

/** What one exchange showed of the target. `silent` is no verdict. */
export type Saw = 'alive' | 'expired' | 'listed' | 'unlisted' | 'unknown' | 'accepted' | 'rejected' | 'silent';

/** What an answer means for the request: an end, or a wait. The wait has the instant that the provider stated, if any. */
export type Meaning = { readonly end: FinalOutcome } | { readonly wait: RetryCode; readonly notBefore?: EpochMs };

/**
 * What one reply, or the replies to one question, show. A `silent` answer always has `means`. Any other has it only if
 * it ends the request or makes it wait.
 */
export interface Answer {
  readonly saw: Saw;
  /** The provider's own code for the evidence: `0`, `204`, `NOT_FOUND`, `no reply`. */
  readonly code: string;
  readonly means?: Meaning;
  /** The call would fail the same check. If the signer asked, the end in `means` holds a delete back. */
  readonly blocksCall?: true;
  /** What the request ends as if its time runs out with nothing better known, or if the key stays alive after this call. */
  readonly fallbackCode?: StuckCode;
  /** The reply authenticates the target or names it. So a later absence is a change. */
  readonly identified?: true;
  /** Replaces the question's own id if only the answer shows which account was read. */
  readonly questionId?: string;
  /** It concerns our address and not the key: until then no delivery needs to ask this host. */
  readonly hostWide?: true;
  /** The provider's clock, if the reply shows that ours is wrong. */
  readonly serverTime?: EpochMs;
  /** What was learned on the way, such as account ids and cursors. The ledger keeps it for the next plan. */
  readonly facts?: Facts;
  /** The key's settings, if the question reads them. */
  readonly record?: KeyRecord;
  /** A part of a long search was read. Ask again to continue. */
  readonly more?: true;
  /** With `unlisted` from a list that has pages: what this walk through the list read. */
  readonly walked?: Walked;
}

/** One walk through all pages of a list. Rows can move between pages during the walk, so a walk of several pages is no verdict. */
export interface Walked {
  readonly pages: number;
  /** Of every row. */
  readonly keyIds: readonly string[];
}

export type Facts = Readonly<Record<string, string>>;

/** What a key may do. Only its provider reads the contents. */
export type KeyRecord = Readonly<Record<string, unknown>>;

/** Whether the answer shows that the provider still holds the key. */
export const isPresent = ({ saw }: Answer): boolean => saw === 'alive' || saw === 'expired' || saw === 'listed';

/** Whether the answer could prove a death, if what asked had seen the key before. */
export const isAbsent = ({ saw }: Answer): boolean => saw === 'unknown' || saw === 'unlisted';

/** The end that the answer means, if any. */
export const endIn = ({ means }: Answer): FinalOutcome | undefined =>
  means !== undefined && 'end' in means ? means.end : undefined;

/** The wait that the answer asks for, if any. */
export const waitIn = ({ means }: Answer): Retry | undefined =>
  means !== undefined && 'wait' in means ? { code: means.wait, notBefore: means.notBefore } : undefined;
