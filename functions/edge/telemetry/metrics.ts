import type { Clock } from '../../core/epoch.ts';
import type { MetricName } from '../../core/metric-names.ts';
import type { OutcomeName } from '../../core/outcome.ts';
import type { LogFacts, Ports } from '../../core/ports.ts';
import { type Providers, providerNamed } from '../../core/provider.ts';
import { type Dimensions, type Embedded, embedded, type Values } from './emf.ts';

/** What an end counts as, beside `Ended`. The other outcomes are no ends. */
const OF_OUTCOME = new Map<LogFacts[string] | undefined, MetricName>([
  ['revoked', 'Revoked'],
  ['already-revoked', 'Revoked'],
  ['restricted', 'Restricted'],
  ['planned', 'Planned'],
  ['withdrawn', 'Withdrawn'],
  ['refused', 'Refused'],
  ['stuck', 'Stuck'],
] satisfies [OutcomeName, MetricName][]);

/** Only a key that a call of ours killed has a time that it took; one that was due in the future took none. */
const timesOf = ({ outcome, dryRun, urgent, timeToRevokeMs }: LogFacts): Values => {
  if (outcome !== 'revoked' || dryRun || typeof timeToRevokeMs !== 'number') return {};
  const took = Math.max(0, timeToRevokeMs);
  return { TimeToRevoke: took, ...(urgent ? { UrgentTimeToRevoke: took } : {}) };
};

const ended = (facts: LogFacts): Values => {
  const kind = OF_OUTCOME.get(facts['outcome']);
  return kind === undefined ? {} : { Ended: 1, [kind]: 1, ...timesOf(facts) };
};

/** What a finding counts as. */
const OF_FINDING = new Map<LogFacts[string] | undefined, MetricName>([
  ['confirmed', 'Confirmed'],
  ['unconfirmed', 'Unconfirmed'],
  ['resurrected', 'Resurrected'],
  ['widened', 'Widened'],
  ['stuck', 'Stuck'],
] satisfies [OutcomeName, MetricName][]);

const settled = ({ outcome, timeToConfirmMs, exposedMs }: LogFacts): Values => {
  const kind = OF_FINDING.get(outcome);
  if (kind === undefined) return {};
  const isTimed = outcome === 'confirmed' && typeof timeToConfirmMs === 'number';
  return {
    [kind]: 1,
    ...(isTimed ? { TimeToConfirm: timeToConfirmMs } : {}),
    ...(typeof exposedMs === 'number' ? { ExposedMs: Math.max(0, exposedMs) } : {}),
  };
};

/** The events of the log that are counted or measured. What stands in no row is a line in the log and nothing else. */
const EVENTS = new Map<string, (facts: LogFacts) => Values>([
  ['request ended', ended],
  ['urgent request waits', () => ({ UrgentWaiting: 1 })],
  ['resurrected', () => ({ Resurrected: 1 })],
  ['widened', () => ({ Widened: 1 })],
  ['key settled', settled],
  ['windows read', ({ notConfirmed }) => ({ NotConfirmed: Number(notConfirmed) })],
  ['limit reached', () => ({ LimitReached: 1 })],
  ['access denied', () => ({ AccessDenied: 1 })],
  ['provider calls', ({ calls, errors }) => ({ ProviderCalls: Number(calls), ProviderErrors: Number(errors) })],
  ['notification not sent', () => ({ NotificationsFailed: 1 })],
  ['ledger item unreadable', () => ({ ItemFaults: 1 })],
  ['ledger item failed', () => ({ ItemFaults: 1 })],
  ['record forged', () => ({ RecordsForged: 1 })],
  [
    'sweep done',
    ({ sent, unreadable }) => ({ SweepRan: 1, OrdersSent: Number(sent), OrdersUnreadable: Number(unreadable) }),
  ],
  [
    'gauges read',
    ({ openCases, oldestOpenCaseSeconds, pausedSeconds, reconciliationAgeSeconds }) => ({
      OpenCases: Number(openCases),
      OldestOpenCaseSeconds: Number(oldestOpenCaseSeconds),
      PausedSeconds: Number(pausedSeconds),
      ReconciliationAgeSeconds: Number(reconciliationAgeSeconds),
    }),
  ],
]);

/** Every dimension takes its value from a closed list, so that nobody's input makes metrics without end. */
const dimensionsIn = (providers: Providers, { provider, outcome }: LogFacts): Dimensions => ({
  provider: providerNamed(providers, provider)?.name ?? 'unknown',
  outcome: typeof outcome === 'string' && OF_OUTCOME.has(outcome) ? outcome : 'unknown',
});

/** Exchanges with one provider. `errors`: without a reply, or with one that says 429 or 5xx. */
interface Exchanges {
  readonly calls: number;
  readonly errors: number;
}

/** What is counted in a process. */
export interface Measuring {
  /** The metrics that an event of the log makes. */
  metricsOf(event: string, facts: LogFacts): Embedded | undefined;
  /** Counts exchanges with providers. */
  send(send: Ports['send']): Ports['send'];
  /** What was counted since this was asked last, as an event of the log for each provider. */
  exchanges(): readonly (readonly ['provider calls', LogFacts])[];
}

/** @param instance the construct's path, which every metric carries */
export const measuring = (instance: string, providers: Providers, clock: Pick<Clock, 'now'>): Measuring => {
  const counted = new Map<string, Exchanges>();
  return {
    metricsOf: (event, facts) => {
      const values = EVENTS.get(event)?.(facts);
      return values && embedded(instance, values, dimensionsIn(providers, facts), clock.now());
    },
    send: (send) => async (call, until) => {
      const reply = await send(call, until);
      const isError = reply === undefined || reply.status === 429 || reply.status >= 500;
      const { calls, errors } = counted.get(call.provider) ?? { calls: 0, errors: 0 };
      counted.set(call.provider, { calls: calls + 1, errors: errors + Number(isError) });
      return reply;
    },
    exchanges: () => {
      const events = [...counted].map(
        ([provider, { calls, errors }]) => ['provider calls', { provider, calls, errors }] as const,
      );
      counted.clear();
      return events;
    },
  };
};
