import type { Attributes, Ports } from '../../functions/core/ports.ts';
import type { Receipt } from '../../functions/core/receipt.ts';
import { TIMING } from '../../functions/core/timing.ts';
import { atWork } from './at-work.ts';
import type { Said, Seen } from './evidence.ts';
import { objections } from './objections.ts';
import type { Scene } from './scene.ts';

/** A receipt that goes out, with the number of the last exchange before it. */
export interface Published extends Omit<Said, 'after'> {
  readonly seq: number;
}

/** One exchange, as it left. The sandbox's record has the rest of it under the same number. */
export interface Sent extends Pick<Seen, 'at' | 'seq' | 'attempt' | 'isCall' | 'isAlive' | 'settings'> {
  readonly requestId: string;
  readonly delivery: object;
}

/** What a witness in the same process notes while the function works. */
export interface Witness {
  readonly receipts: readonly Published[];
  readonly exchanges: readonly Sent[];
  readonly copies: readonly { readonly body: string; readonly attributes: Attributes }[];
  /** Numbers of the exchanges after which a person made a dead key live again. */
  readonly revivals: readonly number[];
  /** What was seen to be wrong at the instant when it happened. */
  readonly breaches: readonly string[];
  published(receipt: Receipt): void;
  setAside(body: string, attributes: Attributes): void;
  delivered(startedAt: number): void;
  watching(send: Ports['send']): Ports['send'];
  /** A person changes something at the provider. */
  byHand(change: () => void): void;
}

/** Looks over the function's shoulder: what leaves, and what is true at that instant. */
export const witness = (scene: Scene): Witness => {
  const { sandbox, clock, orders } = scene;
  const receipts: Published[] = [];
  const exchanges: Sent[] = [];
  const copies: { body: string; attributes: Attributes }[] = [];
  const revivals: number[] = [];
  const breaches: string[] = [];
  const isAlive = (requestId: string): boolean => {
    const order = orders.get(requestId);
    return order !== undefined && sandbox.isAlive(order.world, order.target);
  };
  const living = (): string => [...orders.keys()].filter(isAlive).join();
  const callsTo = (target: string): number =>
    exchanges.filter((one) => one.isCall && orders.get(one.requestId)?.target === target).length;
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
      const { world = '', target = '', settings } = orders.get(requestId) ?? {};
      if (isCall) breaches.push(...objections(scene, call, callsTo(target)));
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
