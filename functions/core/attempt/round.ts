import type { Facts } from '../answer.ts';
import type { AttemptRecord, CaseItem } from '../ledger/case-item.ts';
import { keyName } from '../ledger/keys.ts';
import type { Pin, RequestItem } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import { askRound, type Round } from '../probe/ask.ts';
import type { Asking } from '../probe/host-limits.ts';
import { isControlled, isManagerRefused, type RoundVerdict, roundVerdictOf } from '../probe/round-verdict.ts';
import { isRestriction, type Order, type Plan, type Provider } from '../provider.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { killOf } from './call-guards.ts';
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
}

/** The plan for these facts. */
export const planWith = (
  { provider, order }: Pick<AttemptContext, 'provider' | 'order'>,
  facts: Facts,
  called: boolean,
): Plan => provider.plan({ ...order, facts, called });

/** One round of probes, and the state of the key that it shows. */
export interface JudgedRound {
  readonly round: Round;
  readonly plan: Plan;
  readonly roundVerdict: RoundVerdict;
  /** The managing key was accepted, and its list no longer names the target that it had named. */
  readonly controlled: boolean;
}

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
  const known = { ...item.facts[order.signer.keyId], ...progress.facts };
  const asked = await askRound(asking, (facts) => planWith(context, facts, called), known, withSigner);
  const round = await withoutDeadSigner(context, asked, called);
  const plan = planWith(context, round.facts, called);
  const restriction = isRestriction(plan.call) ? plan.call : undefined;
  const sightings = seenWith(item, round, ports.clock.now());
  const roundVerdict = roundVerdictOf(round.asked, {
    sightings,
    signer: round.signer,
    needsAll: plan.needsAll,
    deleted: item.proved !== undefined || (restriction === undefined && progress.acceptedAt !== undefined),
    restriction,
    before: progress.before,
  });
  return { round, plan, roundVerdict, controlled: isControlled(round.asked, sightings) };
};
