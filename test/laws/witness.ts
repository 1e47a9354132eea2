import type { Attributes } from '../../functions/core/ports.ts';
import { TIMING } from '../../functions/core/timing.ts';
import { atWork } from './at-work.ts';
import type { Said, Scene, Seen, Witness } from './evidence.ts';
import { objections } from './objections.ts';

/** Looks over the function's shoulder: what leaves, and what is true at that instant. */
export const witness = (scene: Scene): Witness => {
  const { sandbox, clock, orders } = scene;
  const receipts: Said[] = [];
  const exchanges: Seen[] = [];
  const copies: { body: string; attributes: Attributes }[] = [];
  const revivals: number[] = [];
  const breaches: string[] = [];
  const isAlive = (requestId: string): boolean => {
    const order = orders.get(requestId);
    return order !== undefined && sandbox.isAlive(order.world, order.target);
  };
  const living = (): string => [...orders.keys()].filter(isAlive).join();
  return {
    receipts,
    exchanges,
    copies,
    revivals,
    breaches,
    published: (receipt) => {
      receipts.push({ at: clock.now(), receipt, isAlive: isAlive(receipt.requestId), seq: sandbox.record.length });
    },
    setAside: (body, attributes) => void copies.push({ body, attributes }),
    delivered: (startedAt) => {
      if (clock.now() > startedAt + TIMING.functionTimeoutMs) breaches.push('L2: a delivery outlives its function');
    },
    watching: (send) => (call, until) => {
      const { requestId, attempt, ids: delivery } = atWork();
      const at = clock.now();
      // What is sent is taken in before this returns.
      const reply = send(call, until);
      const isCall = call.method !== 'GET';
      if (isCall) breaches.push(...objections(scene, call, { receipts, exchanges }));
      const { world = '', target = '', settings } = orders.get(requestId) ?? {};
      const known = { isAlive: isAlive(requestId), settings: settings?.(world, target) };
      exchanges.push({
        at,
        seq: sandbox.record.length,
        requestId,
        attempt,
        delivery,
        isCall,
        ...known,
      });
      return reply;
    },
    byHand: (change) => {
      const before = living();
      change();
      if (living().length > before.length) revivals.push(sandbox.record.length);
    },
  };
};
