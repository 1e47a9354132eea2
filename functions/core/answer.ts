import type { Retry } from './backoff.ts';
import type { EpochMs } from './epoch.ts';
import type { FinalOutcome, RetryCode, StuckCode } from './outcome.ts';

/** What each word says of the target. A word that says nothing of the target is about a call, or it is no verdict. */
const SAYS = {
  alive: 'present',
  expired: 'present',
  /** The provider names the key and says that the key is switched off. */
  disabled: 'present',
  listed: 'present',
  unlisted: 'absent',
  unknown: 'absent',
  /** The provider says in its own words that this key was revoked. An outage does not say that. */
  revoked: 'absent',
  /** The key does not work, and the provider answers alike for a deleted key and for one that is switched off. */
  unusable: 'absent after a delete',
  /** A refusal without a word of the provider's own. Only another key of the account that is accepted tells it from a gateway's. */
  refused: 'absent beside a control',
  /** A refusal that only a known key should get, but that does not show the key: a limit of the key's account, an address list. */
  doubt: 'doubt',
  accepted: 'nothing',
  rejected: 'nothing',
  silent: 'nothing',
} as const;

/** What one exchange showed of the target. `silent` is no verdict. */
export type Saw = keyof typeof SAYS;

/** Every word that evidence can hold. */
export const SAW = Object.keys(SAYS) as [Saw, ...Saw[]];

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
  /** With `accepted`: the provider says yes to every identifier. So its yes counts as a lost reply. */
  readonly acceptance?: 'opaque';
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
export const isPresent = ({ saw }: Answer): boolean => SAYS[saw] === 'present';

/** What some absences need besides the answer. */
export interface Besides {
  /** The provider has accepted a delete of ours, so that a key that does not work is not just switched off. */
  readonly deleted?: boolean;
  /** Another key of the account was accepted, so that it is this key that is refused. */
  readonly controlled?: boolean;
}

/** Whether the answer could prove a death, if what asked had seen the key before. */
export const isAbsent = (
  { saw }: Pick<Answer, 'saw'>,
  { deleted = false, controlled = false }: Besides = {},
): boolean =>
  SAYS[saw] === 'absent' ||
  (deleted && SAYS[saw] === 'absent after a delete') ||
  (controlled && SAYS[saw] === 'absent beside a control');

/** Whether the answer may come to an absence. */
export const mayBeAbsent = (answer: Pick<Answer, 'saw'>): boolean =>
  isAbsent(answer, { deleted: true, controlled: true });

/** Whether the answer forbids a word of death, and shows no key. */
export const isDoubt = ({ saw }: Answer): boolean => SAYS[saw] === 'doubt';

/** The end that the answer means, if any. */
export const endIn = ({ means }: Answer): FinalOutcome | undefined =>
  means !== undefined && 'end' in means ? means.end : undefined;

/** The wait that the answer asks for, if any. */
export const waitIn = ({ means }: Answer): Retry | undefined =>
  means !== undefined && 'wait' in means ? { code: means.wait, notBefore: means.notBefore } : undefined;
