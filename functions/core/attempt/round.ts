import type { Facts } from '../answer.ts';
import type { EpochMs } from '../epoch.ts';
import { type AttemptRecord, basisOf, type CaseItem, NEW_ATTEMPT } from '../ledger/case-item.ts';
import { keyName } from '../ledger/keys.ts';
import type { Pin, RequestItem } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import { askRound, type Round, signingTime } from '../probe/ask.ts';
import { type Asking, checkBreaker } from '../probe/host-limits.ts';
import { takeSlotsAhead } from '../probe/rate-slot.ts';
import {
  type AnsweredQuestion,
  isControlled,
  isManagerRefused,
  isWatched,
  type RoundVerdict,
  roundVerdictOf,
} from '../probe/round-verdict.ts';
import { isRestriction, type Order, type Plan, type Provider, type Question } from '../provider.ts';
import type { Control, Evidence } from '../receipt.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { allOver } from '../some-at-once.ts';
import { killOf } from './call-guards.ts';
import { factsFor, planWith } from './plan-with.ts';
import { seenWith } from './progress.ts';

/** One delivery at work on one key. */
export interface AttemptContext {
  readonly ports: Ports;
  readonly provider: Provider;
  readonly item: RequestItem;
  readonly request: RevocationRequest;
  readonly pin: Pin;
  readonly order: Omit<Order, 'facts' | 'called'>;
  readonly asking: Asking;
  /** Names the lease. Empty if there is none (a dry run). */
  readonly holder: string;
  /**
   * Asks a control key of the target's account, if there is one.
   *
   * @param facts what this round's answers told
   * @param since an acceptance that is as young as this, and at most half a minute old, need not be asked for again. Absent: it must be.
   *   `search`: all control keys are asked until one is of the account
   */
  askControl(held: Pick<CaseItem, 'controls'>, facts: Facts, since?: EpochMs | 'search'): Promise<ControlReading>;
}

/** What a control key showed. */
export interface ControlReading {
  /** `refused`: only by a key that was accepted beside the target before, in the last hour. `nothing`: no control key answered. */
  readonly saw: 'accepted' | 'refused' | 'nothing';
  /** Names the control key, of the target's account. */
  readonly keyName?: string | undefined;
  /** The control key's reply names the target. */
  readonly listed?: AnsweredQuestion | undefined;
  readonly evidence: readonly Evidence[];
}

/** One round of probes, and the state of the key that it shows. */
export interface JudgedRound {
  readonly round: Round;
  readonly plan: Plan;
  readonly roundVerdict: RoundVerdict;
  /** Which other key of the account was accepted, and no longer names the target, if it can name it. */
  readonly control: Control | undefined;
  /** What a control key showed, if one was asked. */
  readonly controlReading?: ControlReading;
}

/** What a round shows. @param controlled another key of the account was accepted beside it */
type Judge = (round: Round, controlled: boolean) => RoundVerdict;

/**
 * A managing key that our accepted call has deleted is refused for that reason. It no longer speaks for the target: only the target's own
 * answers are left.
 */
const withoutDeadSigner = async ({ ports, pin }: AttemptContext, round: Round, called: boolean): Promise<Round> => {
  const own = round.asked.filter(({ question }) => question.as === 'self');
  if (!called || own.length === 0 || !isManagerRefused(round.asked, round.signer)) return round;
  const kill = await killOf(ports, pin.signerName);
  return kill === 'proved' || kill === 'accepted' ? { ...round, asked: own, signer: undefined } : round;
};

/**
 * Whether a round may count for a proof. Not so the round before the call of a delete, if the key was not seen gone: it only has to be fast,
 * and a connection that is open already is faster.
 */
const mayProve = (
  { provider, request }: AttemptContext,
  { proved }: CaseItem,
  { calls, agreed, absentAt }: AttemptRecord,
): boolean =>
  calls > 0 ||
  proved !== undefined ||
  agreed !== undefined ||
  absentAt !== undefined ||
  provider.operations[request.operation]?.kind !== 'delete';

/** Whether only another key that is accepted can tell the absence of a round from an outage. Before its first call a delete asks for none. */
const needsControl = (
  { round, plan, roundVerdict }: Omit<JudgedRound, 'control'>,
  { proved }: CaseItem,
  progress: AttemptRecord,
): boolean => {
  if (roundVerdict !== 'absent' || round.cutShort || proved !== undefined) return false;
  const isTold = basisOf(progress) === 'accepted' || progress.revokedByWordSince !== undefined;
  return isRestriction(plan.call) || (progress.calls > 0 && !isTold);
};

/** A round, and what it shows beside a control key of the account. The key is asked only where nothing else can tell. */
const besideControl = async (
  context: AttemptContext,
  judged: Omit<JudgedRound, 'control'>,
  { item, progress, judge }: { readonly item: CaseItem; readonly progress: AttemptRecord; readonly judge: Judge },
): Promise<JudgedRound> => {
  const { round, plan, roundVerdict } = judged;
  // Before its first call a delete asks for none.
  const mayWait = isRestriction(plan.call) || progress.calls > 0 || item.proved !== undefined;
  const isDecisive = mayWait && !round.cutShort && judge(round, true) !== roundVerdict;
  if (!isDecisive && !needsControl(judged, item, progress)) return { ...judged, control: undefined };
  const { controlledBy, agreed } = isWatched(progress, context.ports.clock.now()) ? progress : NEW_ATTEMPT;
  // A refusal that is an absence only beside an accepted key needs that key in its own round.
  if (controlledBy === 'key' && !isDecisive) return { ...judged, control: 'key' };
  const since = agreed?.on === 'absent' ? agreed.at : undefined;
  const controlReading = await context.askControl(item, round.facts, since);
  const { saw, listed, evidence } = controlReading;
  const isAccepted = saw === 'accepted' && listed === undefined;
  // The control key's own list may show the target.
  const asked = listed ? [...round.asked, listed] : round.asked;
  const beside = { ...round, asked, evidence: [...round.evidence, ...evidence] };
  return {
    ...{ ...judged, round: beside, roundVerdict: judge(beside, isAccepted), controlReading },
    control: isAccepted ? 'key' : undefined,
  };
};

/** Reads the circuit breakers of questions that are about to be asked, and books their rate slots. @param times how often each is asked */
export const prepareQuestions = (asking: Asking, questions: readonly Question[], times: number): Promise<unknown> =>
  allOver(
    questions.flatMap((question): readonly Promise<unknown>[] => {
      const next = question.next([], signingTime(asking));
      return [
        checkBreaker(asking, question.host),
        takeSlotsAhead(asking, 'send' in next ? next.send.rate : undefined, times),
      ];
    }),
  );

/** Prepares the first probes, while the delivery still does something else. */
export const prepareRound = async (
  context: AttemptContext,
  item: CaseItem | undefined,
  progress: AttemptRecord,
): Promise<void> => {
  const { order, asking } = context;
  const called = progress.calls > 0;
  asking.bypassesBreaker = order.urgent && !called;
  const { end, signer, probes } = planWith(context, factsFor(context, item, progress), called);
  const first = end ? [] : signer ? [signer] : probes;
  await prepareQuestions(asking, first, 1);
};

/** Asks the probes once, and judges them by the sightings in the ledger. Writes nothing. */
export const probeRound = async (
  context: AttemptContext,
  item: CaseItem,
  progress: AttemptRecord,
  withSigner: boolean,
): Promise<JudgedRound> => {
  const { order, asking, ports, provider, pin } = context;
  const called = progress.calls > 0;
  asking.bypassesBreaker = order.urgent && !called;
  asking.breakerCode = called && progress.answered ? 'not-yet-proved' : undefined;
  asking.ownConnections = mayProve(context, item, progress);
  asking.isLeaving = async (keyId) => (await killOf(ports, keyName(provider.name, pin.realm, keyId))) !== undefined;
  const known = factsFor(context, item, progress);
  const asked = await askRound(asking, (facts) => planWith(context, facts, called), known, withSigner);
  const round = await withoutDeadSigner(context, asked, called);
  const plan = planWith(context, round.facts, called);
  const restriction = isRestriction(plan.call) ? plan.call : undefined;
  const sightingsOf = (answered: Round): CaseItem['sightings'] => seenWith(item, answered, ports.clock.now());
  const judge: Judge = (answered, controlled) =>
    roundVerdictOf(answered.asked, {
      sightings: sightingsOf(answered),
      signer: answered.signer,
      needsAll: plan.needsAll,
      deleted: item.proved !== undefined || (restriction === undefined && progress.acceptedAt !== undefined),
      controlled,
      restriction,
      before: progress.before,
    });
  if (isControlled(round.asked, sightingsOf(round)))
    return { round, plan, roundVerdict: judge(round, true), control: 'signer' };
  return besideControl(context, { round, plan, roundVerdict: judge(round, false) }, { item, progress, judge });
};
