import type { Awaited } from '../../faults/simulated/instrumented.ts';
import type { Stage } from './stage.ts';
import { openSystem } from './system.ts';

/** Names of the ports whose calls are waited for, learned from a run of each order, and of one that is refused. */
export const learnAwaited = async (stages: readonly Stage[]): Promise<Awaited> => {
  const awaited: Awaited = new Set();
  for (const stage of stages)
    for (const { request } of stage.orders) {
      const system = await openSystem(stage, awaited);
      for (const reason of ['leaked', 'manual']) system.send(JSON.stringify({ ...request, reason, requestId: 'R' }));
      for (let next = system.queue.next(); next; next = system.queue.next()) await system.deliver(next);
    }
  return awaited;
};
