import { type Facts, isAbsent, isPresent, type KeyRecord } from '../answer.ts';
import { killOf } from '../attempt/call-guards.ts';
import { questionsElsewhere } from '../attempt/other-hosts.ts';
import { factsFor, planWith } from '../attempt/plan-with.ts';
import {
  type AttemptContext,
  type ControlReading,
  type JudgedRound,
  prepareQuestions,
  probeRound,
} from '../attempt/round.ts';
import { isSettling, type KeyReading, withReading } from '../attempt/settle-window.ts';
import type { Disposition } from '../delivery.ts';
import {
  type AttemptEnded,
  type AttemptResult,
  type AttemptWaiting,
  attemptEnded,
  attemptWaiting,
} from '../ledger/attempt-result.ts';
import {
  type AttemptRecord,
  type CaseItem,
  comesBySweep,
  NEW_ATTEMPT,
  type SettleFinding,
  type Settling,
} from '../ledger/case-item.ts';
import { attemptName, caseKey, requestIdOf, requestKey } from '../ledger/keys.ts';
import { takenUntil, updateLeasedCase } from '../ledger/lease.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import { recall, updateItem } from '../ledger/update-item.ts';
import type { FinalOutcome, UnconfirmedCode } from '../outcome.ts';
import { askOver, isUnasked } from '../probe/ask.ts';
import { type AnsweredQuestion, isManagerRefused, roundVerdictOf } from '../probe/round-verdict.ts';
import { isRestriction, type Question } from '../provider.ts';
import { evidenceOf } from '../receipt.ts';
import { findingFacts } from '../receipts/log-facts.ts';
import { settledReceipt } from '../receipts/make-receipt.ts';
import { allOver } from '../some-at-once.ts';
import { contextOf } from './attempt-context.ts';
import { tagTarget } from './conclude.ts';
import { resend, setAside } from './enqueue.ts';
import { type PublishedRequest, recheckLater, takeBack, withCase } from './recheck-of.ts';
import type { DeliveryMode, Run } from './run.ts';
import { DONE, waitFor } from './wait-for.ts';

/** How often one reading asks the key itself. */
const PROBES = { urgent: 5, other: 3 };

/** What a failure to open a credential means for a reading. */
const LACKS: Readonly<Partial<Record<FinalOutcome, UnconfirmedCode>>> = {
  'stuck/credential-missing': 'credential-missing',
  'stuck/access-denied': 'access-denied',
};

const NOTHING = {
  saw: 'nothing',
  control: undefined,
  absences: 0,
  connections: [],
  triedKey: false,
  evidence: [],
  notAsked: [],
} as const;

/** The reading of a key that cannot be asked. */
const lapseFor = ({ outcome, why }: AttemptEnded): KeyReading => ({ ...NOTHING, lacks: LACKS[outcome], why });

/** Asks all of these at once. @returns those that were asked, with their answers */
const askAll = async (
  { asking }: AttemptContext,
  questions: readonly Question[],
): Promise<readonly AnsweredQuestion[]> => {
  const answers = await allOver(
    questions.map(async (question) => ({ question, said: await askOver(asking, question) })),
  );
  return answers.flatMap(({ question, said }) => (isUnasked(said) ? [] : [{ question, ...said }]));
};

/** Asks each of the key's own questions a few more times. */
const askedAgain = (
  context: AttemptContext,
  questions: readonly Question[],
  times: number,
): Promise<readonly AnsweredQuestion[]> => askAll(context, Array.from({ length: times - 1 }, () => questions).flat());

const isOwn = ({ as }: Question): boolean => as === 'self';

/**
 * The round of a reading, and each of the key's own questions a few more times, all at once. The rate slots of these are booked in one
 * write.
 */
const askedAtOnce = async (
  context: AttemptContext,
  item: CaseItem,
  called: AttemptRecord,
): Promise<{ readonly judged: JudgedRound; readonly more: readonly AnsweredQuestion[] }> => {
  const times = PROBES[item.settling?.urgent ? 'urgent' : 'other'];
  const { end, probes } = planWith(context, factsFor(context, item, called), true);
  const own = end ? [] : probes.filter(isOwn);
  await prepareQuestions(context.asking, own, times);
  // The round sets first what all of its questions share.
  const judging = probeRound(context, item, called, true);
  const more = askedAgain(context, own, times);
  await allOver<unknown>([judging, more]);
  const judged = await judging;
  // What a question needs may be learned by the round.
  const late = own.length === 0 && !judged.round.cutShort ? judged.plan.probes.filter(isOwn) : [];
  return { judged, more: [...(await more), ...(await askedAgain(context, late, times))] };
};

/** Asks the key at the other hosts where it was seen. A host that gives no verdict blocks nothing. */
const askedElsewhere = async (
  context: AttemptContext,
  item: CaseItem,
  facts: Facts,
): Promise<{ readonly asked: readonly AnsweredQuestion[]; readonly notAsked: readonly string[] }> => {
  const questions = questionsElsewhere(context, item, facts);
  const asked = (await askAll(context, questions)).filter(({ answer }) => answer.saw !== 'silent');
  const silent = questions.filter((question) => asked.every((one) => one.question !== question));
  return { asked, notAsked: [...new Set(silent.map(({ host }) => host))] };
};

/** Reads the key once, with several probes. */
const readKey = async (
  context: AttemptContext,
  item: CaseItem,
  as: Settling['as'],
  before: KeyRecord | undefined,
): Promise<KeyReading> => {
  const { ports, pin } = context;
  // The call of this request has left, in an earlier attempt.
  const called = { ...NEW_ATTEMPT, calls: 1, before };
  const deleted = item.proved !== undefined;
  const { judged, more } = await askedAtOnce(context, item, called);
  const { round, plan, control: inRound, controlReading } = judged;
  const elsewhere = await askedElsewhere(context, item, round.facts);
  const asked = [...round.asked, ...more, ...elsewhere.asked];
  const askAside = (): Promise<ControlReading> => context.askControl(item, round.facts, item.settling?.lastReadAt);
  const beside = controlReading ?? (inRound ? undefined : await askAside());
  const control = inRound ?? (beside?.saw === 'accepted' ? 'key' : undefined);
  const besides = { deleted, controlled: control !== undefined };
  const absent = asked.filter(({ answer }) => isAbsent(answer, besides));
  const verdict = roundVerdictOf(asked, {
    sightings: item.sightings,
    signer: round.signer,
    needsAll: plan.needsAll,
    ...besides,
    restriction: isRestriction(plan.call) ? plan.call : undefined,
    before,
  });
  const isListed = beside?.listed !== undefined;
  const isKnown = isListed || asked.some(({ answer }) => isPresent(answer) || answer.identified);
  const evidence = [
    ...round.evidence,
    ...[...more, ...elsewhere.asked].map(({ question, answer }) =>
      evidenceOf(ports.clock.now(), 'probe', question, answer),
    ),
    // That of a round is among the round's own.
    ...(controlReading ? [] : (beside?.evidence ?? [])),
  ];
  const isGone = isManagerRefused(asked, round.signer) && (await killOf(ports, pin.signerName)) !== undefined;
  // An update may have found its key gone.
  const isSeen = as === 'gone' ? isKnown : verdict === 'wider' || verdict === 'web-only';
  const isVoid = beside?.saw === 'refused';
  const isHeld = verdict === (as === 'gone' ? 'absent' : 'as-asked') && !isVoid;
  return {
    saw: isSeen ? 'broken' : isHeld ? 'holds' : 'nothing',
    control,
    absences: absent.length,
    connections: absent.flatMap(({ connections }) => connections),
    triedKey: absent.some(({ question }) => question.as === 'self'),
    evidence,
    notAsked: elsewhere.notAsked,
    isVoid,
    lacks: isGone ? 'signer-gone' : undefined,
  };
};

/**
 * Writes a reading into the case as it was before the reading. The condition on that write takes the place of a lease: a reading sends no
 * call, and counts only if no other delivery wrote to the case in between. A reading that ends its window takes the lease with the same
 * write, so that one delivery publishes.
 *
 * @returns undefined if the reading does not count
 */
const note = async (
  { ports, holder, delivery }: Run,
  { pin }: PublishedRequest,
  before: CaseItem,
  reading: KeyReading,
): Promise<CaseItem | undefined> => {
  let counts = false;
  const written = await updateItem<CaseItem>(ports, caseKey(pin.keyName), (current) => {
    counts = current?.rev === before.rev;
    if (!counts) return undefined;
    const read = withReading(before, reading, ports.clock.now());
    return isSettling(read.settling) ? read : { ...read, lease: { holder, until: delivery.deadline } };
  });
  return counts ? written : undefined;
};

/** The case, as this delivery read it last. */
const recallCase = async ({ ports }: Run, { pin }: PublishedRequest): Promise<CaseItem> =>
  (await recall<CaseItem>(ports, caseKey(pin.keyName))) as CaseItem; // this mode is for a case that has a window

/** The request of an end, as long as that end is its latest. */
const ownerRequest = async (run: Run, owner: string): Promise<RequestItem | undefined> => {
  const item = await run.ports.ledger.read<RequestItem>(requestKey(requestIdOf(owner), false));
  return item && attemptName(item) === owner ? item : undefined;
};

/** The key was seen again: no request may be answered any more with the word that it was gone or restricted. */
const takesBack = ({ outcome }: SettleFinding): boolean =>
  outcome !== 'confirmed' && (!outcome.startsWith('unconfirmed/') || outcome === 'unconfirmed/still-flapping');

/**
 * Publishes the finding for each end that waits for it. A word that no longer holds sends its request again, after all of them: the next
 * attempt takes the place of this one.
 *
 * @returns the ends that have no receipt yet; each asks for the finding when it is published
 */
const publishFinding = async (run: Run, settling: Settling, finding: SettleFinding): Promise<readonly string[]> => {
  const { ports } = run;
  const [first] = settling.owners;
  const unsaid: string[] = [];
  let again: RequestItem | undefined;
  for (const owner of settling.owners) {
    const item = await ownerRequest(run, owner);
    if (item && !item.receipt) unsaid.push(owner);
    if (item?.receipt === undefined) continue;
    const receipt = settledReceipt(item.receipt, settling, finding);
    if (owner === first && finding.outcome === 'stuck/no-effect') await setAside(ports.outbox, { ...item, receipt });
    if (takesBack(finding)) await takeBack(ports, item);
    await ports.outbox.publish(receipt);
    ports.log[finding.outcome === 'confirmed' ? 'info' : 'warn']('key settled', findingFacts(receipt, finding.at));
    await tagTarget(ports, item, { outcome: finding.outcome, at: finding.at });
    if (finding.outcome === 'resurrected' || finding.outcome === 'widened') again ??= item;
  }
  if (again) await resend(ports.outbox, { ...again, attempt: again.attempt + 1 });
  return unsaid;
};

/** Publishes what a window came to, and releases the case. */
const concludeWindow = async (run: Run, original: PublishedRequest, held: CaseItem): Promise<Disposition> => {
  const { ports, holder } = run;
  const { settling } = held;
  const unsaid = settling?.finding && (await publishFinding(run, settling, settling.finding));
  await updateLeasedCase(ports, original.pin.keyName, holder, (current) => ({
    ...current,
    lease: undefined,
    ...(unsaid && current.settling ? { settling: { ...current.settling, owners: unsaid } } : {}),
  }));
  return DONE;
};

/** Ends a delivery after its reading. The message comes back for the next one; a sweep sends one that is far ahead. */
const concludeReading = async (run: Run, original: PublishedRequest, held: CaseItem): Promise<Disposition> => {
  const { settling, lease } = held;
  if (!isSettling(settling))
    return withCase(run, original, lease?.holder === run.holder ? held : undefined, async (leased) =>
      concludeWindow(run, original, leased),
    );
  if (comesBySweep(settling)) return DONE;
  return waitFor(run.ports, run.delivery, original, { code: 'early', notBefore: settling.nextAt });
};

/** When a reading may be made: not before its instant, and not while another delivery works on the key. */
const waitBefore = (held: CaseItem, { nextAt }: Settling, { ports, holder }: Run): AttemptWaiting | undefined => {
  const now = ports.clock.now();
  if (now < nextAt) return attemptWaiting({ code: 'early', notBefore: nextAt });
  const notBefore = takenUntil(held.lease, holder, now);
  return notBefore === undefined ? undefined : attemptWaiting({ code: 'in-progress', notBefore });
};

/**
 * Makes a reading if one is due, and writes it down.
 *
 * @returns the wait, if the reading cannot be made now or does not count
 */
const makeReading = async (
  run: Run,
  original: PublishedRequest,
  read: (held: CaseItem, settling: Settling) => Promise<KeyReading>,
): Promise<AttemptResult> => {
  const held = await recallCase(run, original);
  const { settling } = held;
  if (!isSettling(settling)) return attemptEnded('planned');
  const wait = waitBefore(held, settling, run);
  if (wait) return wait;
  const isNoted = await note(run, original, held, await read(held, settling));
  return isNoted ? attemptEnded('planned') : attemptWaiting({ code: 'in-progress' });
};

/** Reads a key in the settle window of its end. */
export const CONFIRM: DeliveryMode = {
  isOrder: false,
  needsLease: false,
  work: (run, item, resolved) => {
    const original = item as PublishedRequest; // a recheck is about one
    const before = original.receipt?.change?.before as KeyRecord | undefined;
    return makeReading(run, original, (held, { as }) => readKey(contextOf(run, item, resolved), held, as, before));
  },
  conclude: async (run, item, result) => {
    const original = item as PublishedRequest; // a recheck is about one
    // A reading of a key whose credential cannot be opened shows nothing.
    const isLapse = result.hasEnded && result.outcome !== 'planned';
    const said = isLapse ? await makeReading(run, original, async () => lapseFor(result)) : result;
    const held = await recallCase(run, original);
    if (said.hasEnded) return concludeReading(run, original, held);
    if (said.code === 'early' && held.settling && comesBySweep(held.settling)) return DONE;
    return recheckLater(run, original, said);
  },
};
