import type { Answer } from '../answer.ts';
import type { Retry } from '../backoff.ts';
import { after, type EpochMs, epochMs, later } from '../epoch.ts';
import { type AttemptRecord, type CaseItem, hasEffectiveCall, NEW_ATTEMPT } from '../ledger/case-item.ts';
import { attemptName } from '../ledger/keys.ts';
import { updateLeasedCase } from '../ledger/lease.ts';
import { correctsClock, exchange, signingTime } from '../probe/ask.ts';
import { cacheHeaderIn, codeOfCache } from '../probe/from-cache.ts';
import { recordAnswer, whileBanned } from '../probe/host-limits.ts';
import { takeRateSlot, takeSlotsAhead } from '../probe/rate-slot.ts';
import { type Call, isRestriction, type MaybeReply, type Plan, type Rate } from '../provider.ts';
import { allOver } from '../some-at-once.ts';
import { TIMING } from '../timing.ts';
import { markSigner, whileSignerNeeded, withinLimit } from './call-guards.ts';
import { decideOnAnswer } from './decide.ts';
import type { Step } from './next-step.ts';
import { factsFor, planWith } from './plan-with.ts';
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

/** The last instant of a delivery's time for a call: a rate slot after that is of no use to it, and would be lost to every other call. */
const latestFor = ({ asking }: AttemptContext): EpochMs =>
  after(asking.deadline, TIMING.exchangeMs - TIMING.callMarginMs);

/** The wait of a delete whose key still signs for other cases. */
const whileSigning = ({ ports, pin, request, item }: AttemptContext): Promise<Retry | undefined> =>
  whileSignerNeeded(ports, { name: pin.keyName, request, receivedAt: item.receivedAt });

/** What is found out beside the probes or the other guards, and holds a call back. */
export interface Guard {
  /** The wait while the key still signs. Absent: nobody has asked yet. */
  readonly signing?: Promise<Retry | undefined> | undefined;
  /** Rejects with a Fault if the order was withdrawn. */
  readonly order?: (() => Promise<void>) | undefined;
}

/** A connection is opened for a slot that is no farther away than this. */
const CONNECT_MS = 1_000;

/** Takes the rate slot of a call ahead, and opens its connection if the call may leave soon. */
const takeSlotOf = async (context: AttemptContext, call: Call): Promise<void> => {
  const { asking } = context;
  const sent = call.send(signingTime(asking));
  const leavesAt = await takeSlotsAhead(asking, sent.rate, 1, latestFor(context));
  const { clock, connect } = asking.ports;
  if (leavesAt !== undefined && leavesAt < after(clock.now(), CONNECT_MS)) asking.connection = connect?.(sent);
};

/**
 * Makes a delete ready while the probes before it are on their way: takes its rate slot, opens its connection, and asks whether the key
 * still signs.
 *
 * @throws Unavailable if the ledger does not answer
 * @throws Fault if the order cannot be carried out
 */
export const readyCall = async (
  context: AttemptContext,
  item: CaseItem,
  progress: AttemptRecord,
): Promise<Retry | undefined> => {
  const { call, end } = planWith(context, factsFor(context, item, progress), false);
  if (end || isRestriction(call)) return undefined;
  const signing = whileSigning(context);
  await allOver<unknown>([signing, takeSlotOf(context, call)]);
  return signing;
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
    guard,
  }: { before: AttemptRecord; host: string; rate: Rate | undefined; landsWithinMs: number; guard: Guard },
): Promise<Retry | undefined> => {
  const { ports, provider, request, pin, order, asking } = context;
  if (isTooLate(context, current)) return LATER;
  const isDelete = provider.operations[request.operation]?.kind === 'delete';
  const wait = isDelete
    ? await (guard.signing ?? whileSigning(context))
    : whileOthersLand(context, current, landsWithinMs);
  if (wait) return wait;
  if (!(await takeRateSlot({ ...asking, deadline: latestFor(context) }, rate))) return { code: 'rate-limited' };
  if (isTooLate(context, current)) return LATER;
  const limiting = withinLimit(ports, request, before);
  await allOver<unknown>([guard.order?.() ?? Promise.resolve(), limiting]);
  const full = (await limiting) ?? (await whileBanned(asking, host));
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
  guard: Guard = {},
): Promise<{ readonly item: CaseItem; readonly step: Extract<Step, { readonly do: 'end' | 'retry' }> | undefined }> => {
  const { ports, item, asking, pin, holder } = context;
  const name = attemptName(item);
  const before = current.attempts[name] ?? NEW_ATTEMPT;
  const { rate } = call.send(signingTime(asking));
  const { landsWithinMs } = plan;
  const retry = await heldUp(context, current, { before, host: call.host, rate, landsWithinMs, guard });
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
  const { connection } = asking;
  asking.connection = undefined;
  const sending = call.send(signingTime(asking));
  const answer = readCall(call, await exchange(asking, connection ? { ...sending, connection } : sending));
  const answered = await updateLeasedCase(ports, pin.keyName, holder, (held) => ({
    ...withAnswer(held, name, call, answer, ports.clock.now()),
  }));
  await recordAnswer(asking, call.host, answer);
  // A call that was not executed because our clock was wrong is sent once more with the provider's clock.
  if (correctsClock(asking, answer)) return sendCall(context, answered, call, plan);
  const mayBeDead = before.absentSince !== undefined && hasEffectiveCall(before);
  return { item: answered, step: decideOnAnswer(answer, mayBeDead) };
};
