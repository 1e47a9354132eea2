import type { Facts } from './answer.ts';
import { type Asking, askRound, type Round } from './ask.ts';
import type { Retry } from './backoff.ts';
import type { CaseItem, Pin, RequestItem, Work } from './ledger-items.ts';
import type { Terminal } from './outcome.ts';
import type { Ports } from './ports.ts';
import { isRestriction, type Order, type Plan, type Provider } from './provider.ts';
import type { Evidence } from './receipt.ts';
import type { RevocationRequest } from './request.ts';
import { type Standing, standingOf } from './standing.ts';
import { seenWith } from './work.ts';

/** One delivery at work on one key. */
export interface Pursuit {
  readonly ports: Ports;
  readonly provider: Provider;
  readonly item: RequestItem;
  readonly request: RevocationRequest;
  readonly pin: Pin;
  readonly order: Omit<Order, 'facts' | 'called'>;
  readonly asking: Asking;
  /** Names the lease; empty where none is held (a dry run). */
  readonly holder: string;
  /** Only looks: where a request would call, it is over. */
  readonly isLook?: true;
}

/** How a pursuit ended, or that it did not. */
export type Pursued = Over | ({ readonly over: false } & Retry);

export interface Over {
  readonly over: true;
  readonly outcome: Terminal;
  readonly why: string;
  readonly evidence: readonly Evidence[];
}

export const over = (outcome: Terminal, why = '', evidence: readonly Evidence[] = []): Over => ({
  over: true,
  outcome,
  why,
  evidence,
});
export const notOver = ({ code, notBefore }: Retry): Pursued => ({ over: false, code, notBefore });

/** The plan as these facts make it. */
export const planWith = (
  { provider, order }: Pick<Pursuit, 'provider' | 'order'>,
  facts: Facts,
  called: boolean,
): Plan => provider.plan({ ...order, facts, called });

/** One round of probes, and where it shows the key to stand. */
export interface Look {
  readonly round: Round;
  readonly plan: Plan;
  readonly standing: Standing;
}

/** Asks the probes once and judges them by what the ledger holds as seen. Writes nothing. */
export const look = async (pursuit: Pursuit, item: CaseItem, work: Work, withSigner: boolean): Promise<Look> => {
  const { order, asking, ports } = pursuit;
  const called = work.calls > 0;
  asking.insists = order.urgent && !called;
  asking.heldAs = called && work.answered ? 'not-yet-proved' : undefined;
  const known = { ...item.facts[order.signer.keyId], ...work.facts };
  const round = await askRound(asking, (facts) => planWith(pursuit, facts, called), known, withSigner);
  const plan = planWith(pursuit, round.facts, called);
  const standing = standingOf(round.asked, {
    seen: seenWith(item, round, ports.clock.now()),
    needsAll: plan.needsAll,
    restriction: isRestriction(plan.call) ? plan.call : undefined,
    before: work.before,
  });
  return { round, plan, standing };
};
