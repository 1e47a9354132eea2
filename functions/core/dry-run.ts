import { amend } from './amend.ts';
import { type Decision, decide } from './decide.ts';
import { emptyCase, type KeyOf } from './lease.ts';
import { type CaseItem, caseKey, type Work } from './ledger-items.ts';
import type { Terminal } from './outcome.ts';
import { isRestriction } from './provider.ts';
import { refusalOf } from './pursue.ts';
import { look, over, type Pursued, type Pursuit } from './pursuit.ts';
import { recordIn } from './standing.ts';
import { NO_WORK, seenWith, withRound } from './work.ts';

const STEPS = { call: 'would send', end: 'would end as', retry: 'would wait', ask: 'would probe again' } as const;

/**
 * Probes once and says what a real request would do. Takes no lease and writes nothing but who has seen the key.
 *
 * @returns `planned`, with the work that its receipt shows
 */
export const dryRun = async (
  pursuit: Pursuit,
  key: KeyOf,
): Promise<{ readonly pursued: Pursued; readonly work: Work }> => {
  const { ports, pin, order, request } = pursuit;
  const now = ports.clock.now();
  const item = (await ports.ledger.read<CaseItem>(caseKey(pin.keyName))) ?? {
    ...emptyCase(key, now),
    rev: 0,
    nonce: '',
  };
  const looked = await look(pursuit, item, NO_WORK, true);
  const { round, plan, standing } = looked;
  await amend<CaseItem>(ports, caseKey(pin.keyName), (current) =>
    round.asked.some(({ answer }) => answer.seen)
      ? { ...(current ?? emptyCase(key, now)), seen: seenWith(current ?? item, round, ports.clock.now()) }
      : undefined,
  );
  const signerId = order.signer.keyId;
  const work = withRound(item, { name: 'plan', signerId, round, standing, now }).works['plan'] ?? NO_WORK;
  const decision: Decision = plan.ends
    ? { do: 'end', outcome: plan.ends as Terminal }
    : decide({
        kind: isRestriction(plan.call) ? 'update' : 'delete',
        self: order.aim.self,
        urgent: order.urgent,
        now,
        round: round.asked,
        signer: round.signer,
        standing,
        work,
        proofGapMs: plan.proofGapMs,
        landsWithinMs: plan.landsWithinMs,
        provable: plan.provable,
      });
  const refusal = refusalOf(looked, work, decision);
  const step = refusal?.over
    ? `${STEPS.end} ${refusal.outcome}. ${refusal.why}`
    : decision.do === 'end'
      ? `${STEPS.end} ${decision.outcome}`
      : decision.do === 'call'
        ? `${STEPS.call} ${request.operation}, signed by ${order.aim.self ? 'the key itself' : 'the managing key'}`
        : decision.do === 'ask-siblings'
          ? `${STEPS.end} stuck/not-recognised`
          : `${STEPS[decision.do]} (${decision.code})`;
  const forecast = plan.forecast(round.facts, recordIn(round.asked));
  return { pursued: over('planned', [`A real request ${step}`, ...forecast].join('. ')), work };
};
