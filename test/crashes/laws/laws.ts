import type { Receipt } from '../../../functions/core/receipt.ts';
import { digestOf } from '../../../infra/local/story/stage/watch-receipts.ts';
import type { Evidence, SentOrder } from '../scene/evidence.ts';
import type { Judged } from './judged.ts';
import { lies } from './lies.ts';
import { losses } from './losses.ts';
import { strays, trespasses } from './trespasses.ts';

const isOf = ({ requestIds, keyId }: SentOrder, { requestId, key }: Receipt): boolean =>
  requestIds.length > 0 ? requestIds.includes(requestId) : key?.digest === digestOf(keyId);

/** Sorts the receipts to the orders that they are of. */
const judgedOf = ({ orders, onTopic }: Evidence): readonly Judged[] => {
  const receipts = onTopic.map((text) => ({ text, receipt: JSON.parse(text) as Receipt }));
  return orders.map((order) => {
    const own = receipts.filter(({ receipt }) => isOf(order, receipt));
    return {
      order,
      texts: own.map(({ text }) => text),
      end: own.find(({ receipt }) => receipt.final)?.receipt,
    };
  });
};

/** A breach of a law, as a sentence that begins with the law's number; and the order that it happened to, from 1 (0: none). */
export interface Breach {
  readonly n: number;
  readonly says: string;
}

/** Every breach of a law in a run that is over; judged by what the providers recorded, not by what the functions say of themselves. */
export const breachesIn = (evidence: Evidence): readonly Breach[] => [
  ...judgedOf(evidence).flatMap((judged) =>
    [lies, losses, trespasses].flatMap((law) =>
      law(evidence, judged).map((breach) => ({ n: judged.order.n, says: `${breach} (${judged.order.name})` })),
    ),
  ),
  ...strays(evidence).map((says) => ({ n: 0, says })),
];

/** What each order came to, in a word such as `stuck/unproven`; `nothing` where no receipt came. */
export const endsIn = (evidence: Evidence): readonly string[] =>
  judgedOf(evidence).map(({ end }) =>
    end === undefined ? 'nothing' : [end.outcome, end.code].filter((part) => part !== null).join('/'),
  );
