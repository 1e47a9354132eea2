import type { CaseItem } from '../../functions/core/ledger/case-item.ts';
import type { RequestItem } from '../../functions/core/ledger/request-item.ts';
import type { Receipt } from '../../functions/core/receipt.ts';
import { TIMING } from '../../functions/core/timing.ts';
import type { Evidence } from './evidence.ts';

type Rules = readonly (readonly [holds: boolean, breach: string])[];

const broken = (rules: Rules): readonly string[] => rules.filter(([holds]) => !holds).map(([, breach]) => breach);

const isOver = ({ until }: { readonly until: number }, now: number): boolean => until + TIMING.crashMarginMs <= now;

const needsPerson = ({ outcome }: Receipt): boolean => outcome === 'stuck' || outcome === 'refused';

/** One request: one end of each attempt that has one, the same wherever it is read, and a copy where a person is needed. */
const lossesOf = ({ witness, ledger }: Evidence, requestId: string): readonly string[] => {
  const item = ledger.items().find(({ pk }) => [`request#${requestId}`, `request#${requestId}#plan`].includes(pk));
  const { receipt, published } = (item ?? {}) as Partial<RequestItem>;
  const finals = witness.receipts.map((said) => said.receipt).filter((one) => one.final && one.requestId === requestId);
  const textsOf = (receiptId: string): ReadonlySet<string> =>
    new Set(finals.filter((one) => one.receiptId === receiptId).map((one) => JSON.stringify(one)));
  const most = Math.max(0, ...finals.map(({ receiptId }) => textsOf(receiptId).size));
  const copies = witness.copies.filter(({ attributes }) => attributes['requestId'] === requestId);
  const isCopied = ({ attempt }: Receipt): boolean =>
    copies.some(({ attributes }) => attributes['attempt'] === String(attempt));
  return broken([
    [finals.length > 0, 'L2: no final receipt'],
    [most <= 1, `L2: ${most} different final receipts of one attempt`],
    [
      receipt !== undefined && textsOf(receipt.receiptId).has(JSON.stringify(receipt)),
      'L2: the published receipt is not the stored one',
    ],
    [published === true, 'L2: not marked as published'],
    [finals.filter(needsPerson).every(isCopied), 'L2: no copy on the stuck queue'],
    [finals.every((one) => needsPerson(one) || !isCopied(one)), 'L2: a copy on the stuck queue of what needs nobody'],
  ]);
};

/** What the key's cases hold after all is over. */
const leftovers = ({ ledger, clock, queue, over }: Evidence): readonly string[] => {
  const items = ledger.items() as unknown as readonly (Partial<CaseItem> & { readonly pk: string })[];
  const cases = items.filter(({ pk }) => pk.startsWith('case#'));
  return broken([
    [queue.length === 0, 'L2: the message still waits'],
    // Whose process has ended on the way cannot let go; that is waited out.
    [
      cases.every(({ lease }) => lease === undefined || isOver(lease, clock.now()) || !over.has(lease.holder)),
      'L2: a lease that is still held',
    ],
    [cases.every(({ attempts = {} }) => Object.keys(attempts).length === 0), 'L2: a case still at work'],
  ]);
};

/** A key that was said to be dead, made again, and called on again: somebody has to hear of that. */
const untold = ({ witness, orders }: Evidence): readonly string[] => {
  const { revivals, receipts, exchanges } = witness;
  const targetOf = (requestId: string): string | undefined => orders.get(requestId)?.target;
  const isTold = (after: number): boolean => {
    const dead = receipts.filter(({ receipt, seq }) => receipt.keyState === 'dead' && seq <= after);
    const targets = dead.map(({ receipt }) => targetOf(receipt.requestId));
    const isMet = exchanges.some((one) => one.isCall && one.seq > after && targets.includes(targetOf(one.requestId)));
    return !isMet || receipts.some(({ receipt, seq }) => receipt.outcome === 'resurrected' && seq > after);
  };
  return broken([[revivals.every(isTold), 'L2: a key that lives again, and nobody is told']]);
};

/** L2: every message is gone, and every request has come to its end. */
export const losses = (evidence: Evidence): readonly string[] => [
  ...leftovers(evidence),
  ...untold(evidence),
  ...[...evidence.orders.keys()].flatMap((requestId) => lossesOf(evidence, requestId)),
];
