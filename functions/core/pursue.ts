import { isPresent } from './answer.ts';
import { ask, evidenceOf, hasTime } from './ask.ts';
import { type Decision, decide } from './decide.ts';
import { isProvedDead } from './gates.ts';
import { amendHeld } from './lease.ts';
import { type CaseItem, type Work, workName } from './ledger-items.ts';
import type { Terminal } from './outcome.ts';
import { type Call, isRestriction, type Plan } from './provider.ts';
import { type Look, look, notOver, over, type Pursued, type Pursuit } from './pursuit.ts';
import type { Evidence } from './receipt.ts';
import { isUrgent } from './request.ts';
import { sendCall } from './send-call.ts';
import { recordIn } from './standing.ts';
import { NO_WORK, withRound } from './work.ts';

/** What the loop needs beside the pursuit. */
export interface Hooks {
  /** Rejects with a Fault where the order was taken back; asked right before the first call. */
  recheck(): Promise<void>;
  /** Told of a key that lives though its death was proved, before the case is opened again. */
  resurrected(item: CaseItem): Promise<void>;
}

/** Asks the sibling environments once: a key that is alive in one of them was looked for in the wrong one. */
const elsewhere = async ({ asking, ports }: Pursuit, { siblings }: Plan): Promise<Pursued> => {
  const evidence: Evidence[] = [];
  for (const [environment, question] of siblings) {
    const answer = await ask(asking, question);
    if (answer) evidence.push(evidenceOf(ports.clock.now(), 'probe', question, answer));
    if (answer && (isPresent(answer) || answer.seen))
      return over('stuck/wrong-environment', `The key is at home in ${environment}`, evidence);
  }
  return over('stuck/not-recognised', '', evidence);
};

/** A managing key that is refused because this product killed it is no wrong credential. */
const refined = async ({ ports, pin, order }: Pursuit, outcome: Terminal): Promise<Terminal> =>
  outcome === 'stuck/credential-refused' && !order.aim.self && (await isProvedDead(ports, pin.signerName))
    ? 'stuck/signer-gone'
    : outcome;

/** What an end owes to this request in particular, from what was learned on the way. */
const whyOf = (outcome: Terminal, { facts }: Work): string => {
  if (facts['searched']) return `Looked through ${facts['searched']}`;
  const names = outcome === 'stuck/not-recognised' ? facts['keysNamed'] : undefined;
  return names === undefined ? '' : `The managing key’s list names ${names} keys, and not this one`;
};

/** Writes one round into the case; a proved key that lives is told of first, and its case is open again. */
const record = async (pursuit: Pursuit, hooks: Hooks, item: CaseItem, { round, standing }: Look): Promise<CaseItem> => {
  const { ports, pin, holder, order } = pursuit;
  const lives = round.asked.some(({ answer }) => isPresent(answer));
  if (item.proved && lives) await hooks.resurrected(item);
  const now = ports.clock.now();
  const name = workName(pursuit.item);
  return amendHeld(ports, pin.keyName, holder, (held) => {
    const written = withRound(held, {
      name,
      signerId: order.signer.keyId,
      round,
      standing: round.cutShort ? undefined : standing,
      now,
    });
    return lives && held.proved ? { ...written, proved: undefined, state: 'open-case' } : written;
  });
};

const callOf = ({ plan, round }: Look, { before }: Work): Call | Pursued => {
  if (!isRestriction(plan.call)) return plan.call;
  const now = recordIn(round.asked);
  if (now === undefined) return notOver({ code: 'unrecognised' });
  const call = plan.call.call(now, before ?? now);
  return 'ends' in call ? over(call.ends as Terminal, call.why) : call;
};

/**
 * An update that asks for more than the key has is refused also where nothing is left to take away: "restricted" would say that the
 * key is as asked.
 */
const widening = (looked: Look, work: Work): Pursued | undefined => {
  if (work.calls > 0 || looked.standing !== 'met') return undefined;
  const call = callOf(looked, work);
  return 'over' in call && call.over && call.outcome === 'refused/would-widen' ? call : undefined;
};

/** The end that an update comes to by its own rules, before any call of it. */
export const refusalOf = (looked: Look, work: Work, { do: step }: Decision): Pursued | undefined => {
  const call = step === 'call' ? callOf(looked, work) : undefined;
  return call !== undefined && 'over' in call ? call : widening(looked, work);
};

const decisionOn = (pursuit: Pursuit, { round, plan, standing }: Look, work: Work): Decision => {
  if (plan.ends) return { do: 'end', outcome: plan.ends as Terminal };
  if (round.cutShort) return { do: 'retry', code: work.answered ? 'not-yet-proved' : 'no-reply' };
  return decide({
    kind: isRestriction(plan.call) ? 'update' : 'delete',
    self: pursuit.order.aim.self,
    urgent: isUrgent(pursuit.request.reason),
    now: pursuit.ports.clock.now(),
    round: round.asked,
    signer: round.signer,
    standing,
    work,
    proofGapMs: plan.proofGapMs,
    landsWithinMs: plan.landsWithinMs,
    provable: plan.provable,
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
export const pursue = async (pursuit: Pursuit, hooks: Hooks, leased: CaseItem): Promise<Pursued> => {
  const name = workName(pursuit.item);
  const { clock } = pursuit.ports;
  let item = leased;
  let withSigner = true;
  for (;;) {
    const looked = await look(pursuit, item, item.works[name] ?? NO_WORK, withSigner);
    withSigner = looked.round.signer?.ends !== undefined;
    item = await record(pursuit, hooks, item, looked);
    const work = item.works[name] ?? NO_WORK;
    let decision: Decision | undefined = decisionOn(pursuit, looked, work);
    const widens = widening(looked, work);
    if (widens) return widens;
    if (decision.do === 'call') {
      if (work.calls === 0) await hooks.recheck();
      const call = callOf(looked, work);
      if ('over' in call) return call;
      ({ item, decision } = await sendCall(pursuit, item, call));
    }
    if (decision === undefined) continue;
    if (decision.do === 'ask-siblings') return elsewhere(pursuit, looked.plan);
    if (decision.do === 'end') {
      const outcome = await refined(pursuit, decision.outcome);
      return over(outcome, whyOf(outcome, item.works[name] ?? NO_WORK));
    }
    if (decision.do === 'retry') return notOver(decision);
    if (decision.do !== 'ask') continue;
    // The gap between two probes is no word of the provider's: the next delivery backs off.
    if (!hasTime(pursuit.asking, decision.at)) return notOver(decision);
    await clock.until(decision.at);
  }
};
