import type { Answer } from '../answer.ts';
import type { Retry } from '../backoff.ts';
import { after, epochMs, later } from '../epoch.ts';
import { type AttemptRecord, type CaseItem, hasEffectiveCall, NEW_ATTEMPT } from '../ledger/case-item.ts';
import { attemptName } from '../ledger/keys.ts';
import { updateLeasedCase } from '../ledger/lease.ts';
import { correctsClock, exchange, signingTime } from '../probe/ask.ts';
import { cacheHeaderIn, codeOfCache } from '../probe/from-cache.ts';
import { recordAnswer, whileBanned } from '../probe/host-limits.ts';
import { takeRateSlot } from '../probe/rate-slot.ts';
import type { Call, MaybeReply, Plan, Rate } from '../provider.ts';
import { TIMING } from '../timing.ts';
import { markSigner, whileSignerNeeded, withinLimit } from './call-guards.ts';
import { decideOnAnswer } from './decide.ts';
import type { Step } from './next-step.ts';
import { withAnswer, withCall } from './progress.ts';
import type { AttemptContext } from './round.ts';

/** Too little is left of the lease for a call, by the latest state of the ledger. */
const isTooLate = ({ ports, holder }: AttemptContext, { lease }: CaseItem): boolean =>
  lease?.holder !== holder || lease.until - ports.clock.now() <= TIMING.callMarginMs;

const LATER: Retry = { code: 'not-yet-proved' };

/**
 * Another request's update without an answer may still land. If it landed after this update, it would give back what
 * this update takes away.
 */
const whileOthersLand = (context: AttemptContext, { attempts }: CaseItem, landsWithinMs: number): Retry | undefined => {
  const name = attemptName(context.item);
  const notBefore = Object.entries(attempts)
    .filter(([other, { lastAnswer }]) => other !== name && lastAnswer === 'silent')
    .map(([, { lastCallAt }]) => after(lastCallAt ?? epochMs(0), landsWithinMs))
    .reduce(later, epochMs(0));
  return context.ports.clock.now() < notBefore ? { code: 'in-progress', notBefore } : undefined;
};

/** Why the call may not leave yet; `undefined` if it may. */
const heldUp = async (
  context: AttemptContext,
  current: CaseItem,
  {
    before,
    host,
    rate,
    landsWithinMs,
  }: { before: AttemptRecord; host: string; rate: Rate | undefined; landsWithinMs: number },
): Promise<Retry | undefined> => {
  const { ports, provider, request, item, pin, order, asking } = context;
  if (isTooLate(context, current)) return LATER;
  const isDelete = provider.operations[request.operation]?.kind === 'delete';
  const asked = { name: pin.keyName, request, receivedAt: item.receivedAt };
  const wait = isDelete ? await whileSignerNeeded(ports, asked) : whileOthersLand(context, current, landsWithinMs);
  if (wait) return wait;
  // A rate slot after that is of no use to this call, and would be lost to every other call.
  const latest = after(asking.deadline, TIMING.exchangeMs - TIMING.callMarginMs);
  if (!(await takeRateSlot({ ...asking, deadline: latest }, rate))) return { code: 'rate-limited' };
  if (isTooLate(context, current)) return LATER;
  const full = (await withinLimit(ports, request, before)) ?? (await whileBanned(asking, host));
  if (full) return full;
  if (!order.target.self) await markSigner(ports, pin, true);
  return undefined;
};

/** What a reply to a call means. If a cache answered, the provider's own reply is lost. */
const readCall = (call: Call, reply: MaybeReply): Answer => {
  const header = reply && cacheHeaderIn(reply);
  return header === undefined ? call.read(reply) : { ...call.read(undefined), code: codeOfCache(header) };
};

/**
 * Sends one call, once. `attempted` is in the ledger before the call leaves, and the answer before anything else is done.
 *
 * @returns the case as last written, and what the answer itself decides (an end or a wait); otherwise the probes decide
 */
export const sendCall = async (
  context: AttemptContext,
  current: CaseItem,
  call: Call,
  plan: Pick<Plan, 'landsWithinMs'>,
): Promise<{ readonly item: CaseItem; readonly step: Extract<Step, { readonly do: 'end' | 'retry' }> | undefined }> => {
  const { ports, item, asking, pin, holder } = context;
  const name = attemptName(item);
  const before = current.attempts[name] ?? NEW_ATTEMPT;
  const { rate } = call.send(signingTime(asking));
  const { landsWithinMs } = plan;
  const retry = await heldUp(context, current, { before, host: call.host, rate, landsWithinMs });
  if (retry) return { item: current, step: { do: 'retry', ...retry } };
  const noted = (progress: AttemptRecord): Promise<CaseItem> =>
    updateLeasedCase(ports, pin.keyName, holder, (held) => ({
      ...held,
      attempts: { ...held.attempts, [name]: progress },
      state: 'open-case',
    }));
  const attempted = await noted(withCall(before, ports.clock.now()));
  // The clock is read last: a holder that was paused anywhere above must not call after its lease, and has not called.
  if (isTooLate(context, attempted)) return { item: await noted(before), step: { do: 'retry', ...LATER } };
  const answer = readCall(call, await exchange(asking, call.send(signingTime(asking))));
  const answered = await updateLeasedCase(ports, pin.keyName, holder, (held) => ({
    ...withAnswer(held, name, call, answer, ports.clock.now()),
  }));
  await recordAnswer(asking, call.host, answer);
  // A call that was not executed because our clock was wrong is sent once more with the provider's clock.
  if (correctsClock(asking, answer)) return sendCall(context, answered, call, plan);
  const mayBeDead = before.absentSince !== undefined && hasEffectiveCall(before);
  return { item: answered, step: decideOnAnswer(answer, mayBeDead) };
};
