import { after, type EpochMs, epochMs } from '../core/epoch.ts';
import type { Reply } from '../core/provider.ts';
import { HOUR_MS } from '../core/timing.ts';
import type { ReplyMeaning } from './reply-meaning.ts';

/** The provider's clock from the `Date` header. */
export const clockOf = (headers: Readonly<Record<string, string>>): Partial<ReplyMeaning> => {
  const instant = Date.parse(headers['date'] ?? '');
  return Number.isNaN(instant) ? {} : { serverTime: epochMs(instant) };
};

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
