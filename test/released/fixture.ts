import { isDeepStrictEqual } from 'node:util';
import type { Lane } from '../../functions/core/lane.ts';
import type { Item } from './document-table.ts';

/** A message as a queue holds it. Instants are RFC 3339. */
export interface Message {
  readonly id: string;
  /** Whose queue it is on. @default the one queue of release 0.1.0 */
  readonly lane?: Lane;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** SQS `SenderId`. */
  readonly sender: string;
  readonly sentAt: string;
  /** Absent: it was never delivered. */
  readonly firstReceivedAt?: string;
  readonly receiveCount: number;
  readonly visibleAt: string;
}

interface AtProvider {
  readonly world: string;
  readonly id: string;
  /** The provider no longer has it. */
  readonly isGone?: boolean;
}

interface BybitKey extends AtProvider {
  readonly provider: 'bybit';
  /** Of a master's key: its account. */
  readonly account?: number;
  /** Of a sub account's key: its master. */
  readonly parent?: string;
  readonly subMemberId?: string;
  readonly expired?: boolean;
  readonly readOnly?: 0 | 1;
  readonly permissions?: Readonly<Record<string, readonly string[]>>;
  readonly ips?: readonly string[];
}

interface KalshiKey extends AtProvider {
  readonly provider: 'kalshi';
  readonly account: string;
  readonly scopes?: readonly string[];
}

interface RequestyKey extends AtProvider {
  readonly provider: 'requesty';
  readonly account: string;
  readonly manage: 'none' | 'read' | 'write';
}

/** A key as its provider holds it. Each run makes its secret part; no fixture holds it. */
export type Key = BybitKey | KalshiKey | RequestyKey;

export interface StoredSecret {
  /** The newest last: `v1`, `v2`. */
  readonly versions: readonly Readonly<Record<string, string>>[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** What happens next, once the requests queue is empty. */
export type Step =
  /** The scheduled function runs: the sweep, and once a day the daily pass. */
  | 'tick'
  /** The same, with time to read one page of secrets. */
  | 'short tick'
  /** An operator sends every copy on the stuck queue again. */
  | 'redrive'
  | { readonly minutes: number }
  | { readonly send: Readonly<Record<string, unknown>> }
  /** A person changes a key in the provider's web console. */
  | { readonly hand: 'remove' | 'revive' | 'widen'; readonly key: string }
  /** A secret gets a new version. */
  | { readonly secret: string; readonly credential: Readonly<Record<string, string>> }
  | { readonly secret: string; readonly tags: Readonly<Record<string, string>> };

export type Receipt = Readonly<Record<string, unknown>> & {
  readonly receiptId: string;
  readonly requestId: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly final: boolean;
  /** Receipts of release 0.1.0 have none. */
  readonly confirms?: string | null;
};

/** What stands in the table, on the queues, in the secrets and at the provider at one instant. */
export interface Fixture {
  /** How this state arises, in one sentence. */
  readonly about: string;
  /** Since when the keys are there. */
  readonly madeAt: string;
  readonly at: string;
  readonly config: {
    readonly mode: 'enforce' | 'observe';
    readonly giveUpAfterMs: number;
    readonly limits: { readonly urgent: number; readonly other: number };
  };
  readonly keys: readonly Key[];
  /** Keys that a call may touch. */
  readonly targets: readonly string[];
  readonly secrets: Readonly<Record<string, StoredSecret>>;
  /** On the requests queue. */
  readonly requests: readonly Message[];
  readonly stuck: readonly Message[];
  readonly ledger: readonly Item[];
  /** Receipts that are published by now; only the id where the ledger holds the same receipt. */
  readonly published: readonly (Receipt | string)[];
  readonly next: readonly Step[];
}

/** The receipts that the ledger holds. */
const storedIn = (ledger: readonly Item[]): readonly Receipt[] =>
  ledger.flatMap(({ receipt }) => (receipt === undefined ? [] : [receipt as Receipt]));

const sameIn = (ledger: readonly Item[], receipt: Receipt): boolean =>
  storedIn(ledger).some((one) => isDeepStrictEqual(one, receipt));

/** Receipts as a fixture names them. */
export const named = (ledger: readonly Item[], receipts: readonly Receipt[]): Fixture['published'] =>
  receipts.map((receipt) => (sameIn(ledger, receipt) ? receipt.receiptId : receipt));

/** The published receipts, whole. */
export const publishedIn = ({ ledger, published }: Fixture): readonly Receipt[] =>
  published.flatMap((one) =>
    typeof one === 'string' ? storedIn(ledger).filter(({ receiptId }) => receiptId === one) : [one],
  );

/** Every receipt of the release, published or only stored: none of them may change. */
export const saidIn = (fixture: Fixture): readonly Receipt[] => [...publishedIn(fixture), ...storedIn(fixture.ledger)];

/** How a fixture may end. */
export interface Expected {
  /** For each final receipt, by its id, the ends that are true: `revoked`, `stuck/unproven`. */
  readonly ends: Readonly<Record<string, readonly string[]>>;
  /** Findings about a key after its request was over, by request: exactly these outcomes. */
  readonly findings?: Readonly<Record<string, readonly string[]>>;
  /** Requests that rightly have no end when all is done. */
  readonly waits?: readonly string[];
  /** No call leaves. */
  readonly isUntouched?: boolean;
}
