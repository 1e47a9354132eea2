import type { Answer } from '../core/answer.ts';
import { after, epochMs } from '../core/epoch.ts';
import type { Ending } from '../core/outcome.ts';
import type { MaybeReply, Reply } from '../core/provider.ts';

/** A cell of a reply table: an answer but for its code. */
export type ReplyMeaning = Omit<Answer, 'code'>;

/** No verdict on the target; `ends` says which retry it is, or what the request comes to without one. */
export const silent = (ends: Ending, more: Partial<ReplyMeaning> = {}): ReplyMeaning => ({
  saw: 'silent',
  ends,
  ...more,
});

/** The call was refused. Without `ends` the probes decide. */
export const rejected = (ends?: Ending, more: Partial<ReplyMeaning> = {}): ReplyMeaning => ({
  saw: 'rejected',
  ...(ends === undefined ? {} : { ends }),
  ...more,
});

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

/** So long after a reply; a wait that is none, or longer than an hour, is no use. */
export const comeBackIn = (ms: number, { at }: Reply): Partial<ReplyMeaning> =>
  ms > 0 && ms <= HOUR_MS ? { notBefore: after(at, ms) } : {};

/** An instant that the provider states, by its own clock. */
export const comeBackAt = (instant: number, reply: Reply): Partial<ReplyMeaning> =>
  comeBackIn(instant - aheadBy(reply) - reply.at, reply);
