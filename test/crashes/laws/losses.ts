import type { CaseItem } from '../../../functions/core/ledger/case-item.ts';
import type { RequestItem } from '../../../functions/core/ledger/request-item.ts';
import { inCodeNames } from '../../../functions/core/ledger/stored-names.ts';
import type { ItemKey } from '../../../functions/core/ports.ts';
import type { Receipt } from '../../../functions/core/receipt.ts';
import { outcomeOf } from '../../../infra/local/story/results/result-of.ts';
import { orderNumberIn } from '../orders/crash-order.ts';
import type { Evidence } from '../scene/evidence.ts';
import type { Judged } from './judged.ts';

/** A lease that was not released is waited out this long, so that by then it binds nobody. */
const CRASH_MARGIN_MS = 10_000;

const NEEDS_PERSON: readonly string[] = ['stuck', 'refused'];

const requestItem = ({ ledger }: Evidence, requestId: string): RequestItem | undefined =>
  ledger.find(({ pk }) => pk === `request#${requestId}` || pk === `request#${requestId}#plan`) as
    | RequestItem
    | undefined;

const caseOf = ({ ledger }: Evidence, { order }: Judged): CaseItem | undefined => {
  const stored = ledger.find(({ pk }) => String(pk).startsWith('case#') && String(pk).endsWith(`/${order.keyId}`));
  return stored && (inCodeNames(stored as unknown as ItemKey) as unknown as CaseItem);
};

const isHeld = (evidence: Evidence, judged: Judged): boolean =>
  (caseOf(evidence, judged)?.lease?.until ?? 0) + CRASH_MARGIN_MS > evidence.now;

const finalTexts = (texts: readonly string[]): readonly string[] =>
  texts.filter((text) => (JSON.parse(text) as Receipt).final);

/** Final receipts of one attempt have to be one text, wherever they came out. */
const versions = (evidence: Evidence, judged: Judged, end: Receipt): number => {
  const stored = requestItem(evidence, end.requestId)?.receipt;
  const onBus = evidence.onBus.filter((text) => (JSON.parse(text) as Receipt).requestId === end.requestId);
  return new Set([...finalTexts(judged.texts), ...finalTexts(onBus), JSON.stringify(stored)]).size;
};

const withEnd = (evidence: Evidence, judged: Judged, end: Receipt): readonly (readonly [boolean, string])[] => {
  const { order, texts } = judged;
  const item = requestItem(evidence, end.requestId);
  const copies = evidence.stuck.filter(
    ({ messageAttributes }) => messageAttributes['requestId']?.StringValue === end.requestId,
  );
  const needsPerson = NEEDS_PERSON.includes(end.outcome);
  const ids = new Set(finalTexts(texts).map((text) => (JSON.parse(text) as Receipt).receiptId));
  return [
    [
      !order.recipe.ends.includes(outcomeOf(end)),
      `L2: ended as ${outcomeOf(end)}, not ${order.recipe.ends.join(' or ')}`,
    ],
    [ids.size > 1, `L2: ${ids.size} ends`],
    [versions(evidence, judged, end) > 1, 'L2: different receipts of one attempt'],
    [item?.published !== true, 'L2: not marked as published'],
    [needsPerson && copies.length === 0, 'L2: no copy on the stuck queue'],
    [!needsPerson && copies.length > 0, 'L2: a copy on the stuck queue of what needs nobody'],
  ];
};

/** L2: there is one end, published as it stands in the ledger, a copy where a person is needed, and nothing is left open. */
export const losses = (evidence: Evidence, judged: Judged): readonly string[] => {
  const { order, end } = judged;
  const attempts = Object.keys(caseOf(evidence, judged)?.attempts ?? {});
  const rules: readonly (readonly [boolean, string])[] = [
    [end === undefined, 'L2: no receipt'],
    ...(end === undefined ? [] : withEnd(evidence, judged, end)),
    [evidence.left.some(({ body }) => orderNumberIn(body) === order.n), 'L2: a message of it still waits'],
    [attempts.length > 0, 'L2: its case is still at work'],
    [isHeld(evidence, judged), 'L2: its lease is still held'],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, breach]) => breach);
};
