import { Fault } from '../core/fault.ts';
import type { Operation, Order, Plan, Provider, Settle } from '../core/provider.ts';
import { MINUTE_MS } from '../core/timing.ts';
import { realmsOf } from './realms.ts';

/** Parts that most providers do not have. */
type Rare = 'hints' | 'locators' | 'secretForms' | 'refusedRegions' | 'locate' | 'settle';

/** For a provider that documents nothing, and that nobody has measured. */
const ASSUMED: Settle = { windowMs: 10 * MINUTE_MS, source: 'assumed' };

/** What a provider's folder defines. */
interface Definition<Own extends Operation>
  extends Omit<Provider, 'operations' | 'plan' | Rare>,
    Partial<Pick<Provider, Rare>> {
  readonly operations: Readonly<Record<string, Own>>;
  /** The provider's own rules for who may sign. @throws Fault `refused/…` */
  checkSigner?(order: Order): void;
  /** Whether a signer of one environment reaches a target of another one, although their realms differ. */
  isRelated?(signer: string, target: string): boolean;
  /** The plan for an order with that operation. The signer reaches the target. */
  plan(order: Order, operation: Own): Plan;
}

/** Makes a provider from its definition, with the checks that all providers share. */
export const provider = <Own extends Operation>(definition: Definition<Own>): Provider => {
  const { checkSigner, isRelated, ...rest } = definition;
  const { title, operations } = rest;
  const { checkReach } = realmsOf(rest.environments);
  return {
    hints: {},
    locators: {},
    secretForms: [],
    refusedRegions: {},
    locate: () => ({}),
    settle: ASSUMED,
    ...rest,
    plan: (order) => {
      const operation = Object.hasOwn(operations, order.operation) ? operations[order.operation] : undefined;
      if (operation === undefined)
        throw new Fault(
          'refused/malformed',
          `Cannot do ${order.operation} at ${title}: the operation must be one of ${Object.keys(operations).join(', ')}`,
        );
      checkSigner?.(order);
      checkReach(order, isRelated);
      return rest.plan(order, operation);
    },
  };
};
