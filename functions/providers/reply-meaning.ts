import type { Answer, Meaning } from '../core/answer.ts';
import type { RetryCode } from '../core/outcome.ts';

/** A cell of a reply table: an answer without its code. */
export type ReplyMeaning = Omit<Answer, 'code'>;

/** No verdict on the target. `means` says which wait this is, or how the request ends without a verdict. */
export const silent = (means: Meaning, more: Partial<ReplyMeaning> = {}): ReplyMeaning => ({
  saw: 'silent',
  means,
  ...more,
});

/** Nobody knows what the reply means: the request waits, and nothing is concluded. */
export const UNRECOGNISED = silent({ wait: 'unrecognised' });

/** The provider is out. */
export const DOWN = silent({ wait: 'provider-down' });

/** The provider refused the call. Without `means` the probes decide. */
export const rejected = (means?: Meaning, more: Partial<ReplyMeaning> = {}): ReplyMeaning => ({
  saw: 'rejected',
  ...(means === undefined ? {} : { means }),
  ...more,
});

/** Whether a cell is this wait. */
export const isWait = ({ means }: ReplyMeaning, code: RetryCode): boolean =>
  means !== undefined && 'wait' in means && means.wait === code;

/** The reply shows that the provider knows the key. */
export const IDENTIFIED = { identified: true } as const;

/** The call would fail the same check. */
export const BLOCKS_CALL = { blocksCall: true } as const;
