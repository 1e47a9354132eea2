import type { AlarmName } from '../../../infra/constructs/monitoring/alarm-name.ts';
import {
  always,
  failing,
  HOUR,
  listedBefore,
  MINUTE,
  openFor,
  order,
  pausedFor,
  revokedAfter,
  standing,
  type Trouble,
  waiting,
  withoutSweep,
} from './troubles.ts';

/** What stays just below an alarm's threshold. */
export const NEAR_MISSES: Readonly<Partial<Record<AlarmName, Trouble>>> = {
  requestsWaiting: waiting(2),
  urgentRequestsWaiting: standing('Urgent', 2, MINUTE),
  rechecksWaiting: standing('Rechecks', 23, 15 * MINUTE),
  oldestOpenCase: openFor(24 * HOUR),
  timeToRevoke: revokedAfter(MINUTE - 10_000),
  sweepNotRun: withoutSweep(14 * MINUTE),
  providerErrors: async (system) => {
    system.bybit.faults.script(always(503));
    await order(system);
    await system.settle(1);
    return [];
  },
  reconciliationLate: listedBefore(2 * HOUR - MINUTE),
  paused: pausedFor(HOUR - MINUTE),
  revokeFails: async (system) => failing(system, 'Revoke', 'Errors'),
  revokeUrgentFails: async (system) => failing(system, 'RevokeUrgent', 'Throttles'),
  sweepFails: async (system) => failing(system, 'Sweep', 'Throttles'),
};
