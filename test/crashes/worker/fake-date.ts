/**
 * Makes everything in this process that asks for the date, or for the time that has passed, ask this clock. It counts in epoch
 * milliseconds. Timers stay as they are.
 */
export const fakeDate = (now: () => number): void => {
  const RealDate = globalThis.Date;
  const faked = function (this: unknown, ...args: readonly unknown[]): unknown {
    if (new.target === undefined) return new RealDate(now()).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [now()] : args, new.target);
  };
  faked.prototype = RealDate.prototype;
  globalThis.Date = Object.assign(faked, {
    now,
    parse: RealDate.parse,
    UTC: RealDate.UTC,
  }) as unknown as DateConstructor;
  Object.defineProperty(performance, 'now', { value: now });
};
