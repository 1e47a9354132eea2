import type { Answer, Facts } from '../answer.ts';
import type { Retry } from '../backoff.ts';
import { after, type EpochMs, earlier, epochMs, toIso } from '../epoch.ts';
import { NotYet } from '../fault.ts';
import type { RetryCode } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import type { HttpCall, MaybeReply, Plan, Question } from '../provider.ts';
import type { Evidence } from '../receipt.ts';
import { allOver } from '../some-at-once.ts';
import { TIMING } from '../timing.ts';
import { checkBreaker, recordAnswer } from './host-watch.ts';
import type { AnsweredQuestion } from './round-verdict.ts';
import { takeRateSlot } from './turn.ts';

/** A question of several exchanges may send these at once, and from then on five a second. */
const BURST = 4;
const PACE_MS = 200;
/** What was signed longer ago is signed anew: some providers take a request for five seconds. */
const FRESH_MS = 1_000;

/** Two calls of one delivery share a clock: what a provider's own time showed of ours holds for the rest of it. */
export interface Asking {
  readonly ports: Pick<Ports, 'clock' | 'ledger' | 'newId' | 'send'>;
  readonly deadline: EpochMs;
  /** The provider's clock less ours, in milliseconds; set once. */
  skewMs?: number;
  /** An urgent call is still to leave, for which a host that answers nobody is asked all the same. */
  bypassesBreaker?: boolean;
  /** Which retry it is to be held back from such a host. */
  breakerCode?: RetryCode | undefined;
  /** How often each host that was asked had been silent before. */
  silences?: Map<string, Promise<number>>;
}

/** Whether an exchange begun at that instant is over by the deadline. */
export const hasTime = ({ deadline }: Pick<Asking, 'deadline'>, at: EpochMs): boolean =>
  after(at, TIMING.exchangeMs) <= deadline;

/** The instant to sign with: the provider's, as far as it is known. */
export const signingTime = ({ ports, skewMs = 0 }: Asking): EpochMs => epochMs(ports.clock.now() + skewMs);

/** Sends one exchange inside the deadline. */
export const exchange = ({ ports, deadline }: Asking, call: HttpCall): Promise<MaybeReply> =>
  ports.send(call, earlier(deadline, after(ports.clock.now(), TIMING.exchangeMs)));

/** Takes over the provider's clock from an answer that shows ours to be off. True the first time. */
export const correctsClock = (asking: Asking, { ends, serverTime }: Answer): boolean => {
  if (ends !== 'retry/clock-skew' || serverTime === undefined || asking.skewMs !== undefined) return false;
  asking.skewMs = serverTime - asking.ports.clock.now();
  return true;
};

/** Asks one question to its end; `undefined` where the deadline came first. @throws NotYet where no turn at the provider's rate is left */
const askOnce = async (asking: Asking, question: Question): Promise<Answer | undefined> => {
  const replies: MaybeReply[] = [];
  const { clock } = asking.ports;
  for (;;) {
    const signedAt = clock.now();
    const next = question.next(replies, signingTime(asking));
    if ('answer' in next) return next.answer;
    if (replies.length >= BURST) await clock.until(after(clock.now(), PACE_MS));
    if (!(await takeRateSlot(asking, next.send.rate))) throw new NotYet({ code: 'rate-limited' });
    if (!hasTime(asking, clock.now())) return undefined;
    const isFresh = clock.now() <= after(signedAt, FRESH_MS);
    const again = isFresh ? next : question.next(replies, signingTime(asking));
    replies.push(await exchange(asking, 'send' in again ? again.send : next.send));
  }
};

const askByTheClock = async (asking: Asking, question: Question): Promise<Answer | undefined> => {
  const { skewMs } = asking;
  const answer = await askOnce(asking, question);
  if (answer?.ends !== 'retry/clock-skew') return answer;
  // Of questions that are asked at once the first answer corrects the clock for all.
  return correctsClock(asking, answer) || asking.skewMs !== skewMs ? askOnce(asking, question) : answer;
};

/**
 * Asks one question; where the provider shows that our clock is off, once more by the provider's.
 *
 * @returns undefined where the deadline came first
 * @throws NotYet where the host is known to answer nobody, or no turn at the provider's rate is left
 */
export const ask = async (asking: Asking, question: Question): Promise<Answer | undefined> => {
  await checkBreaker(asking, question.host);
  const answer = await askByTheClock(asking, question);
  if (answer !== undefined) await recordAnswer(asking, question.host, answer);
  return answer;
};

const idOf = ({ asked, as, host, questionId }: Question): string => JSON.stringify([asked, as, host, questionId]);

export interface Round {
  readonly asked: readonly AnsweredQuestion[];
  /** Of the managing key, where it was asked about itself. */
  readonly signer: Answer | undefined;
  readonly facts: Facts;
  readonly evidence: readonly Evidence[];
  /** A question was not answered: the deadline came first, or it had to wait. */
  readonly cutShort: boolean;
  /** What it has to wait for. */
  readonly heldUp?: Retry | undefined;
}

/** One line of evidence. */
export const evidenceOf = (
  at: EpochMs,
  step: Evidence['step'],
  { asked, as, host }: Pick<Question, 'asked' | 'as' | 'host'>,
  { saw, code }: Answer,
): Evidence => ({ at: toIso(at), step, asked, as, host, saw, code });

/** What kept a question from being asked, in place of its answer: what the others say of the key must not be lost by it. */
const askOrWait = (asking: Asking, question: Question): Promise<Answer | NotYet | undefined> =>
  ask(asking, question).catch((error: unknown) => {
    if (error instanceof NotYet) return error;
    throw error;
  });

/**
 * Asks every probe of the plan once: the managing key first where wanted, then all probes at the same time. The plan is made anew
 * from the answers, since one may tell what the next question needs.
 *
 * @throws NotYet where a question has to wait and nothing was learned before
 */
export const askRound = async (
  asking: Asking,
  planOf: (facts: Facts) => Plan,
  known: Facts,
  withSigner: boolean,
): Promise<Round> => {
  const { clock } = asking.ports;
  const asked: AnsweredQuestion[] = [];
  const evidence: Evidence[] = [];
  const done = new Set<string>();
  let facts = known;
  let signer: Answer | undefined;
  const result = (cutShort: boolean, heldUp?: Retry): Round => ({ asked, signer, facts, evidence, cutShort, heldUp });

  const first = withSigner ? planOf(facts).signer : undefined;
  if (first) {
    signer = await ask(asking, first);
    if (signer === undefined) return result(true);
    facts = { ...facts, ...signer.facts };
    // A managing key that is well says nothing of the target, so it is no evidence.
    if (signer.ends) evidence.push(evidenceOf(clock.now(), 'probe', first, { ...signer, saw: 'silent' }));
  }
  for (;;) {
    const plan = planOf(facts);
    const questions = plan.ends ? [] : plan.probes.filter((probe) => !done.has(idOf(probe)));
    if (questions.length === 0) return result(false);
    // Of one that fails nothing is told before the others are over: then nothing of ours is on its way.
    const answers = await allOver(questions.map((question) => askOrWait(asking, question)));
    for (const [index, question] of questions.entries()) {
      const answer = answers[index];
      if (answer === undefined || answer instanceof NotYet) continue;
      facts = { ...facts, ...answer.facts };
      if (answer.more) continue;
      done.add(idOf(question));
      asked.push({ question: { ...question, questionId: answer.questionId ?? question.questionId }, answer });
      evidence.push(evidenceOf(clock.now(), 'probe', question, answer));
    }
    const held = answers.find((answer) => answer instanceof NotYet);
    // Whatever was answered has made the facts anew.
    if (held !== undefined && facts === known) throw held;
    if (held !== undefined || answers.includes(undefined)) return result(true, held?.retry);
  }
};
