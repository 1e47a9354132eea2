import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import type { Finished } from '../requests/finished.ts';
import { forbidding } from '../requests/forecast.ts';
import { plansOf } from '../requests/plans.ts';
import type { Mark } from './mark.ts';
import { firstOrder, type Incident } from './order.ts';

/** Nobody waits longer for a foresight, whatever the provider does. */
const PATIENCE_MS = 20_000;

/** Of more keys than that only those are asked about whose kind is not known: a provider's rate is for the calls. */
const MOST_ASKED = 100;

/** A mark with what its plan says: of which kind the key is, and what will go wrong. */
const informed = (mark: Mark, plan: Finished | undefined): Mark => {
  const { does, outcome, forecast = [] } = plan?.ended?.plan ?? {};
  const [first = '', ...others] = mark.operations;
  if (outcome === 'refused/wrong-signer' && others.length > 0) return { ...mark, operations: others };
  const refused = does === 'end' && outcome !== undefined ? [`The request would end as ${outcome}`] : [];
  return {
    ...mark,
    operations: does === 'call' ? [first] : mark.operations,
    foreseen: [...refused, ...forbidding(forecast)],
  };
};

/**
 * Asks by dry runs of which kind a key is, where neither credential nor tags tell, and whether its delete will work: who is warned can
 * still name another signer. A key that nobody answers for stays as it is: a delete that is refused for its kind is followed by the other.
 *
 * @throws Failure where AWS does not take them, or the user breaks off
 */
export const foreseen = async (
  context: Context,
  deployed: Deployed,
  incident: Incident,
  marks: readonly Mark[],
): Promise<readonly Mark[]> => {
  const asked = marks.filter(({ operations }) => marks.length <= MOST_ASKED || operations.length > 1);
  if (asked.length < marks.length)
    context.terminal.tell(
      `${marks.length - asked.length} keys are not checked beforehand, since more than ${MOST_ASKED} match`,
    );
  if (asked.length === 0) return marks;
  const requests = asked.map((mark) => firstOrder(deployed, incident, mark).request);
  const plans = await plansOf(context, deployed, requests, {
    mostMs: PATIENCE_MS,
    onPlan: (count) => context.terminal.show(`Checking the keys: ${count} of ${asked.length}`),
  });
  return marks.map((mark) => (asked.includes(mark) ? informed(mark, plans[asked.indexOf(mark)]) : mark));
};
