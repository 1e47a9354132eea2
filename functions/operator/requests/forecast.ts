/** A forecast of what keeps a call from working; any other is a thing to know. */
const FORBIDS = /will (likely )?refuse the call|refuses to change|could not be proved/;

/** Those sentences of a plan's forecast that say it will not work. */
export const forbidding = (forecast: readonly string[]): readonly string[] =>
  forecast.filter((text) => FORBIDS.test(text));
