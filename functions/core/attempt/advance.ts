import { isPresent } from '../answer.ts';
import { type EpochMs, toIso } from '../epoch.ts';
import type { AttemptRecord, CaseItem } from '../ledger/case-item.ts';
import { attemptName } from '../ledger/keys.ts';
import { updateLeasedCase } from '../ledger/lease.ts';
import type { FinalOutcome } from '../outcome.ts';
import { ask, evidenceOf, hasTime } from '../probe/ask.ts';
import { isRestriction, type Plan } from '../provider.ts';
import type { Evidence } from '../receipt.ts';
import { wasKilledHere } from './call-guards.ts';
import { nextStep, type Step } from './next-step.ts';
import { NEW_ATTEMPT, withMoreEvidence, withRound } from './progress.ts';
import {
  type AttemptContext,
  type AttemptResult,
  attemptEnded,
  attemptWaiting,
  type JudgedRound,
  probeRound,
} from './pursuit.ts';
import { sendCall } from './send-call.ts';

/** What the loop needs beside the pursuit. */
export interface AttemptHooks {
  /** Rejects with a Fault where the order was taken back; asked right before the first call. */
  rereadOrder(): Promise<void>;
  /** Told of a key that lives though its death was proved, before the case is opened again. */
  resurrected(item: CaseItem, provedAt: EpochMs): Promise<void>;
}

/** Asks the sibling environments once: a key that is alive in one of them was looked for in the wrong one. */
const askSiblings = async (
  { asking, ports }: AttemptContext,
  { siblings }: Plan,
): Promise<AttemptResult | { readonly nowhere: readonly Evidence[] }> => {
  const evidence: Evidence[] = [];
  for (const [environment, question] of siblings) {
    const answer = await ask({ ...asking, bypassesBreaker: true }, question);
    // Without time to ask there, nothing is known of it: the next delivery asks.
    if (answer === undefined) return attemptWaiting({ code: 'not-yet-proved' });
    evidence.push(evidenceOf(ports.clock.now(), 'probe', question, answer));
    if (isPresent(answer) || answer.identified)
      return attemptEnded('stuck/wrong-environment', `The key belongs to ${environment}`, evidence);
  }
  return { nowhere: evidence };
};

/** A managing key that is refused because this product killed it is no wrong credential. */
const signerGoneOr = async ({ ports, pin, order }: AttemptContext, outcome: FinalOutcome): Promise<FinalOutcome> =>
  outcome === 'stuck/credential-refused' && !order.target.self && (await wasKilledHere(ports, pin.signerName))
    ? 'stuck/signer-gone'
    : outcome;

/** A key that is gone for an asker who never met it may have been proved dead by another, which is worth a word and no proof. */
const provedBefore = ({ proved }: CaseItem): string =>
  proved ? `Another signer’s questions proved it dead at ${toIso(proved.at)}` : '';

/** What an end owes to this request in particular, from what was learned on the way. */
const whyOf = (
  outcome: FinalOutcome,
  { facts, absentSince }: AttemptRecord,
  item: CaseItem,
  isUpdate: boolean,
): string => {
  const since = absentSince === undefined ? '' : `The provider has not known the key since ${toIso(absentSince)}`;
  if (outcome === 'already-revoked') return since;
  if (outcome === 'stuck/unproven' && isUpdate && since)
    return `${since}. An update cannot tell a dead key from an outage; a delete can`;
  if (facts['searched']) return `Looked through ${facts['searched']}`;
  if (outcome !== 'stuck/not-recognised') return '';
  const names = facts['keysNamed'];
  const listed = `The managing key’s list names ${names === '1' ? '1 key' : `${names} keys`}, and not this one`;
  return [names === undefined ? '' : listed, provedBefore(item)].filter(Boolean).join('. ');
};

/** A case whose proof has turned out to be none any more; the finding was told. */
const reopened = ({ findings = 0 }: CaseItem, leftOpenBy: string) =>
  ({ proved: undefined, leftOpenBy, findings: findings + 1, state: 'open-case' }) as const;

/** Writes one round into the case; a proved key that lives is told of first, and its case is open again. */
const writeRound = async (
  context: AttemptContext,
  hooks: AttemptHooks,
  item: CaseItem,
  { round, roundVerdict }: JudgedRound,
): Promise<CaseItem> => {
  const { ports, pin, holder, order } = context;
  const lives = round.asked.some(({ answer }) => isPresent(answer));
  if (item.proved && lives) await hooks.resurrected(item, item.proved.at);
  const now = ports.clock.now();
  const name = attemptName(context.item);
  return updateLeasedCase(ports, pin.keyName, holder, (held) => {
    const written = withRound(held, {
      name,
      signerId: order.signer.keyId,
      round,
      roundVerdict: round.cutShort ? undefined : roundVerdict,
      now,
    });
    return lives && held.proved ? { ...written, ...reopened(held, held.proved.endedBy), at: now } : written;
  });
};

/**
 * Probes, calls and probes again until the request is over or this delivery has no time left; each step is in the ledger before the
 * next one.
 *
 * @throws LeaseLost where another delivery has taken the case
 * @throws Unavailable where the ledger does not answer
 * @throws Fault where the order turns out to be none
 */
export const advanceAttempt = async (
  context: AttemptContext,
  hooks: AttemptHooks,
  leased: CaseItem,
): Promise<AttemptResult> => {
  const name = attemptName(context.item);
  const { clock } = context.ports;
  let item = leased;
  let withSigner = true;
  let calledNow = false;
  let siblingsAsked = false;
  for (;;) {
    const probed = await probeRound(context, item, item.attempts[name] ?? NEW_ATTEMPT, withSigner);
    withSigner = probed.round.signer?.ends !== undefined;
    item = await writeRound(context, hooks, item, probed);
    const progress = item.attempts[name] ?? NEW_ATTEMPT;
    let step: Step | undefined = nextStep(context, probed, progress, {
      proved: item.proved !== undefined,
      calledNow,
      siblingsAsked,
    });
    if (context.isRecheck && (step.do === 'call' || step.do === 'ask-siblings')) return attemptEnded('planned');
    if (step.do === 'ask-siblings') {
      const found = await askSiblings(context, probed.plan);
      if ('hasEnded' in found) return found;
      siblingsAsked = true;
      const { nowhere } = found;
      item = await updateLeasedCase(context.ports, context.pin.keyName, context.holder, (held) =>
        withMoreEvidence(held, name, nowhere),
      );
      continue;
    }
    if (step.do === 'call') {
      if (progress.calls === 0) await hooks.rereadOrder();
      ({ item, step } = await sendCall(context, item, step.call, probed.plan));
      calledNow = true;
      // The answer to the call decides nothing by itself: the probes do.
      if (step === undefined) continue;
    }
    if (step.do === 'end') {
      const outcome = await signerGoneOr(context, step.outcome);
      return attemptEnded(
        outcome,
        step.why || whyOf(outcome, item.attempts[name] ?? NEW_ATTEMPT, item, isRestriction(probed.plan.call)),
      );
    }
    // The gap between two probes is no word of the provider's: the next delivery backs off.
    // Stryker disable next-line ConditionalExpression,StringLiteral: for a wait without an instant there is no time either
    if (step.do === 'retry' || !hasTime(context.asking, step.at)) return attemptWaiting(step);
    await clock.until(step.at);
  }
};
