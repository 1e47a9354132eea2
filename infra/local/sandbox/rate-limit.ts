/** Counts within a window that rolls with the clock; one that is over the cap is not counted. */
export interface RollingWindow {
  /** @returns what is left after this one, or `undefined` where it is one too many. */
  readonly take: (name: string, cap: number, at: number) => number | undefined;
  /** Epoch milliseconds at which the oldest counted one leaves the window. */
  readonly freeAt: (name: string) => number;
}

/** @returns a window of that many milliseconds for every name. */
export const createRollingWindow = (ms: number): RollingWindow => {
  const taken = new Map<string, readonly number[]>();
  return {
    take: (name, cap, at) => {
      const recent = (taken.get(name) ?? []).filter((then) => then > at - ms);
      taken.set(name, recent.length < cap ? [...recent, at] : recent);
      return recent.length < cap ? cap - recent.length - 1 : undefined;
    },
    freeAt: (name) => (taken.get(name)?.[0] ?? 0) + ms,
  };
};

/** Takes tokens from a bucket per name; false where there are not enough. */
export type TokenBucket = (name: string, tokens: number, at: number) => boolean;

/** @returns buckets that start full, hold so many tokens and gain as many each second. */
export const createTokenBucket = (perSecond: number): TokenBucket => {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return (name, tokens, at) => {
    const last = buckets.get(name) ?? { tokens: perSecond, at };
    // A clock that was put back takes nothing out.
    const held = Math.min(perSecond, last.tokens + (Math.max(0, at - last.at) / 1000) * perSecond);
    buckets.set(name, { tokens: held >= tokens ? held - tokens : held, at });
    return held >= tokens;
  };
};
