import { type Answer, type Facts, isPresent } from './answer.ts';
import { evidenceOf, type Round } from './ask.ts';
import type { EpochMs } from './epoch.ts';
import { type CaseItem, type Ended, requestOf, type Work } from './ledger-items.ts';
import { isDead } from './outcome.ts';
import type { Call } from './provider.ts';
import type { Evidence } from './receipt.ts';
import { type Standing, tally } from './standing.ts';

/** A request of many deliveries keeps its first probes and its latest ones. */
const KEPT = { first: 10, last: 30 };

export const NO_WORK: Work = {
  calls: 0,
  voided: 0,
  answered: false,
  silentRounds: 0,
  keyState: 'unknown',
  facts: {},
  evidence: [],
};

const withEvidence = (
  kept: readonly Evidence[],
  more: readonly Evidence[],
  { first, last } = KEPT,
): readonly Evidence[] => {
  const all = [...kept, ...more];
  // Stryker disable next-line EqualityOperator: of exactly as many nothing is left out
  return all.length <= first + last ? all : [...all.slice(0, first), ...all.slice(-last)];
};

const isSilent = ({ signer, asked }: Round): boolean =>
  [signer, ...asked.map(({ answer }) => answer)].some((answer) => answer?.ends?.startsWith('retry/'));

/** A key that was met is absent for nobody: whoever asked, in a whole round or not, two absences have to agree anew. */
const unlessMet = (work: Work, { asked }: Round): Work =>
  (work.agreed?.on === 'gone' || work.agreed?.on === 'unbacked') &&
  asked.some(({ answer }) => isPresent(answer) || answer.seen)
    ? { ...work, agreed: undefined }
    : work;

/** What the other requests know, after one's round. */
const others = (works: CaseItem['works'], round: Round): CaseItem['works'] =>
  Object.fromEntries(Object.entries(withRoom(works)).map(([name, work]) => [name, unlessMet(work, round)]));

/** How far a search has come belongs to one attempt; the next one searches anew. */
const lasting = (facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => !name.startsWith('search')));

/** Requests at work on one key at once, above which the others keep only some of their evidence: an item has 400 KB. */
const CROWD = 20;
const KEPT_IN_CROWD = 2;
const KEPT_BY_CALLERS = { first: 2, last: 6 };
/** Requests that have called, or ended, above which no other begins; an urgent one finds a place where others find none. */
const MOST = { urgent: 100, other: 70 };

const hasCalled = ({ calls, ended }: Work): boolean => calls > 0 || ended !== undefined;

const inCrowd = ({ evidence, ...work }: Work): Work =>
  work.calls === 0
    ? { ...work, evidence: evidence.slice(-KEPT_IN_CROWD) }
    : { ...work, evidence: withEvidence([], evidence, KEPT_BY_CALLERS) };

const withRoom = (works: CaseItem['works']): CaseItem['works'] => {
  const all = Object.entries(works);
  if (all.length <= CROWD) return works;
  // What one that has not called had learned by now, it learns again.
  const kept = all.length <= MOST.other ? all : all.filter(([, work]) => hasCalled(work));
  return Object.fromEntries(kept.map(([other, work]) => [other, inCrowd(work)]));
};

/** Whether one more request may begin on a key; those that have begun come to their end first. */
export const hasRoomFor = ({ works }: CaseItem, name: string, urgent: boolean): boolean =>
  works[name] !== undefined || Object.values(works).filter(hasCalled).length < MOST[urgent ? 'urgent' : 'other'];

/** The case with one round of probes written into it: who has seen the key, what was learned, how the count stands. */
export const withRound = (
  item: CaseItem,
  {
    name,
    signerId,
    round,
    standing,
    now,
  }: { name: string; signerId: string; round: Round; standing: Standing | undefined; now: EpochMs },
): CaseItem => {
  const work = item.works[name] ?? NO_WORK;
  const noted = {
    ...unlessMet(work, round),
    silentRounds: isSilent(round) ? work.silentRounds + 1 : round.heldUp ? work.silentRounds : 0,
    facts: { ...work.facts, ...round.facts },
    evidence: withEvidence(work.evidence, round.evidence),
  };
  return {
    ...item,
    seen: { ...seenIn(round, now), ...item.seen },
    facts: { ...item.facts, [signerId]: { ...item.facts[signerId], ...lasting(round.facts) } },
    works: {
      ...others(item.works, round),
      [name]: standing === undefined ? noted : tally(noted, round.asked, { standing, signer: round.signer, now }),
    },
  };
};

const seenIn = ({ asked }: Round, now: EpochMs): CaseItem['seen'] =>
  Object.fromEntries(asked.filter(({ answer }) => answer.seen).map(({ question }) => [question.seenBy, now]));

/** What a standing is judged by: everything seen before this round, and in it. */
export const seenWith = (item: CaseItem, round: Round, now: EpochMs): CaseItem['seen'] => ({
  ...seenIn(round, now),
  ...item.seen,
});

/** Before a call leaves: one more, and the count of what it left unchanged starts anew. */
export const withCall = (work: Work, now: EpochMs): Work => ({
  ...work,
  calls: work.calls + 1,
  calledAt: work.calledAt ?? now,
  lastCallAt: now,
  lastAnswer: 'silent',
  ifAlive: undefined,
  answered: false,
  unchanged: undefined,
  agreed: undefined,
});

const ANSWERED: Partial<Record<Answer['saw'], Work['lastAnswer']>> = {
  accepted: 'accepted',
  rejected: 'rejected',
  unlisted: 'rejected',
  unknown: 'rejected',
};

/** After a call: what it was answered with, and where that authenticates the target, that it was seen. */
export const withAnswer = (item: CaseItem, name: string, call: Call, answer: Answer, now: EpochMs): CaseItem => {
  const work = item.works[name] ?? NO_WORK;
  const lastAnswer = ANSWERED[answer.saw] ?? 'silent';
  const done: Work = {
    ...work,
    lastAnswer,
    ifAlive: lastAnswer === 'rejected' ? answer.atLast : undefined,
    voided: work.voided + (answer.saw === 'rejected' && answer.ends?.startsWith('retry/') ? 1 : 0),
    acceptedAt: work.acceptedAt ?? (lastAnswer === 'accepted' ? now : undefined),
    evidence: withEvidence(work.evidence, [evidenceOf(now, 'call', call, answer)]),
  };
  return {
    ...item,
    seen: answer.seen ? { [call.seenBy]: now, ...item.seen } : item.seen,
    works: { ...item.works, [name]: done },
  };
};

/** The works that have called and not come to their end, but this one. */
const calling = ({ works }: CaseItem, name: string): readonly string[] =>
  Object.entries(works).flatMap(([other, { calls, ended }]) =>
    other !== name && calls > 0 && ended === undefined ? [other] : [],
  );

/** Whose end leaves the case open: this one's, also for what an earlier attempt of its request has left open, or another request's. */
const openBy = (item: CaseItem, name: string, { outcome }: Ended): string | undefined => {
  if (outcome.startsWith('stuck/')) return name;
  const { leftOpenBy } = item;
  const isOurs = (other: string | undefined): boolean => other !== undefined && requestOf(other) === requestOf(name);
  if (outcome === 'restricted') return isOurs(leftOpenBy) ? undefined : leftOpenBy;
  return isOurs(leftOpenBy) || calling(item, name).some(isOurs) ? name : leftOpenBy;
};

/** Whether another request has called and not come to its end; an attempt takes over from those before it. */
const isCalledBy = (item: CaseItem, name: string): boolean =>
  calling(item, name).some((other) => requestOf(other) !== requestOf(name));

/** The case as a request's end leaves it: proved, or open as long as the key may live. */
export const withEnd = (item: CaseItem, name: string, ended: Ended): CaseItem => {
  const work = item.works[name] ?? NO_WORK;
  const isProof = isDead(ended.outcome);
  const deadAt = work.agreed?.at ?? ended.at;
  const proof = isProof ? { deadAt, provedAt: ended.at, keyState: 'dead' as const } : {};
  const proved = item.proved ?? (isProof ? { at: ended.at, deadAt, endedBy: name } : undefined);
  const leftOpenBy = proved ? undefined : openBy(item, name, ended);
  return {
    ...item,
    works: { ...item.works, [name]: { ...work, ...proof, ended } },
    proved,
    leftOpenBy,
    state: proved ? 'proved-case' : leftOpenBy || isCalledBy(item, name) ? 'open-case' : 'idle-case',
    at: ended.at,
  };
};
