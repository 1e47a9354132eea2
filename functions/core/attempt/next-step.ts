import { epochMs } from '../epoch.ts';
import type { AttemptRecord } from '../ledger/case-item.ts';
import type { FinalOutcome } from '../outcome.ts';
import { recordIn } from '../probe/round-verdict.ts';
import { type Call, isRestriction } from '../provider.ts';
import { type Decision, decide } from './decide.ts';
import type { AttemptContext, JudgedRound } from './round.ts';

/** The decision after one round, with its call ready to be sent, or with the details of its end. */
export type Step =
  | Exclude<Decision, { readonly do: 'call' | 'end' }>
  | { readonly do: 'call'; readonly call: Call }
  | { readonly do: 'end'; readonly outcome: FinalOutcome; readonly why?: string };

/** The call for these settings. An update may end here by its own rules. */
const callStep = ({ plan, round }: JudgedRound, { before, narrowest = before }: AttemptRecord): Step => {
  if (!isRestriction(plan.call)) return { do: 'call', call: plan.call };
  const now = recordIn(round.asked);
  if (now === undefined) return { do: 'retry', code: 'unrecognised' };
  const call = plan.call.call(now, narrowest ?? now);
  return 'end' in call ? { do: 'end', outcome: call.end, why: call.why } : { do: 'call', call };
};

/**
 * An update that asks for more than the key has is refused even if nothing is left to take away: "restricted" would say that the
 * key is as asked.
 */
const widening = (probed: JudgedRound, progress: AttemptRecord): Step | undefined => {
  if (progress.calls > 0 || probed.roundVerdict !== 'as-asked') return undefined;
  const step = callStep(probed, progress);
  return step.do === 'end' && step.outcome === 'refused/would-widen' ? step : undefined;
};

/** What this delivery has done so far, and what the ledger holds of the key. */
export interface SoFar {
  readonly proved: boolean;
  readonly calledNow: boolean;
  readonly siblingsAsked: boolean;
  readonly agreedMs: number;
  /** By the rounds of every request on the key. */
  readonly sightedRounds: number;
}

/** Decides on one round. Pure except for the current instant. */
export const nextStep = (
  { order, ports }: Pick<AttemptContext, 'order' | 'ports'>,
  probed: JudgedRound,
  progress: AttemptRecord,
  soFar: SoFar,
): Step => {
  const { round, plan, roundVerdict, control } = probed;
  if (plan.end) return { do: 'end', outcome: plan.end };
  if (round.heldUp) return { do: 'retry', ...round.heldUp };
  if (round.cutShort) return { do: 'retry', code: progress.answered ? 'not-yet-proved' : 'no-reply' };
  const widens = widening(probed, progress);
  if (widens) return widens;
  const isUpdate = isRestriction(plan.call);
  const decision = decide({
    kind: isUpdate ? 'update' : 'delete',
    self: order.target.self,
    urgent: order.urgent,
    now: ports.clock.now(),
    round: round.asked,
    signer: round.signer,
    roundVerdict,
    progress,
    controlled: control !== undefined,
    ...soFar,
    // One sighting counts for every delete of the key. Only the update's own rounds show how the key stands to that update.
    sightedRounds: isUpdate ? (progress.sightedRounds ?? 0) : soFar.sightedRounds,
    proofGapMs: plan.proofGapMs,
    landsWithinMs: plan.landsWithinMs,
    provable: plan.provable,
  });
  return decision.do === 'call' ? callStep(probed, progress) : decision;
};

/**
 * The step that a plan tells of, from one round of a request that has not begun. A plan reads the settings only once: it says what follows if
 * the second reading is the same. Of a key that is not known it says no call, which the provider would refuse.
 */
export const plannedStep = (
  context: Parameters<typeof nextStep>[0],
  probed: JudgedRound,
  progress: AttemptRecord,
  proved: boolean,
): Step => {
  const soFar = { proved, calledNow: false, siblingsAsked: false, agreedMs: 0, sightedRounds: 0 };
  const step = nextStep(context, probed, { ...progress, readAt: epochMs(0) }, soFar);
  return step.do === 'call' && probed.roundVerdict === 'absent-unseen' ? { do: 'ask-siblings' } : step;
};
