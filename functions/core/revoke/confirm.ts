import { type Facts, isAbsent, isPresent, type KeyRecord } from '../answer.ts';
import { killOf } from '../attempt/call-guards.ts';
import { questionsElsewhere } from '../attempt/other-hosts.ts';
import { type AttemptContext, type ControlReading, probeRound } from '../attempt/round.ts';
import { isSettling, type KeyReading, withReading } from '../attempt/settle-window.ts';
import type { Disposition } from '../delivery.ts';
import { type AttemptEnded, attemptEnded, attemptWaiting } from '../ledger/attempt-result.ts';
import { type CaseItem, comesBySweep, NEW_ATTEMPT, type SettleFinding, type Settling } from '../ledger/case-item.ts';
import { attemptName, caseKey, requestIdOf, requestKey } from '../ledger/keys.ts';
import { releaseLease, updateLeasedCase } from '../ledger/lease.ts';
import type { RequestItem } from '../ledger/request-item.ts';
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

/** Asks each of the plan's questions to the key itself a few more times. */
const askedAgain = (
  context: AttemptContext,
  questions: readonly Question[],
  times: number,
): Promise<readonly AnsweredQuestion[]> => askAll(context, Array.from({ length: times - 1 }, () => questions).flat());

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
  const { round, plan, control: inRound, controlReading } = await probeRound(context, item, called, true);
  const own = plan.probes.filter(({ as }) => as === 'self');
  const elsewhere = await askedElsewhere(context, item, round.facts);
  const times = PROBES[item.settling?.urgent ? 'urgent' : 'other'];
  const more = round.cutShort ? [] : await askedAgain(context, own, times);
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

const note = ({ ports, holder }: Run, { pin }: PublishedRequest, reading: KeyReading): Promise<CaseItem> =>
  updateLeasedCase(ports, pin.keyName, holder, (held) => withReading(held, reading, ports.clock.now()));

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

/** Ends a delivery that read: the finding goes out if there is one, and otherwise the message comes back for the next reading. A sweep sends one that is far ahead. */
const concludeReading = async (run: Run, original: PublishedRequest, held: CaseItem): Promise<Disposition> => {
  const { ports, delivery, holder } = run;
  const settling = held.settling as Settling; // this mode is for a case that has one
  const unsaid = settling.finding && (await publishFinding(run, settling, settling.finding));
  await updateLeasedCase(ports, original.pin.keyName, holder, (current) => ({
    ...current,
    lease: undefined,
    ...(unsaid && current.settling ? { settling: { ...current.settling, owners: unsaid } } : {}),
  }));
  if (!isSettling(settling) || comesBySweep(settling)) return DONE;
  return waitFor(ports, delivery, original, { code: 'early', notBefore: settling.nextAt });
};

/** Reads a key in the settle window of its end. */
export const CONFIRM: DeliveryMode = {
  isOrder: false,
  needsLease: true,
  work: async (run, item, resolved, leased) => {
    const { ports } = run;
    const { settling } = leased as CaseItem; // this mode needs a lease
    if (isSettling(settling) && ports.clock.now() < settling.nextAt)
      return attemptWaiting({ code: 'early', notBefore: settling.nextAt });
    const before = (item as PublishedRequest).receipt?.change?.before as KeyRecord | undefined;
    if (isSettling(settling))
      await note(
        run,
        item as PublishedRequest,
        await readKey(contextOf(run, item, resolved), leased as CaseItem, settling.as, before),
      );
    return attemptEnded('planned');
  },
  conclude: async (run, item, result, leased) => {
    const original = item as PublishedRequest; // a recheck is about one
    if (!result.hasEnded) {
      const isLeft = result.code === 'early' && leased?.settling !== undefined && comesBySweep(leased.settling);
      if (!isLeft) return recheckLater(run, original, result);
      await releaseLease(run.ports, original, run.holder);
      return DONE;
    }
    return withCase(run, original, leased, async () =>
      concludeReading(run, original, await withFault(run, original, result)),
    );
  },
};

/** The case, with a reading that showed nothing if the credential could not be opened. */
const withFault = async (run: Run, original: PublishedRequest, { outcome, why }: AttemptEnded): Promise<CaseItem> => {
  const { ports } = run;
  const held = (await ports.ledger.read<CaseItem>(caseKey(original.pin.keyName))) as CaseItem;
  const isDue = isSettling(held.settling) && ports.clock.now() >= held.settling.nextAt;
  return outcome === 'planned' || !isDue ? held : note(run, original, { ...NOTHING, lacks: LACKS[outcome], why });
};
