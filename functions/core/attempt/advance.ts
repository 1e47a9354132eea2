import { type Facts, isPresent } from '../answer.ts';
import { type EpochMs, toIso } from '../epoch.ts';
import { type AttemptResult, attemptEnded, attemptWaiting } from '../ledger/attempt-result.ts';
import { type AttemptRecord, type CaseItem, NEW_ATTEMPT, sightedRoundsIn } from '../ledger/case-item.ts';
import { attemptName } from '../ledger/keys.ts';
import { updateLeasedCase } from '../ledger/lease.ts';
import { updateItem, updateLater } from '../ledger/update-item.ts';
import { type FinalOutcome, mayBeOutage } from '../outcome.ts';
import { hasTime, type Round } from '../probe/ask.ts';
import { type Call, hintFor, isRestriction, type Plan } from '../provider.ts';
import type { Evidence } from '../receipt.ts';
import { type Agreement, agreedFor, agreementAfter } from './agreement.ts';
import { wayAroundBan } from './around-ban.ts';
import { killOf } from './call-guards.ts';
import { askElsewhere, askForSigner, askSiblings } from './elsewhere.ts';
import { nextStep, type Step } from './next-step.ts';
import { planWith } from './plan-with.ts';
import { mayBeWrittenLater, withMoreEvidence, withRound } from './progress.ts';
import { type AttemptContext, type JudgedRound, probeRound } from './round.ts';
import { type Guard, readyCall, sendCall } from './send-call.ts';
import { startedAgain } from './settle-window.ts';
import { isToldApart } from './told-apart.ts';

/** What the loop needs besides its context. */
export interface AttemptHooks {
  /** Rejects with a Fault if the order was withdrawn. Called right before the first call. */
  rereadOrder(): Promise<void>;
  /** Reports a key that is alive although its death was proved. Runs before the case is opened again. */
  resurrected(item: CaseItem, provedAt: EpochMs): Promise<void>;
}

/** A managing key that this product killed is not a wrong credential, and its calls, of which none was accepted, are not without effect. */
const signerGoneOr = async (
  { ports, pin, order }: AttemptContext,
  outcome: FinalOutcome,
  { acceptedAt }: AttemptRecord,
): Promise<FinalOutcome> => {
  const mayBeGone =
    outcome === 'stuck/credential-refused' || (outcome === 'stuck/no-effect' && acceptedAt === undefined);
  return mayBeGone && !order.target.self && (await killOf(ports, pin.signerName)) !== undefined
    ? 'stuck/signer-gone'
    : outcome;
};

/**
 * An asker that never saw the key finds it absent. Another asker may have proved its death: the receipt says so, but
 * that is no proof here.
 */
const provedBefore = ({ proved }: CaseItem): string =>
  proved ? `The key was proved gone at ${toIso(proved.at)} with another signing key` : '';

/** The fact that the key was looked for in all other environments, and what that came to. It belongs to one attempt. */
const SOUGHT = 'searchedElsewhere';

/** What the receipt says about this request in particular, from what was learned on the way. */
const whyOf = (
  outcome: FinalOutcome,
  { facts, absentSince, doubt }: AttemptRecord,
  item: CaseItem,
  isUpdate: boolean,
): string => {
  const since = absentSince === undefined ? '' : `The provider has not known the key since ${toIso(absentSince)}`;
  if (outcome === 'already-revoked') return since;
  if (outcome === 'stuck/unproven' && doubt)
    return `Since ${toIso(doubt.since)} the provider has answered the key with ${doubt.code}, which only a known key should get. So the key may be alive`;
  if (outcome === 'stuck/unproven' && isUpdate && since)
    return `${since}. An update cannot tell a dead key from an outage. A delete can: send one`;
  if (facts['searched']) return [`Searched ${facts['searched']}`, facts[SOUGHT] ?? ''].filter(Boolean).join('. ');
  if (outcome !== 'stuck/not-recognised') return '';
  const names = facts['keysNamed'];
  const listed = `The managing key’s list names ${names === '1' ? '1 key' : `${names} keys`}, but not this one`;
  return [names === undefined ? '' : listed, provedBefore(item), facts[SOUGHT] ?? ''].filter(Boolean).join('. ');
};

/** A case whose proof no longer holds. The finding was published. */
const reopened = ({ findings = 0 }: CaseItem, leftOpenBy: string) =>
  ({ proved: undefined, leftOpenBy, findings: findings + 1, state: 'open-case' }) as const;

/**
 * Writes one round into the case, at once or with what follows from it. A key that is alive after its proof is reported first, and its case
 * is opened again.
 */
const writeRound = async (
  context: AttemptContext,
  hooks: AttemptHooks,
  item: CaseItem,
  { round, plan, roundVerdict, control, controlReading }: JudgedRound,
): Promise<CaseItem> => {
  const { ports, pin, holder, order } = context;
  const lives = round.asked.some(({ answer }) => isPresent(answer));
  if (item.proved && lives) await hooks.resurrected(item, item.proved.at);
  const now = ports.clock.now();
  const name = attemptName(context.item);
  const judged = round.cutShort ? undefined : roundVerdict;
  const write = mayBeWrittenLater(item, name, round, judged) ? updateLater : updateItem;
  const noted = (held: CaseItem): Omit<CaseItem, 'rev' | 'nonce'> => {
    const written = withRound(held, {
      name,
      signerId: order.signer.keyId,
      round,
      roundVerdict: judged,
      control,
      controlName: controlReading?.keyName,
      restriction: isRestriction(plan.call) ? plan.call : undefined,
      now,
    });
    if (!lives) return written;
    // From its last sight on a key has to stay gone through a whole window, also if a later request saw it.
    const settling = held.settling?.as === 'gone' ? startedAgain(held.settling, now) : held.settling;
    const seen = { ...written, settling };
    return held.proved ? { ...seen, ...reopened(held, held.proved.endedBy), at: now } : seen;
  };
  return updateLeasedCase(ports, pin.keyName, holder, noted, write);
};

/** What this delivery knows of the case, and what it has done. */
interface Progress {
  readonly item: CaseItem;
  readonly withSigner: boolean;
  readonly calledNow: boolean;
  readonly siblingsAsked: boolean;
  readonly agreement?: Agreement | undefined;
}

type Action = Extract<Step, { readonly do: 'call' | 'ask-siblings' }>;
type Decided = Exclude<Step, Action>;

/** The outcome of an action: a result, or what changes for the next round, with what the call's own answer decides. */
type Acted = AttemptResult | { readonly progress: Partial<Progress>; readonly step?: Decided | undefined };

/** Does what a decision asks for at the provider, besides probes. */
export type Act = (
  context: AttemptContext,
  hooks: AttemptHooks,
  action: Action,
  now: { readonly item: CaseItem; readonly plan: Plan } & Pick<Guard, 'signing'>,
) => Promise<Acted>;

/** Writes down what was asked outside the case's own rounds. */
const noted = (
  { ports, pin, holder, item }: AttemptContext,
  evidence: readonly Evidence[],
  facts?: Facts,
): Promise<CaseItem> =>
  updateLeasedCase(ports, pin.keyName, holder, (held) => withMoreEvidence(held, attemptName(item), evidence, facts));

const noteSiblings = async (context: AttemptContext, { plan }: { readonly plan: Plan }): Promise<Acted> => {
  const found = await askSiblings(context, plan);
  if ('hasEnded' in found) return found;
  return { progress: { item: await noted(context, found.nowhere), siblingsAsked: true } };
};

/** Which ends may come from a wrong environment in a secret, whose key to look for then, and the fact that it was looked for. */
const SEARCHES: Readonly<Partial<Record<FinalOutcome, readonly [fact: string, seek: typeof askForSigner]>>> = {
  'stuck/not-recognised': [SOUGHT, askElsewhere],
  'stuck/credential-refused': ['searchedSignerElsewhere', askForSigner],
};

/** Looks for a refused or unknown key in all other environments, once for each attempt. @returns the result if that decides */
const soughtElsewhere = async (
  context: AttemptContext,
  outcome: FinalOutcome,
  { item, plan }: { readonly item: CaseItem; readonly plan: Plan },
): Promise<AttemptResult | { readonly item: CaseItem }> => {
  const { facts } = item.attempts[attemptName(context.item)] ?? NEW_ATTEMPT;
  const [fact, seek] = SEARCHES[outcome] ?? [];
  if (fact === undefined || seek === undefined || facts[fact] !== undefined) return { item };
  const found = await seek(context, plan);
  if (found === undefined) return { item };
  return 'hasEnded' in found ? found : { item: await noted(context, found.nowhere, { [fact]: found.says }) };
};

/** Whether a call follows if the next round shows the key. Of a key that was not found, that is not likely. */
const isLikelyToCall = ({ item, siblingsAsked }: Progress, { calls, absentAt }: AttemptRecord): boolean =>
  calls === 0 && absentAt === undefined && item.proved === undefined && !siblingsAsked;

/** Sends the call, the first one only if the order still stands. */
const callOnce = (
  context: AttemptContext,
  hooks: AttemptHooks,
  call: Call,
  { item, plan, signing }: { readonly item: CaseItem; readonly plan: Plan } & Pick<Guard, 'signing'>,
): ReturnType<typeof sendCall> => {
  const isFirst = (item.attempts[attemptName(context.item)] ?? NEW_ATTEMPT).calls === 0;
  return sendCall(context, item, call, plan, { signing, order: isFirst ? hooks.rereadOrder : undefined });
};

/** For a revocation: asks the siblings, or sends the call. */
const askOrCall: Act = async (context, hooks, action, now) => {
  if (action.do === 'ask-siblings') return noteSiblings(context, now);
  const { item, step } = await callOnce(context, hooks, action.call, now);
  return { progress: { item, calledNow: true }, step };
};

/** Whether another key that was accepted tells a refusal from an outage: the managing key, the target, or a control key of the account. */
const isTold = async (
  { askControl, order }: AttemptContext,
  outcome: FinalOutcome,
  round: Round,
  item: CaseItem,
): Promise<boolean> =>
  isToldApart(outcome, round, order.target.self) ||
  (mayBeOutage(outcome) && (await askControl(item, round.facts)).saw === 'accepted');

/**
 * The result of a decision that needs no action; `undefined` if the probes must be asked again at once.
 *
 * @param now `round`: the round that was decided on; `undefined` if the answer to a call has decided
 */
const resultOfStep = async (
  context: AttemptContext,
  step: Decided,
  { item, plan, round }: { readonly item: CaseItem; readonly plan: Plan; readonly round: Round | undefined },
): Promise<AttemptResult | undefined> => {
  const { asking, ports } = context;
  if (step.do === 'end') {
    const outcome = await signerGoneOr(context, step.outcome, item.attempts[attemptName(context.item)] ?? NEW_ATTEMPT);
    const sought = await soughtElsewhere(context, outcome, { item, plan });
    if ('hasEnded' in sought) return sought;
    const record = sought.item.attempts[attemptName(context.item)] ?? NEW_ATTEMPT;
    const why = step.why || hintFor(context.provider, context.pin.environment, outcome);
    const ended = attemptEnded(outcome, why || whyOf(outcome, record, sought.item, isRestriction(plan.call)));
    return round && (await isTold(context, outcome, round, item)) ? { ...ended, isToldApart: true } : ended;
  }
  // The provider did not state the gap between two probes: the next delivery backs off.
  if (step.do === 'retry' || !hasTime(asking, step.at)) return attemptWaiting(step);
  await ports.clock.until(step.at);
  return undefined;
};

/**
 * Probes, acts and probes again until the request is over or this delivery has no time left. Each step is in the ledger before the
 * next step.
 *
 * @throws LeaseLost if another delivery has taken the case
 * @throws Unavailable if the ledger does not answer
 * @throws Fault if the order cannot be carried out
 */
export const advanceAttempt = async (
  context: AttemptContext,
  hooks: AttemptHooks,
  leased: CaseItem,
  act: Act = askOrCall,
): Promise<AttemptResult> => {
  const name = attemptName(context.item);
  let progress: Progress = { item: leased, withSigner: true, calledNow: false, siblingsAsked: false };
  for (;;) {
    const before = progress.item.attempts[name] ?? NEW_ATTEMPT;
    const probing = probeRound(context, progress.item, before, progress.withSigner);
    const signing =
      act === askOrCall && isLikelyToCall(progress, before) ? readyCall(context, progress.item, before) : undefined;
    await Promise.allSettled([probing, signing]);
    const probed = await probing;
    const { round, plan } = probed;
    if (round.heldUp && round.isEmpty) return attemptWaiting(round.heldUp);
    const item = await writeRound(context, hooks, progress.item, probed);
    const record = item.attempts[name] ?? NEW_ATTEMPT;
    const { clock } = context.ports;
    const agreement = agreementAfter(clock, progress.agreement, before.agreed, record.agreed);
    progress = { ...progress, item, withSigner: round.signer?.means !== undefined, agreement };
    let step: Step | undefined = nextStep(context, probed, record, {
      ...progress,
      proved: item.proved !== undefined,
      agreedMs: agreedFor(clock, agreement),
      sightedRounds: sightedRoundsIn(item),
    });
    let decidedOn: Round | undefined = round;
    if (step.do === 'call' || step.do === 'ask-siblings') {
      const acted = await act(context, hooks, step, { item, plan, signing });
      if ('hasEnded' in acted) return acted;
      progress = { ...progress, ...acted.progress };
      step = acted.step;
      decidedOn = undefined;
    }
    // The answer to a call decides nothing by itself. The probes decide.
    const result = step && (await resultOfStep(context, step, { item: progress.item, plan, round: decidedOn }));
    if (result) return result;
  }
};

/**
 * What becomes of a result, if it is an urgent request's wait for a provider's limit. If the host has banned the address of another process,
 * the delete leaves from this process, without a probe. If only other processes may still send it, the message comes back soon: perhaps one
 * of them takes it. Any other result stays as it is.
 *
 * @throws as `advanceAttempt`
 */
export const goAroundBan = async (
  context: AttemptContext,
  hooks: AttemptHooks,
  result: AttemptResult,
): Promise<AttemptResult> => {
  if (result.hasEnded || result.code !== 'rate-limited' || !context.order.urgent) return result;
  const way = await wayAroundBan(context, (facts, called) => planWith(context, facts, called));
  if (way === 'none') return result;
  if (way === 'elsewhere') return attemptWaiting({ code: 'rate-limited' });
  const { call, plan } = way;
  const { item, step } = await callOnce(context, hooks, call, way);
  const decided = step && (await resultOfStep(context, step, { item, plan, round: undefined }));
  // Only the end of the ban lets a probe show what the call did.
  return decided ? goAroundBan(context, hooks, decided) : result;
};
