import { after, type EpochMs, epochMs } from '../core/epoch.ts';
import type { Reply } from '../core/provider.ts';
import { HOUR_MS } from '../core/timing.ts';
import type { ReplyMeaning } from './reply-meaning.ts';

/** The provider's clock from the `Date` header. */
export const clockOf = (headers: Readonly<Record<string, string>>): Partial<ReplyMeaning> => {
  const instant = Date.parse(headers['date'] ?? '');
  return Number.isNaN(instant) ? {} : { serverTime: epochMs(instant) };
};

/** A `Date` has whole seconds, and the reply took some time. */
const WITHIN_MS = 3_000;

/** How far the provider's clock is ahead of ours, if its reply shows that the clocks differ. */
const aheadBy = ({ headers, at }: Reply): number => {
  const { serverTime = at } = clockOf(headers);
  return Math.abs(serverTime - at) > WITHIN_MS ? serverTime - at : 0;
};

/** When a wait is over, if the provider states it. */
export type Stated = { readonly notBefore?: EpochMs };

/** This long after a reply. A wait of zero, or longer than an hour, is not used. */
export const comeBackIn = (ms: number, { at }: Reply): Stated =>
  ms > 0 && ms <= HOUR_MS ? { notBefore: after(at, ms) } : {};

/** An instant that the provider states by its own clock. */
export const comeBackAt = (instant: number, reply: Reply): Stated =>
  comeBackIn(instant - aheadBy(reply) - reply.at, reply);

/** The wait for a provider's limit, until the instant in the reply, if any. */
export const limitedUntil = (stated: Stated): Partial<ReplyMeaning> => ({ means: { wait: 'rate-limited', ...stated } });
