import type { Receipt } from '../../functions/core/receipt.ts';
import type { Asked, Evidence, ProviderRecord, Said, Seen } from './evidence.ts';

/** A breach of a law: a sentence that begins with the law's number, and the `id` of the request that it happened to; empty for none. */
export interface Breach {
  readonly of: string;
  readonly says: string;
}

/** Whether a rule holds, and the sentence for where it does not. */
type Rule = readonly [holds: boolean, breach: string];

/** The sentences of the rules that do not hold. */
export const broken = (rules: readonly Rule[]): readonly string[] =>
  rules.filter(([holds]) => !holds).map(([, breach]) => breach);

/** What is known of one request. */
export interface Judged {
  readonly asked: Asked;
  readonly provider: ProviderRecord;
  /** Its receipts, each with the number of the last exchange before it. */
  readonly said: readonly (Said & { readonly seq: number })[];
  /** Its final receipts as they left, as they came out of the topic, and as they came out of the bus. */
  readonly finals: readonly Receipt[];
  readonly onTopic: readonly Receipt[];
  readonly onBus: readonly Receipt[];
  /** What was found in the settle windows of its ends, wherever it was read. */
  readonly findings: readonly Receipt[];
  readonly calls: readonly Seen[];
  /** Its readings. */
  readonly looks: readonly Seen[];
}

/** Whether a receipt is of a request. */
export const isOf = ({ requestIds, keyDigest }: Asked, { requestId, key }: Receipt): boolean =>
  requestIds.length > 0 ? requestIds.includes(requestId) : key?.digest === keyDigest;

/** Whether a receipt says what was found in the settle window of an end. */
export const isFinding = ({ confirms }: Pick<Receipt, 'confirms'>): boolean => confirms !== null;

const NOTHING: ProviderRecord = { changes: [], revivals: [], isAlive: () => false };

/** Sorts what was said and seen to one request. */
export const judgedOf = (evidence: Evidence, asked: Asked): Judged => {
  const said = evidence.said.filter(({ receipt }) => isOf(asked, receipt));
  const finals = (receipts: readonly Receipt[]): readonly Receipt[] =>
    receipts.filter((receipt) => receipt.final && isOf(asked, receipt));
  const parsed = (texts: readonly string[]): readonly Receipt[] => texts.map((text) => JSON.parse(text));
  const all = [...said.map(({ receipt }) => receipt), ...parsed([...evidence.onTopic, ...evidence.onBus])];
  const seen = evidence.seen.filter(({ of }) => of === asked.id);
  return {
    asked,
    provider: evidence.providers[asked.provider] ?? NOTHING,
    said: said.map((one) => ({ ...one, seq: one.after[asked.provider] ?? 0 })),
    finals: finals(said.map(({ receipt }) => receipt)),
    onTopic: finals(parsed(evidence.onTopic)),
    onBus: finals(parsed(evidence.onBus)),
    findings: all.filter((receipt) => isFinding(receipt) && isOf(asked, receipt)),
    calls: seen.filter(({ isCall }) => isCall),
    looks: seen.filter(({ isCall }) => !isCall),
  };
};

/** The last reading up to an exchange. */
export const lastLook = ({ looks }: Judged, upTo: number): Seen | undefined => looks.findLast(({ seq }) => seq <= upTo);

/** Whether a receipt says that the key is gone, or even dead. */
export const isSaidGone = ({ keyState }: Pick<Receipt, 'keyState'>): boolean =>
  keyState === 'gone' || keyState === 'dead';
