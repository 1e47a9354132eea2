import { plannedStep, type Step } from '../attempt/next-step.ts';
import { factsFor, planWith } from '../attempt/plan-with.ts';
import { seenWith, withRound } from '../attempt/progress.ts';
import { type AttemptContext, type JudgedRound, probeRound } from '../attempt/round.ts';
import { isToldApart } from '../attempt/told-apart.ts';
import { type AttemptResult, attemptEnded, attemptWaiting } from '../ledger/attempt-result.ts';
import { type CaseItem, NEW_ATTEMPT } from '../ledger/case-item.ts';
import { withControl } from '../ledger/control-items.ts';
import { caseKey } from '../ledger/keys.ts';
import { emptyCase, type KeyOf } from '../ledger/lease.ts';
import type { Planned } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { type FinalOutcome, mayBeOutage } from '../outcome.ts';
import { recordIn } from '../probe/round-verdict.ts';
import { hintFor, isRestriction } from '../provider.ts';
import { adviceFor, MAY_PASS } from '../receipts/sentences.ts';
import { controlLoss } from './control-loss.ts';

/** A request that may have met an outage does not end at once. */
const outageIn = (
  { target }: AttemptContext['order'],
  { round }: Pick<JudgedRound, 'round'>,
  outcome: FinalOutcome,
): string => (mayBeOutage(outcome) && !isToldApart(outcome, round, target.self) ? MAY_PASS.outage.plan : '');

/** What a real request would do next, in words. */
const inWords = ({ request, order, provider, pin }: AttemptContext, probed: JudgedRound, step: Step): string => {
  const { plan } = probed;
  switch (step.do) {
    case 'call':
      return `would send ${request.operation}, signed by ${order.target.self ? 'the key itself' : 'the managing key'}`;
    case 'end':
      return [
        `would end as ${step.outcome}`,
        step.why ?? hintFor(provider, pin.environment, step.outcome),
        adviceFor(step.outcome),
        outageIn(order, probed, step.outcome),
      ]
        .filter(Boolean)
        .join('. ');
    case 'ask-siblings': {
      const elsewhere =
        'would look for the key in the provider’s other environments. If none knows the key, the request ';
      const looks = plan.siblings.length > 0 ? elsewhere : '';
      const sends = isRestriction(plan.call) ? '' : 'send the delete once and ';
      return `${looks}would ${sends}end as stuck/not-recognised. ${adviceFor('stuck/not-recognised')}. ${MAY_PASS.outage.plan}`;
    }
    case 'ask':
      return `would probe again (${step.code})`;
    case 'retry':
      return `would wait (${step.code})`;
  }
};

/** What follows after the call, and what cannot be undone. */
const FOLLOW_UPS = {
  delete: [
    'Then the request probes until two probes, some seconds apart, find the key gone',
    'A delete is final: the key cannot be brought back',
  ],
  update: [
    'Then the request reads the key until two reads, some seconds apart, show what was asked for',
    'An update only removes permissions. To restore them, use the provider’s web console',
  ],
} as const;

const DOES: Readonly<Record<Step['do'], Planned['does']>> = {
  call: 'call',
  end: 'end',
  'ask-siblings': 'end',
  ask: 'wait',
  retry: 'wait',
};

const plannedOutcome = (step: Step): Planned['outcome'] =>
  step.do === 'ask-siblings' ? 'stuck/not-recognised' : step.do === 'end' ? step.outcome : undefined;

/**
 * Probes once, and says what a real request would do. Takes no lease, and writes only who has seen the key.
 *
 * @returns `planned`, with the plan and the record for its receipt; or the wait, if a question must wait
 */
export const dryRun = async (asked: AttemptContext, key: KeyOf): Promise<AttemptResult> => {
  // A plan is never in a hurry: it asks all that there is to ask before it says what a request would do.
  const context = { ...asked, order: { ...asked.order, urgent: false } };
  const { ports, pin, order, request } = context;
  const now = ports.clock.now();
  const ledgerKey = caseKey(pin.keyName);
  const item = (await ports.ledger.read<CaseItem>(ledgerKey)) ?? { ...emptyCase(key, now), rev: 0, nonce: '' };
  const probed = await probeRound(context, item, NEW_ATTEMPT, true);
  const { round, plan, roundVerdict } = probed;
  if (round.heldUp) return attemptWaiting(round.heldUp);
  const isSeen = round.asked.some(({ answer }) => answer.identified);
  // Some providers show which keys belong together only while all of them are alive.
  const control = isSeen ? await context.askControl(item, round.facts, 'search') : undefined;
  await updateItem<CaseItem>(ports, ledgerKey, (current) =>
    isSeen
      ? {
          ...(current ?? emptyCase(key, now)),
          sightings: seenWith(current ?? item, round, ports.clock.now()),
          ...(control?.keyName !== undefined && {
            controls: withControl((current ?? item).controls, control.keyName),
          }),
        }
      : undefined,
  );
  const signerId = order.signer.keyId;
  const progress =
    withRound(item, { name: 'plan', signerId, round, roundVerdict, control: probed.control, now }).attempts['plan'] ??
    NEW_ATTEMPT;
  const next = plannedStep(context, probed, progress, item.proved !== undefined);
  const known = [round.facts, recordIn(round.asked)] as const;
  // What only a request in a hurry will miss is told too.
  const forecast = planWith(asked, factsFor(asked, item, NEW_ATTEMPT), false).forecast(...known);
  const kind = isRestriction(plan.call) ? 'update' : 'delete';
  const isDelete = kind === 'delete' && next.do === 'call';
  const lost = isDelete ? await controlLoss(ports, request.provider, pin, 'plan') : [];
  const instead = request.dryRun ? [] : ['The mode is observe, so no key is touched'];
  const afterwards = next.do === 'call' ? [...FOLLOW_UPS[kind], ...plan.afterwards(...known), ...lost] : [];
  const why = [...instead, `A real request ${inWords(context, probed, next)}`, ...forecast, ...afterwards].join('. ');
  const outcome = plannedOutcome(next);
  return { ...attemptEnded('planned', why), plan: { does: DOES[next.do], outcome, forecast }, record: progress };
};
