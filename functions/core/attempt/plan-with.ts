import type { Facts } from '../answer.ts';
import type { AttemptRecord, CaseItem } from '../ledger/case-item.ts';
import type { Order, Plan, Provider } from '../provider.ts';

/** What a plan is made of, besides facts. */
interface Planning {
  readonly provider: Provider;
  readonly order: Omit<Order, 'facts' | 'called'>;
}

/** The plan for these facts. */
export const planWith = ({ provider, order }: Planning, facts: Facts, called: boolean): Plan =>
  provider.plan({ ...order, facts, called });

/** What is known before a round that may be useful to it. */
export const factsFor = ({ order }: Planning, item: CaseItem | undefined, progress: AttemptRecord): Facts => ({
  ...item?.facts[order.signer.keyId],
  ...progress.facts,
});
