import type { Delivery, Disposition } from '../delivery.ts';
import { laneOf } from '../lane.ts';
import type { AttemptResult } from '../ledger/attempt-result.ts';
import type { CaseItem } from '../ledger/case-item.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import type { Asking } from '../probe/host-limits.ts';
import { type Provider, providerNamed } from '../provider.ts';
import { isUrgent } from '../reason.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import type { ResolvedTarget } from './resolve-target.ts';

/** What a delivery does: a revocation, a dry run or a recheck. All take the same path. */
export interface DeliveryMode {
  /** An order that must meet the preconditions and find room in its case. A recheck is about a request that has ended. */
  readonly isOrder: boolean;
  /** The key's case is leased while the delivery works on the key. */
  readonly needsLease: boolean;
  /** Works on the key as far as this delivery can. @param leased the case, if the mode needs its lease */
  work(run: Run, item: RequestItem, resolved: ResolvedTarget, leased?: CaseItem): Promise<AttemptResult>;
  /** Records the result. @param leased the case whose lease the run holds */
  conclude(run: Run, item: RequestItem, result: AttemptResult, leased?: CaseItem): Promise<Disposition>;
}

/** One delivery at work on one request. */
export interface Run {
  readonly ports: Ports;
  readonly delivery: Delivery;
  readonly mode: DeliveryMode;
  readonly request: RevocationRequest;
  readonly provider: Provider;
  readonly asking: Asking;
  /** Names this delivery's lease. */
  readonly holder: string;
}

export const runOf = (ports: Ports, delivery: Delivery, mode: DeliveryMode, request: RevocationRequest): Run => {
  const provider = providerNamed(ports.providers, request.provider);
  if (provider === undefined) throw new Error(`Cannot act at ${request.provider}, this release has no such provider`);
  return {
    ports,
    delivery,
    mode,
    request,
    provider,
    // The key must be identified before a call can leave.
    asking: {
      ports,
      deadline: delivery.deadline,
      lane: laneOf({ reason: request.reason, look: !mode.isOrder }),
      bypassesBreaker: isUrgent(request.reason),
    },
    holder: ports.newId(),
  };
};
