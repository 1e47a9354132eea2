import type { CaseItem } from '../../functions/core/ledger/case-item.ts';
import type { RequestItem } from '../../functions/core/ledger/request-item.ts';
import type { Receipt } from '../../functions/core/receipt.ts';
import { TIMING } from '../../functions/core/timing.ts';
import type { Evidence } from './evidence.ts';
import { type Breach, broken, isSaidGone, type Judged, judgedOf } from './judged.ts';

/** Ends that have to hold while the provider's nodes may still disagree. */
const TO_HOLD: readonly string[] = ['revoked', 'already-revoked', 'restricted'];

/** A receipt's outcome with its code, as `stuck/permission-missing`. */
const endNamed = ({ outcome, code }: Receipt): string => [outcome, code].filter(Boolean).join('/');

/** What each request came to, in a word such as `stuck/unproven`; `nothing` where no final receipt came. */
export const endsIn = (evidence: Evidence): readonly string[] =>
  evidence.asked.map((asked) => {
    const [end] = judgedOf(evidence, asked).onTopic;
    return end === undefined ? 'nothing' : endNamed(end);
  });

const needsPerson = ({ outcome }: Receipt): boolean => outcome === 'stuck' || outcome === 'refused';

const requestItem = ({ ledger }: Evidence, { asked, onTopic }: Judged): RequestItem | undefined => {
  const ids = [...onTopic.map(({ requestId }) => requestId), ...asked.requestIds];
  const pks = ids.flatMap((id) => [`request#${id}`, `request#${id}#plan`]);
  return ledger.find(({ pk }) => pks.includes(pk)) as unknown as RequestItem | undefined;
};

/** How many attempts the findings gave a reason for: each word that was withdrawn sends its request again. */
const withdrawals = ({ findings }: Judged): number =>
  new Set(findings.filter(({ outcome }) => ['resurrected', 'widened'].includes(outcome)).map(({ attempt }) => attempt))
    .size;

/** One end of each attempt that has one, the same wherever it is read. */
const ends = (evidence: Evidence, judged: Judged): readonly string[] => {
  const { asked, finals, onTopic, onBus } = judged;
  if (onTopic.length === 0) return ['L2: no final receipt'];
  const { receipt: stored, published } = requestItem(evidence, judged) ?? {};
  const all = [...finals, ...onTopic, ...onBus];
  const textsOf = (receiptId: string): ReadonlySet<string> =>
    new Set(all.filter((one) => one.receiptId === receiptId).map((one) => JSON.stringify(one)));
  const ids = new Set(all.map(({ receiptId }) => receiptId));
  const most = Math.max(0, ...[...ids].map((id) => textsOf(id).size));
  const [wrong] = onTopic.filter((one) => asked.ends?.includes(endNamed(one)) === false);
  return broken([
    [
      onTopic.every(({ receiptId }) => finals.some((one) => one.receiptId === receiptId)),
      'L2: a receipt that was not seen to leave',
    ],
    [wrong === undefined, `L2: ended as ${wrong && endNamed(wrong)}, not ${asked.ends?.join(' or ')}`],
    [ids.size <= asked.attempts + withdrawals(judged), `L2: ${ids.size} ends`],
    [most <= 1, `L2: ${most} different final receipts of one attempt`],
    [
      stored !== undefined && textsOf(stored.receiptId).has(JSON.stringify(stored)),
      'L2: the published receipt is not the stored one',
    ],
    [published === true, 'L2: not marked as published'],
  ]);
};

/** A person restored the key, perhaps. */
const AGAIN: readonly string[] = ['resurrected', 'widened'];

/** A copy of each attempt that needs a person, by its end or by a later finding, and of no other. No key was to die by a plan. */
const copies = (evidence: Evidence, { asked, onTopic, said }: Judged): readonly string[] => {
  const ids = [...onTopic.map(({ requestId }) => requestId), ...asked.requestIds];
  const own = evidence.copies.filter(({ requestId }) => ids.includes(requestId));
  const findings = said.map(({ receipt }) => receipt).filter(({ final }) => !final);
  const stuck = [...onTopic, ...findings]
    .filter((one) => needsPerson(one) && !one.dryRun)
    .map(({ attempt }) => String(attempt));
  const again = findings.filter(({ outcome }) => AGAIN.includes(outcome)).map(({ attempt }) => String(attempt));
  return broken([
    [stuck.every((attempt) => own.some((copy) => copy.attempt === attempt)), 'L2: no copy on the stuck queue'],
    [
      own.every(({ attempt }) => [...stuck, ...again].includes(attempt)),
      'L2: a copy on the stuck queue of what needs nobody',
    ],
  ]);
};

/** Each end that has to hold, and is the latest of its request, has one finding, with the same words wherever it is read. */
const windows = ({ isSettled }: Evidence, { onTopic, findings }: Judged): readonly string[] => {
  const isLatest = ({ requestId, attempt }: Receipt): boolean =>
    onTopic.every((other) => other.requestId !== requestId || other.attempt <= attempt);
  const owed = onTopic.filter((end) => isLatest(end) && TO_HOLD.includes(end.outcome) && !end.dryRun);
  const nameOf = ({ requestId, attempt }: Receipt): string => `${requestId}#${attempt}`;
  const byEnd = Map.groupBy(findings, nameOf);
  const [most = 0] = [...byEnd.values()]
    .map((some) => new Set(some.map((one) => JSON.stringify(one))).size)
    .toSorted((a, b) => b - a);
  return broken([
    [!isSettled || owed.every((end) => byEnd.has(nameOf(end))), 'L2: an end without a finding'],
    [most <= 1, `L2: ${most} different findings of one end`],
    [
      findings.every((one) => onTopic.some((end) => nameOf(end) === nameOf(one) && end.outcome === one.confirms)),
      'L2: a finding about no end',
    ],
  ]);
};

/** Whether a lease binds nobody any more: its holder was killed, or it is waited out. */
const isFree = ({ now, hasEnded }: Evidence, { lease }: Partial<CaseItem>): boolean =>
  lease === undefined || lease.until + TIMING.crashMarginMs <= now || !hasEnded(lease.holder);

/** L2: one request ended, and its end was published as it stands in the ledger, with a copy where a person is needed. */
export const losses = (evidence: Evidence, judged: Judged): readonly string[] => [
  ...ends(evidence, judged),
  ...copies(evidence, judged),
  ...windows(evidence, judged),
  ...broken([[!evidence.left.includes(judged.asked.id), 'L2: the message still waits']]),
];

/** L2: what the key's cases hold after all is over, and messages of no request. */
export const leftovers = (evidence: Evidence): readonly Breach[] => {
  const ids = evidence.asked.map(({ id }) => id);
  const cases = evidence.ledger.filter(({ pk }) => pk.startsWith('case#'));
  return [
    ...evidence.left
      .filter((id) => !ids.includes(id))
      .map((of) => ({ of, says: 'L2: a message of no request still waits' })),
    ...cases.flatMap((item) => {
      const { attempts = {} } = item as Partial<CaseItem>;
      const of = evidence.asked.find(({ target }) => item.pk.endsWith(`/${target}`))?.id ?? '';
      return broken([
        [isFree(evidence, item as Partial<CaseItem>), 'L2: a lease that is still held'],
        [Object.keys(attempts).length === 0, 'L2: a case still at work'],
        [!evidence.isSettled || item['state'] !== 'settling-case', 'L2: a window that never ended'],
      ]).map((says) => ({ of, says }));
    }),
  ];
};

/** L2: a key that was said to be dead, made again, and called on again: that has to be reported. */
export const unheard = (evidence: Evidence, { asked, provider, said }: Judged): readonly string[] => {
  if (provider.revivals.length === 0) return [];
  const ofKey = evidence.asked
    .filter((other) => other.provider === asked.provider && other.target === asked.target)
    .map((other) => judgedOf(evidence, other));
  const isHeard = (after: number): boolean => {
    const isSaidDead = said.some(({ receipt, seq }) => isSaidGone(receipt) && seq <= after);
    const isMet = ofKey.some(({ calls }) => calls.some(({ seq }) => seq > after));
    const isReported = ofKey.some((one) =>
      one.said.some(({ receipt, seq }) => receipt.outcome === 'resurrected' && seq > after),
    );
    return !isSaidDead || !isMet || isReported;
  };
  return broken([[provider.revivals.every(isHeard), 'L2: a key that lives again, and is not reported']]);
};
