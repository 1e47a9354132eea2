import { type Answer, type Facts, waitIn } from '../answer.ts';
import type { Retry } from '../backoff.ts';
import { after, type EpochMs, earlier, epochMs } from '../epoch.ts';
import type { HttpCall, MaybeReply, Plan, Question } from '../provider.ts';
import { type Evidence, evidenceOf } from '../receipt.ts';
import { allOver } from '../some-at-once.ts';
import { TIMING } from '../timing.ts';
import { cacheHeaderIn, codeOfCache } from './from-cache.ts';
import { type Asking, checkBreaker, recordAnswer } from './host-limits.ts';
import { takeRateSlot } from './rate-slot.ts';
import type { AnsweredQuestion } from './round-verdict.ts';
import { walkAgain } from './walk-again.ts';

/** The exchanges that one question may send at once. After these, five a second. */
const BURST = 4;
const PACE_MS = 200;
/** A request that was signed longer ago is signed again: some providers accept a request only for five seconds. */
const FRESH_MS = 1_000;
/** After this many replies from a cache in a row, the question has no verdict. */
const MOST_FROM_CACHE = 3;

/** A question that was not answered: it must wait for something, or the deadline came first. */
export interface Unasked {
  readonly heldUp: Retry | undefined;
}

/** An answer, with the remote address of each connection that was opened for it. */
type Asked = Pick<AnsweredQuestion, 'answer' | 'connections'>;

export const isUnasked = (answer: Answer | Asked | Unasked): answer is Unasked => 'heldUp' in answer;

const NO_TIME: Unasked = { heldUp: undefined };

/** Whether an exchange that starts at that instant is over by the deadline. */
export const hasTime = ({ deadline }: Pick<Asking, 'deadline'>, at: EpochMs): boolean =>
  after(at, TIMING.exchangeMs) <= deadline;

/** The instant to sign with: the provider's, if known. */
export const signingTime = ({ ports, skewMs = 0 }: Asking): EpochMs => epochMs(ports.clock.now() + skewMs);

/** Sends one exchange inside the deadline. */
export const exchange = ({ ports, deadline, ownConnections }: Asking, call: HttpCall): Promise<MaybeReply> =>
  ports.send(
    ownConnections ? { ...call, ownConnection: true } : call,
    earlier(deadline, after(ports.clock.now(), TIMING.exchangeMs)),
  );

/** Adopts the provider's clock from an answer that shows that ours is wrong. True the first time. */
export const correctsClock = (asking: Asking, answer: Answer): boolean => {
  const { serverTime } = answer;
  if (waitIn(answer)?.code !== 'clock-skew' || serverTime === undefined || asking.skewMs !== undefined) return false;
  asking.skewMs = serverTime - asking.ports.clock.now();
  return true;
};

/** Caches answered in place of the provider. */
const fromCache = (header: string): Answer => ({
  saw: 'silent',
  code: codeOfCache(header),
  means: { wait: 'unrecognised' },
});

/** Asks one question until it is answered. A reply from a cache is no reply: the same exchange is sent again. */
const askOnce = async (asking: Asking, question: Question): Promise<Asked | Unasked> => {
  const replies: MaybeReply[] = [];
  const connections: string[] = [];
  let cached = 0;
  const { clock } = asking.ports;
  for (;;) {
    const signedAt = clock.now();
    const next = question.next(replies, signingTime(asking));
    if ('answer' in next) return { answer: next.answer, connections };
    if (replies.length >= BURST) await clock.until(after(clock.now(), PACE_MS));
    if (!(await takeRateSlot(asking, next.send.rate))) return { heldUp: { code: 'rate-limited' } };
    if (!hasTime(asking, clock.now())) return NO_TIME;
    const isFresh = clock.now() <= after(signedAt, FRESH_MS);
    const again = isFresh ? next : question.next(replies, signingTime(asking));
    const reply = await exchange(asking, 'send' in again ? again.send : next.send);
    const header = reply && cacheHeaderIn(reply);
    if (header !== undefined) {
      cached += 1;
      if (cached === MOST_FROM_CACHE) return { answer: fromCache(header), connections };
      continue;
    }
    cached = 0;
    replies.push(reply);
    if (reply && asking.ownConnections) connections.push(reply.address ?? 'unknown');
  }
};

const askByTheClock = async (asking: Asking, question: Question): Promise<Asked | Unasked> => {
  const { skewMs } = asking;
  const said = await askOnce(asking, question);
  if (isUnasked(said) || waitIn(said.answer)?.code !== 'clock-skew') return said;
  // If several questions are asked at once, the first answer corrects the clock for all.
  return correctsClock(asking, said.answer) || asking.skewMs !== skewMs ? askOnce(asking, question) : said;
};

/** Asks one question, as `ask` does. The answer comes with the connections that were opened for it. */
export const askOver = async (asking: Asking, question: Question): Promise<Asked | Unasked> => {
  const heldUp = await checkBreaker(asking, question.host);
  if (heldUp) return { heldUp };
  const said = await walkAgain(() => askByTheClock(asking, question), asking.isLeaving);
  if (!isUnasked(said)) await recordAnswer(asking, question.host, said.answer);
  return said;
};

/** Asks one question. If the reply shows that our clock is wrong, asks once more with the provider's clock. */
export const ask = async (asking: Asking, question: Question): Promise<Answer | Unasked> => {
  const said = await askOver(asking, question);
  return isUnasked(said) ? said : said.answer;
};

const idOf = ({ asked, as, host, questionId }: Question): string => JSON.stringify([asked, as, host, questionId]);

export interface Round {
  readonly asked: readonly AnsweredQuestion[];
  /** Of the managing key, if it was asked about itself. */
  readonly signer: Answer | undefined;
  readonly facts: Facts;
  readonly evidence: readonly Evidence[];
  /** A question was not answered: the deadline came first, or the question had to wait. */
  readonly cutShort: boolean;
  /** What the question must wait for. */
  readonly heldUp?: Retry | undefined;
  /** Nothing was answered, so there is nothing to write down. */
  readonly isEmpty: boolean;
}

/**
 * Asks every probe of the plan once: the managing key first if the caller asks for that, then all probes at the same time. The plan is
 * made again
 * from the answers, since one answer may give what the next question needs.
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
  const result = (cutShort: boolean, heldUp?: Retry): Round => ({
    ...{ asked, signer, facts, evidence, cutShort, heldUp },
    // Every answer makes a new object of the facts.
    isEmpty: facts === known,
  });

  const first = withSigner ? planOf(facts).signer : undefined;
  if (first) {
    const said = await ask(asking, first);
    if (isUnasked(said)) return result(true, said.heldUp);
    signer = said;
    facts = { ...facts, ...signer.facts };
    // A managing key that works says nothing of the target. So its answer is no evidence.
    if (signer.means) evidence.push(evidenceOf(clock.now(), 'probe', first, { ...signer, saw: 'silent' }));
  }
  for (;;) {
    const plan = planOf(facts);
    const questions = plan.end ? [] : plan.probes.filter((probe) => !done.has(idOf(probe)));
    if (questions.length === 0) return result(false);
    // A failure is thrown only when the other questions are over. Then no exchange of ours is on its way.
    const answers = await allOver(questions.map((question) => askOver(asking, question)));
    for (const [index, question] of questions.entries()) {
      const said = answers[index] as (typeof answers)[number]; // one for each question
      if (isUnasked(said)) continue;
      const { answer } = said;
      facts = { ...facts, ...answer.facts };
      if (answer.more) continue;
      done.add(idOf(question));
      asked.push({ ...said, question: { ...question, questionId: answer.questionId ?? question.questionId } });
      evidence.push(evidenceOf(clock.now(), 'probe', question, answer));
    }
    const unasked = answers.filter(isUnasked);
    if (unasked.length > 0) return result(true, unasked.find(({ heldUp }) => heldUp)?.heldUp);
  }
};
