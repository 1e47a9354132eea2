import { createHash } from 'node:crypto';
import type { Receipt } from '../../functions/core/receipt.ts';
import type { Change, KeySettings } from '../../infra/local/sandbox/index.ts';
import type { Asked, Evidence, Said, Seen } from './evidence.ts';

export const START = Date.parse('2026-11-20T10:00:00.000Z');
export const KEY = 'b0000001-0000-4000-8000-000000000001';
export const REQUEST_ID = 'crash-run-1-request';

const digestOf = (keyId: string): string => `sha256:${createHash('sha256').update(keyId).digest('hex')}`;

/** A delete of a Kalshi key, signed with that same key. */
export const ASKED: Asked = {
  id: '1',
  requestIds: [REQUEST_ID],
  keyDigest: digestOf(KEY),
  provider: 'kalshi',
  world: 'prod',
  target: KEY,
  signers: [KEY],
  isUpdate: false,
  isUrgent: false,
  dueAt: START,
  allows: 'a change',
  attempts: 1,
  ends: ['revoked'],
  landsWithinMs: 0,
};

const iso = (ms: number): string => new Date(START + ms).toISOString();

export const RECEIPT: Receipt = {
  version: 2,
  receiptId: `${REQUEST_ID}#1`,
  requestId: REQUEST_ID,
  attempt: 1,
  final: true,
  dryRun: false,
  provider: 'kalshi',
  operation: 'delete-key',
  environment: 'prod',
  outcome: 'revoked',
  keyState: 'gone',
  code: null,
  message: 'The key is gone',
  request: { reason: 'manual', requestedBy: null, sender: null, reference: 'crash-run-1' },
  signer: null,
  key: { id: 'b000…0001', digest: digestOf(KEY), subMemberId: null },
  change: null,
  proof: {
    revision: 1,
    basis: 'accepted',
    control: 'none',
    tried: 'key',
    absences: 2,
    sightings: 0,
    connections: 2,
    addresses: ['203.0.113.7'],
    lastSightingAt: iso(0),
    bound: null,
    notAsked: [],
    firstAbsenceAt: iso(20),
    spanMs: 2_000,
    settle: { windowMs: 600_000, source: 'assumed', endsAt: iso(602_020) },
  },
  calls: 1,
  evidence: [],
  times: { dueAt: iso(0), receivedAt: iso(0), calledAt: iso(10), goneAt: iso(20) },
  timeToRevokeMs: 20,
  confirms: null,
  exposedMs: null,
};

/** The key stayed gone through its window. */
export const CONFIRMED: Receipt = {
  ...RECEIPT,
  receiptId: `${REQUEST_ID}#1!1`,
  final: false,
  outcome: 'confirmed',
  keyState: 'dead',
  confirms: 'revoked',
  exposedMs: 0,
};

export const STUCK = { ...RECEIPT, outcome: 'stuck', code: 'unproven', keyState: 'unknown' } as const;
export const RESTRICTED = { ...RECEIPT, outcome: 'restricted', keyState: 'alive' } as const;

/** An exchange as the tests write it down; whether the key lives after it comes from the changes, where nothing else is said. */
export type Shown = Omit<Seen, 'isAlive'> & { readonly isAlive?: boolean };

/** @param at milliseconds from the start */
const exchange = (seq: number, at: number, method: string, status: number): Shown => ({
  seq,
  at: START + at,
  host: 'external-api.kalshi.com',
  method,
  path: '/trade-api/v2/api_keys',
  keyId: KEY,
  status,
  provider: 'kalshi',
  of: ASKED.id,
  attempt: 1,
  isCall: method !== 'GET',
  settings: undefined,
});

export const call = (seq: number, at: number, status = 204): Shown => exchange(seq, at, 'DELETE', status);
export const reading = (seq: number, at: number, status = 200): Shown => exchange(seq, at, 'GET', status);

export const DELETION: Change = {
  at: START + 10,
  host: 'external-api.kalshi.com',
  world: 'prod',
  keyId: KEY,
  kind: 'deleted',
  by: KEY,
};

/** A call that deletes the key. */
export const deadly = (seq: number, at: number, status = 204): Shown => ({
  ...call(seq, at, status),
  applied: { ...DELETION, at: START + at },
});

export const settings = (readOnly: 0 | 1, ...names: readonly string[]): KeySettings => ({
  readOnly,
  permissions: { Spot: names },
  ips: ['*'],
});

/** A call that updates the key. */
export const updating = (seq: number, at: number, before: KeySettings, after: KeySettings): Shown => ({
  ...call(seq, at, 200),
  applied: { ...DELETION, at: START + at, kind: 'updated', before, after },
});

/** A reading of a key that may do so much. */
export const showing = (seq: number, at: number, may: KeySettings): Shown => ({ ...reading(seq, at), settings: may });

/** What varies from case to case of a run of one request. */
export interface Parts {
  readonly asked?: Partial<Asked>;
  /** Requests beside it. */
  readonly others?: readonly Asked[];
  readonly receipts?: readonly Receipt[];
  readonly onTopic?: readonly Receipt[];
  readonly onBus?: readonly Receipt[];
  readonly said?: Partial<Said>;
  /** What is said of findings, in the place of that. */
  readonly found?: Partial<Said>;
  /** Whether the key lives when all is over. */
  readonly isAlive?: boolean;
  readonly exchanges?: readonly Shown[];
  /** Changes that no exchange is known to have made. */
  readonly strays?: readonly Change[];
  readonly revivals?: readonly number[];
  /** Fields of the request's item in the ledger, and of its case. */
  readonly item?: Readonly<Record<string, unknown>>;
  readonly kase?: Readonly<Record<string, unknown>>;
  readonly items?: Evidence['ledger'];
  /** The attempts of which there are copies for a person. */
  readonly copies?: readonly number[];
  readonly left?: readonly string[];
  readonly noted?: readonly string[];
  /** Whether the run continued through the settle window. */
  readonly isSettled?: boolean;
  /** Whether the holder of the case's lease finished. */
  readonly hasEnded?: boolean;
}

const WELL = [reading(1, 0), deadly(2, 10), reading(3, 20, 401), reading(4, 2_020, 401)];

const diesIn =
  (exchanges: readonly Shown[]) =>
  (one: Shown): Seen => ({
    isAlive: !exchanges.some(({ seq, applied }) => seq <= one.seq && applied?.kind === 'deleted'),
    ...one,
  });

const textOf = (receipt: Receipt): string => JSON.stringify(receipt);

/** A run of one request that went well, but for these parts. */
export const evidenceWith = (parts: Parts = {}): Evidence => {
  const { receipts = [RECEIPT], exchanges = WELL, others = [], copies = [], hasEnded = true } = parts;
  const before = exchanges.filter(({ at }) => at <= START + 2_020).at(-1)?.seq ?? 0;
  const changes = exchanges.flatMap(({ applied }) => applied ?? []);
  return {
    asked: [{ ...ASKED, ...parts.asked }, ...others],
    said: receipts.map((receipt) => ({
      ...{ receipt, at: START + 2_020, isAlive: false, after: { kalshi: before } },
      ...(receipt.confirms !== null && parts.found ? parts.found : parts.said),
    })),
    onTopic: (parts.onTopic ?? receipts).map(textOf),
    onBus: (parts.onBus ?? receipts).map(textOf),
    copies: copies.map((attempt) => ({ requestId: REQUEST_ID, attempt: String(attempt) })),
    left: parts.left ?? [],
    ledger: [
      { pk: `request#${REQUEST_ID}`, sk: 'request', receipt: receipts.at(-1), published: true, ...parts.item },
      { pk: `case#kalshi/prod/${KEY}`, sk: 'case', attempts: {}, ...parts.kase },
      ...(parts.items ?? []),
    ],
    providers: {
      kalshi: {
        changes: [...changes, ...(parts.strays ?? [])],
        revivals: parts.revivals ?? [],
        isAlive: () => parts.isAlive ?? false,
      },
    },
    seen: exchanges.map(diesIn(exchanges)),
    noted: parts.noted ?? [],
    now: START + 60_000,
    isSettled: parts.isSettled ?? false,
    hasEnded: () => hasEnded,
  };
};
