/** The namespace of every metric in CloudWatch. */
export const NAMESPACE = 'KeyRevoker';

/** The dimensions of a metric, besides the instance, which every metric has: one set of dimensions for each step. */
export type Dimension = 'provider' | 'outcome';

interface Metric {
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds';
  readonly by: readonly Dimension[];
}

const counted = { unit: 'Count', by: ['provider'] } as const;
const gauged = { unit: 'Count', by: [] } as const;

/** Every metric. Users' alarms name them: a name, its unit and its dimensions are part of the contract. */
export const METRICS = {
  /** Requests that ended, with any outcome. */
  Ended: { unit: 'Count', by: ['provider', 'outcome'] },
  Revoked: counted,
  Restricted: counted,
  Planned: counted,
  Withdrawn: counted,
  Refused: counted,
  Stuck: counted,
  /** From due to the first probe that found the key gone, for keys that our call killed. */
  TimeToRevoke: { unit: 'Milliseconds', by: ['provider'] },
  /** The same, only for urgent requests. */
  UrgentTimeToRevoke: { unit: 'Milliseconds', by: ['provider'] },
  /** Urgent requests that were not over after a minute, and again each hour. */
  UrgentWaiting: counted,
  /** Keys that stayed gone, or restricted, through the settle window of their provider. */
  Confirmed: counted,
  /** Windows that ended without a verdict. */
  Unconfirmed: counted,
  /** From the first probe that found the key gone to `confirmed`. */
  TimeToConfirm: { unit: 'Milliseconds', by: ['provider'] },
  /** From due to the last time that anybody saw a key that is confirmed dead. */
  ExposedMs: { unit: 'Milliseconds', by: ['provider'] },
  Resurrected: counted,
  Widened: counted,
  /** Keys whose settle window has been over for a while without a finding. */
  NotConfirmed: gauged,
  /** Hours in which a provider's limit of calls was reached: once for each kind, urgent and other, so at most two an hour. */
  LimitReached: counted,
  ProviderCalls: counted,
  /** Exchanges without a reply, or with one that says 429 or 5xx. */
  ProviderErrors: counted,
  /** Calls of the functions that AWS denied: of the secrets, of the ledger, the queues, the topics or the bus. */
  AccessDenied: gauged,
  NotificationsFailed: gauged,
  /** Readings of ledger items that could not be read as a whole, and items that a sweep could not serve. */
  ItemFaults: gauged,
  /** Records that no queue of requests handed out. */
  RecordsForged: gauged,
  /** One for each sweep that finished. */
  SweepRan: gauged,
  OrdersSent: gauged,
  /** Secrets whose expiry tags cannot be read, as counted by each sweep. */
  OrdersUnreadable: gauged,
  /** Keys that may be alive although they should be dead by now. */
  OpenCases: gauged,
  OldestOpenCaseSeconds: { unit: 'Seconds', by: [] },
  /** Since the listing of the tagged secrets was last whole. */
  ReconciliationAgeSeconds: { unit: 'Seconds', by: [] },
  /** 0 while nothing is paused. */
  PausedSeconds: { unit: 'Seconds', by: [] },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
