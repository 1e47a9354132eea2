import type { Facts } from '../answer.ts';
import { type CaseItem, executedCalls, NEW_ATTEMPT } from '../ledger/case-item.ts';
import { attemptName, caseKey } from '../ledger/keys.ts';
import { readWayAround } from '../probe/host-limits.ts';
import { type Call, isRestriction, type Plan } from '../provider.ts';
import type { AttemptContext } from './round.ts';

/** A delete that may leave from this process, with what it is made from. */
interface WayHere {
  readonly call: Call;
  readonly item: CaseItem;
  readonly plan: Plan;
}

/**
 * How the delete of an urgent request gets around a ban of an address: from this process, from another one (`elsewhere`), or not. An update
 * does not, nor does a delete after a call that the provider may have executed.
 *
 * @throws Unavailable if the ledger does not answer
 */
export const wayAroundBan = async (
  { asking, ports, pin, order, item: request }: AttemptContext,
  planOf: (facts: Facts, called: boolean) => Plan,
): Promise<WayHere | 'elsewhere' | 'none'> => {
  const item = await ports.ledger.read<CaseItem>(caseKey(pin.keyName));
  if (item === undefined) return 'none';
  const record = item.attempts[attemptName(request)] ?? NEW_ATTEMPT;
  const plan = planOf({ ...item.facts[order.signer.keyId], ...record.facts }, record.calls > 0);
  const { call } = plan;
  if (plan.end || isRestriction(call) || executedCalls(record) > 0) return 'none';
  const way = await readWayAround(asking, call.host);
  return way === 'here' ? { call, item, plan } : (way ?? 'none');
};
