import type { Receipt } from '../../../functions/core/receipt.ts';
import type { Change, Exchange } from '../../../infra/local/sandbox/index.ts';
import { digestOf } from '../../../infra/local/story/stage/watch-receipts.ts';
import type { Evidence, SentOrder } from './evidence.ts';

export const START = Date.parse('2026-11-20T10:00:00.000Z');
const KEY = 'b0000001-0000-4000-8000-000000000001';
const REQUEST_ID = 'crash-run-1-request';

export const ORDER: SentOrder = {
  n: 1,
  name: 'kalshi/delete-key by its own key',
  recipe: { provider: 'kalshi', operation: 'delete-key', signer: 'own', target: 'self', ends: ['revoked'] },
  provider: 'kalshi',
  world: 'prod',
  keyId: KEY,
  signerId: KEY,
  stored: [],
  body: {},
  sentAt: START,
  dueAt: START,
  isUrgent: false,
  isSentTwice: false,
  requestIds: [REQUEST_ID],
};

const iso = (ms: number): string => new Date(START + ms).toISOString();

export const RECEIPT: Receipt = {
  version: 1,
  receiptId: `${REQUEST_ID}#1`,
  requestId: REQUEST_ID,
  attempt: 1,
  final: true,
  dryRun: false,
  provider: 'kalshi',
  operation: 'delete-key',
  environment: 'prod',
  outcome: 'revoked',
  keyState: 'dead',
  code: null,
  message: 'The key is dead',
  request: { reason: 'manual', requestedBy: null, sender: null, reference: 'crash-run-1' },
  signer: null,
  key: { id: 'b000…0001', digest: digestOf(KEY), subMemberId: null },
  change: null,
  calls: 1,
  evidence: [],
  times: { dueAt: iso(0), receivedAt: iso(0), calledAt: iso(10), deadAt: iso(20), provedAt: iso(2_020) },
  timeToRevokeMs: 20,
};

const exchange = (seq: number, at: number, method: string, status = 200): Exchange => ({
  seq,
  at: START + at,
  host: 'external-api.kalshi.com',
  method,
  path: '/trade-api/v2/api_keys',
  keyId: KEY,
  status,
});

export const call = (seq: number, at: number): Exchange => exchange(seq, at, 'DELETE', 204);
export const reading = (seq: number, at: number, status = 200): Exchange => exchange(seq, at, 'GET', status);

export const DELETION: Change = {
  at: START + 10,
  host: 'external-api.kalshi.com',
  world: 'prod',
  keyId: KEY,
  kind: 'deleted',
  by: KEY,
};

/** What varies from case to case of a run of one order; the provider is Kalshi. */
export interface Parts {
  readonly order?: Partial<SentOrder>;
  readonly receipts?: readonly Receipt[];
  readonly onBus?: readonly Receipt[];
  /** Whether the key lived when the first receipt went out. */
  readonly livedThen?: boolean;
  readonly isAlive?: boolean;
  readonly exchanges?: readonly Exchange[];
  readonly changes?: readonly Change[];
  /** Fields of the request's item in the ledger, and of its case. */
  readonly item?: Readonly<Record<string, unknown>>;
  readonly kase?: Readonly<Record<string, unknown>>;
  readonly stuck?: readonly string[];
  readonly left?: readonly string[];
}

const queued = (body: string, requestId: string) => ({
  messageId: 'm',
  body,
  messageAttributes: { requestId: { DataType: 'String', StringValue: requestId } },
  sentTimestamp: START,
  approximateReceiveCount: 1,
});
const NOBODY = { exchanges: [], changes: [], isAlive: () => false };

/** A run of one order that went well, but for these parts. */
export const evidenceWith = (parts: Parts = {}): Evidence => {
  const { receipts = [RECEIPT], livedThen = false, isAlive = false, stuck = [], left = [] } = parts;
  const [first] = receipts;
  const calls = [reading(1, 0), call(2, 10), reading(3, 20), reading(4, 2_020)];
  return {
    orders: [{ ...ORDER, ...parts.order }],
    said: receipts.map((receipt) => ({ receipt, at: START + 2_020, isAlive: livedThen })),
    onTopic: receipts.map((receipt) => JSON.stringify(receipt)),
    onBus: (parts.onBus ?? receipts).map((receipt) => JSON.stringify(receipt)),
    stuck: stuck.map((requestId) => queued('{}', requestId)),
    left: left.map((body) => queued(body, '')),
    ledger: [
      { pk: `request#${REQUEST_ID}`, sk: 'request', receipt: first, published: true, ...parts.item },
      { pk: `case#kalshi/prod/${KEY}`, sk: 'case', works: {}, ...parts.kase },
    ],
    providers: {
      bybit: NOBODY,
      requesty: NOBODY,
      kalshi: {
        exchanges: parts.exchanges ?? calls,
        changes: parts.changes ?? [DELETION],
        isAlive: () => isAlive,
      },
    },
    now: START + 60_000,
  };
};
