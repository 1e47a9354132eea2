import type { AlarmName } from '../../infra/constructs/alarm-name.ts';
import type { Datapoint } from '../metrics-in.ts';
import type { System } from './system.ts';
import { always, ended, failing, HOUR, LEAKED, MINUTE, order, put, refusing, visibleOn } from './troubles.ts';

/** What stays just below an alarm's threshold. @returns what AWS says by itself beside our own metrics */
export const NEAR_MISSES: Readonly<Partial<Record<AlarmName, (system: System) => Promise<readonly Datapoint[]>>>> = {
  requestsWaiting: async (system) => {
    await order(system);
    const points: Datapoint[] = [];
    for (let sample = 0; sample < 2; sample += 1) {
      system.advance(5 * MINUTE);
      points.push(await visibleOn(system, 'Requests'));
    }
    return points;
  },
  oldestOpenCase: async (system) => {
    system.bybit.faults.script(refusing);
    await ended(system);
    system.advance(24 * HOUR);
    await system.tick();
    return [];
  },
  timeToRevoke: async (system) => {
    await order(system, LEAKED);
    system.advance(MINUTE - 10_000);
    await system.settle();
    return [];
  },
  sweepNotRun: async (system) => {
    system.advance(14 * MINUTE);
    return [];
  },
  providerErrors: async (system) => {
    system.bybit.faults.script(always(503));
    await order(system);
    await system.settle(1);
    return [];
  },
  paused: async (system) => {
    const pausedAt = Date.now();
    await put(system, { pk: 'control', sk: 'pause', rev: 1, nonce: 'n', pausedAt, by: 'me', reason: 'a test' });
    system.advance(HOUR - MINUTE);
    await system.tick();
    return [];
  },
  revokeFails: async (system) => failing(system, 'Revoke', 'Errors'),
  sweepFails: async (system) => failing(system, 'Sweep', 'Throttles'),
};
