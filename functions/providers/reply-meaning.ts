import type { Answer, Meaning } from '../core/answer.ts';
import { after, type EpochMs, epochMs } from '../core/epoch.ts';
import type { RetryCode } from '../core/outcome.ts';
import type { MaybeReply, Reply } from '../core/provider.ts';

/** A cell of a reply table: an answer but for its code. */
export type ReplyMeaning = Omit<Answer, 'code'>;

/** No verdict on the target; `means` says which wait this is, or which end the request comes to without a verdict. */
export const silent = (means: Meaning, more: Partial<ReplyMeaning> = {}): ReplyMeaning => ({
  saw: 'silent',
  means,
  ...more,
});

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

/** The call would meet the same check. */
export const BLOCKS_CALL = { blocksCall: true } as const;

/** Under which name of a table a status stands: `no reply`, `HTTP 5xx`, `HTTP 404`. */
export const statusRow = (reply: MaybeReply): string => {
  if (reply === undefined) return 'no reply';
  return reply.status >= 500 && reply.status <= 599 ? 'HTTP 5xx' : `HTTP ${reply.status}`;
};

/** The provider's clock from the `Date` header. */
export const clockOf = (headers: Readonly<Record<string, string>>): Partial<ReplyMeaning> => {
  // Stryker disable next-line StringLiteral: no text stands for a date that was not sent
  const instant = Date.parse(headers['date'] ?? '');
  return Number.isNaN(instant) ? {} : { serverTime: epochMs(instant) };
};

const HOUR_MS = 3_600_000;
/** A `Date` is of whole seconds, and was on its way. */
const WITHIN_MS = 3_000;

/** How far the provider's clock is ahead of ours, where its reply shows that the two differ. */
const aheadBy = ({ headers, at }: Reply): number => {
  const { serverTime = at } = clockOf(headers);
  return Math.abs(serverTime - at) > WITHIN_MS ? serverTime - at : 0;
};

/** When a wait is over, where the provider states it. */
export type Stated = { readonly notBefore?: EpochMs };

/** So long after a reply; a wait that is none, or longer than an hour, is no use. */
export const comeBackIn = (ms: number, { at }: Reply): Stated =>
  ms > 0 && ms <= HOUR_MS ? { notBefore: after(at, ms) } : {};

/** An instant that the provider states, by its own clock. */
export const comeBackAt = (instant: number, reply: Reply): Stated =>
  comeBackIn(instant - aheadBy(reply) - reply.at, reply);

/** The wait of a provider's limit, until the instant that its reply states, if it does. */
export const limitedUntil = (stated: Stated): Partial<ReplyMeaning> => ({ means: { wait: 'rate-limited', ...stated } });
