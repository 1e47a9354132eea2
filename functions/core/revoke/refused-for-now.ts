import { after } from '../epoch.ts';
import { type AttemptResult, attemptWaiting } from '../ledger/attempt-result.ts';
import { requestKey } from '../ledger/keys.ts';
import type { Refused, RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { passesBy, type RetryCode, type StuckOutcome, stuckCodeOf } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { isUrgent } from '../reason.ts';
import { MAY_PASS } from '../receipts/sentences.ts';
import { TIMING } from '../timing.ts';

/** After a delivery that waits for one of these, nothing new is known of an earlier refusal. */
const SAYS_NOTHING: readonly RetryCode[] = [
  ...(['no-reply', 'rate-limited', 'provider-down', 'aws-down', 'clock-skew', 'in-progress'] as const),
];

type WithRefused = (refused: Refused | undefined) => Refused | undefined;

/** Writes the refusal into the request, unless the request has ended or moved to another attempt. */
const noted = async (ports: Ports, item: RequestItem, change: WithRefused): Promise<Refused | undefined> => {
  const { requestId, planOnly, attempt } = item;
  const written = await updateItem<RequestItem>(ports, requestKey(requestId, planOnly), (current) =>
    current?.attempt === attempt && !current.receipt ? { ...current, refused: change(current.refused) } : undefined,
  );
  return written?.refused;
};

/**
 * A refusal that nobody has looked at for a long time starts again: the key may have been accepted in the meantime. So does a denial after a
 * refusal of the provider, and the reverse: the cause is another one.
 */
const heldSince = (refused: Refused | undefined, { at, wouldEnd }: Pick<Refused, 'at' | 'wouldEnd'>): Refused['at'] => {
  if (refused === undefined || at > after(refused.at, TIMING.unwatchedMs)) return at;
  return passesBy(refused.wouldEnd) === passesBy(wouldEnd) ? refused.since : at;
};

const whileItHolds = async (
  ports: Ports,
  item: RequestItem,
  { wouldEnd, why }: Pick<Refused, 'wouldEnd' | 'why'>,
): Promise<Refused | undefined> => {
  const at = ports.clock.now();
  const urgent = item.request !== undefined && isUrgent(item.request.reason);
  const holdsMs = urgent ? TIMING.refusedUrgentMs : TIMING.refusedMs;
  return noted(ports, item, (before) => {
    const since = heldSince(before, { at, wouldEnd });
    return { wouldEnd, ...(why && { why }), since, at, until: after(since, holdsMs) };
  });
};

/**
 * Turns an end that may pass by itself into a wait, until the refusal has held for long enough. Another key that was accepted in the same
 * round tells a refusal from an outage. Any other answer in between starts the time again. A plan says at once what it found.
 *
 * @returns the result as given, or the wait in place of it
 * @throws Unavailable if the ledger does not answer
 */
export const unlessItPasses = async (
  ports: Ports,
  item: RequestItem,
  result: AttemptResult,
): Promise<AttemptResult> => {
  if (!result.hasEnded) {
    if (item.refused && !SAYS_NOTHING.includes(result.code)) await noted(ports, item, () => undefined);
    return result;
  }
  const { outcome, why, isToldApart } = result;
  const by = passesBy(outcome);
  if (by === undefined || isToldApart) return result;
  if (item.planOnly) return { ...result, why: [why, MAY_PASS[by].plan].filter(Boolean).join('. ') };
  const refused = await whileItHolds(ports, item, { wouldEnd: outcome as StuckOutcome, why });
  if (refused === undefined || ports.clock.now() >= refused.until) return result;
  return attemptWaiting({ code: 'refused-for-now', fallbackCode: stuckCodeOf(outcome) });
};
